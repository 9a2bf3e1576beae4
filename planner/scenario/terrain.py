"""The terrain between stations and users: section ``[terrain]``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from planner.scenario.base import Section


class TerrainTile(Section):
    """One raster of heights in metres."""

    file: Path = Field(description="GeoTIFF of one band, any resolution, CRS and extent.")


class TerrainSection(Section):
    """Heights of the ground, and how the radio waves bend over it.

    With this section the footprints of stations and the radio maps are shaped by the terrain;
    without it the Earth is smooth.
    """

    tiles: tuple[TerrainTile, ...] = Field(
        min_length=1,
        description="Ground above sea level; where tiles overlap, the earlier one counts.",
    )
    tier: Literal["fast", "reference"] = Field(
        "fast",
        description="Radio maps by the statistical models plus diffraction over the terrain, or by "
        "ITU-R P.1812 on every pixel; footprints of the search are always by the first.",
    )
    clutter: tuple[TerrainTile, ...] = Field(
        (),
        description="Buildings and trees over the ground, for the reference tier; the statistical "
        "models of the fast tier hold theirs already.",
    )
    fill_holes_m: float = Field(
        500.0,
        ge=0.0,
        le=20_000.0,
        description="Land without data no farther than this from known ground is filled from it.",
    )
    missing: Literal["refuse", "sea"] = Field(
        "refuse",
        description="Land of the area that is still without data: refuse it with the place, or "
        "take it as the sea (0 m).",
    )
    earth_radius_factor: float = Field(
        4.0 / 3.0,
        ge=0.5,
        le=10.0,
        description="Effective radius of the Earth over its true one: how far the air bends rays.",
    )
    candidate_spacing_share_of_radius: float = Field(
        0.5,
        gt=0.0,
        le=1.0,
        description="Spacing of candidates on the grid in radii of the cell's class, where "
        "[candidates] says nothing: every one of them has its own footprint.",
    )
