"""The terrain between stations and users: section ``[terrain]``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from planner.scenario.base import Section


class TerrainTile(Section):
    """One raster of heights in metres."""

    file: Path = Field(
        description="GeoTIFF, any resolution, CRS and extent, or the name of a data set such as "
        "copernicus-dem-30."
    )
    band: int | None = Field(
        None, ge=1, description="Number of the band, for a file of several bands."
    )


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
