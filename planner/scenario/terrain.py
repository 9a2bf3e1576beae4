"""The terrain between stations and users: section ``[terrain]``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from planner.scenario.base import Section

_Code = Annotated[str, Field(pattern=r"^-?[0-9]{1,9}$")]
_MeasuredLoss = Annotated[float, Field(ge=-40.0, le=40.0)]


class TerrainTile(Section):
    """One raster of heights in metres."""

    file: Path = Field(
        description="GeoTIFF, any resolution, CRS and extent, or the name of a data set such as "
        "copernicus-dem-30."
    )
    band: int | None = Field(
        None, ge=1, description="Number of the band, for a file of several bands."
    )


class ClutterClass(Section):
    """Obstacles on one class of land cover."""

    codes: tuple[int, ...] = Field(min_length=1, description="Values of the raster.")
    name: str = Field("", max_length=100, description="Name for readers.")
    height_m: float = Field(
        0.0, ge=0.0, le=300.0, description="Height of trees and buildings; reference tier only."
    )
    loss_db: float = Field(
        0.0,
        ge=-40.0,
        le=60.0,
        description="Loss at a user there in addition to that of the area class's model, which "
        "includes usual surroundings; fast tier only. Negative on open land.",
    )


class LandCover(Section):
    """A raster of classes of land cover, and what they mean for the radio."""

    file: Path = Field(
        description="GeoTIFF, any resolution, CRS and extent, or the name of a data set such as "
        "esa-worldcover-10m."
    )
    band: int | None = Field(None, ge=1, description="Number of the band.")
    table: Literal["worldcover", "glc_fcs30", "none"] = Field(
        "none",
        description="Known classes: those of ESA WorldCover or GLC_FCS30, or only those of "
        "classes. Heights are those of ITU-R P.2108-1, 3.1.1; losses are 0.",
    )
    classes: tuple[ClutterClass, ...] = Field(
        (), description="Classes of the raster; they override those of table."
    )
    weight: float = Field(1.0, ge=0.0, le=5.0, description="Factor on loss_db of classes.")
    measured_loss_db: Mapping[_Code, _MeasuredLoss] = Field(
        {},
        description="Loss at a user added to that of the classes, dB by code of the raster "
        "(planner calibrate).",
    )

    @model_validator(mode="after")
    def _classes_once(self) -> LandCover:
        codes = [code for one in self.classes for code in one.codes]
        if len(set(codes)) < len(codes):
            raise ValueError("classes names a code twice")
        if self.table == "none" and not codes:
            raise ValueError("give classes, or the table that the raster follows")
        return self


class TerrainSection(Section):
    """Heights of the ground, and the bending of radio waves over it.

    With this section, path loss accounts for the terrain along each path, in footprints and in
    radio maps; without it, the Earth is smooth.
    """

    tiles: tuple[TerrainTile, ...] = Field(
        min_length=1,
        description="Ground above sea level; where tiles overlap, the earlier one is used.",
    )
    tier: Literal["fast", "reference"] = Field(
        "fast",
        description="Method of the radio maps. fast: statistical models plus diffraction over the "
        "terrain; reference: ITU-R P.1812 for every pixel. Siting always uses the fast method for "
        "footprints.",
    )
    clutter: tuple[TerrainTile, ...] = Field(
        (),
        description="Heights of buildings and trees above ground, for the reference tier; the "
        "statistical models of the fast tier already include clutter.",
    )
    land_cover: LandCover | None = Field(
        None,
        description="Classes of land cover, for both tiers; heights of terrain.clutter take "
        "precedence.",
    )
    diffraction_weight: float = Field(
        1.0,
        ge=0.0,
        le=3.0,
        description="Factor on the terrain loss beyond that of flat land; fast tier only (planner "
        "calibrate).",
    )
    polarisation: Literal["vertical", "horizontal"] = Field(
        "vertical", description="Polarisation of the waves that terrain bends."
    )
    time_percent: float = Field(
        50.0,
        ge=1.0,
        le=50.0,
        description="Share of the time for which the loss is not exceeded; reference tier only.",
    )
    location_percent: float = Field(
        50.0,
        ge=1.0,
        le=99.0,
        description="Share of the places of a cell for which the loss is not exceeded; of the "
        "reference tier.",
    )
    refractivity: float = Field(
        325.0,
        ge=200.0,
        le=500.0,
        description="Refractivity at sea level, N0, N-units; reference tier only.",
    )
    lapse_rate: float | None = Field(
        None,
        ge=1.0,
        le=156.0,
        description="Fall of refractivity in the lowest km, delta-N, N-units/km; default: that of "
        "earth_radius_factor.",
    )
    fill_holes_m: float = Field(
        500.0,
        ge=0.0,
        le=20_000.0,
        description="Land without data is filled from known ground up to this distance away.",
    )
    missing: Literal["refuse", "sea"] = Field(
        "refuse",
        description="Land that is still without data: refuse, with an error that names the place, "
        "or take it as sea level (0 m).",
    )
    earth_radius_factor: float = Field(
        4.0 / 3.0,
        ge=0.5,
        le=10.0,
        description="Effective radius of the Earth divided by the true one, which accounts for "
        "refraction.",
    )
    candidate_spacing_share_of_radius: float = Field(
        0.5,
        gt=0.0,
        le=1.0,
        description="Spacing of grid candidates, as a share of the service radius of the cell's "
        "class, unless [candidates] gives it; each candidate has its own footprint.",
    )

    @model_validator(mode="after")
    def _one_refraction(self) -> TerrainSection:
        if self.lapse_rate is not None and "earth_radius_factor" in self.model_fields_set:
            raise ValueError("lapse_rate and earth_radius_factor say the same: give one")
        return self

    @property
    def radius_factor(self) -> float:
        """Effective radius of the Earth over the true one: ITU-R P.1812-8, Eq. (5)."""
        if self.lapse_rate is None:
            return self.earth_radius_factor
        return 157.0 / (157.0 - self.lapse_rate)
