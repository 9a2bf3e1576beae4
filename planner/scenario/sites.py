"""Sites that are known, those that may be chosen, and land where no station may stand."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from planner.scenario.base import Section


class SitesSection(Section):
    """Known sites: points with lon/lat or a geometry."""

    existing: Path | None = Field(
        None, description="Stations in service: GeoPackage, GeoJSON, Shapefile, or CSV (lon, lat)."
    )
    existing_layer: str | None = Field(None, description="Layer of the file, if it has several.")
    existing_where: str | None = Field(
        None,
        description="Condition in SQL on the columns; only the features that meet it are read.",
    )
    existing_use: Literal["kept", "upgraded", "retired"] = Field(
        "kept",
        description='Existing sites: "kept" serve as they are; "upgraded" serve only if the plan '
        "upgrades them, at cost.upgrade_cny or the column cost_cny of their file; "
        '"retired" do not serve, and their land is free again.',
    )
    must_have: Path | None = Field(None, description="Sites that the plan must build first.")
    must_have_layer: str | None = Field(None, description="Layer of the file, if it has several.")
    must_have_where: str | None = Field(
        None,
        description="Condition in SQL on the columns; only the features that meet it are read.",
    )
    outside_area: Literal["refuse", "drop"] = Field(
        "refuse",
        description="Sites outside the study area: refuse the file, or drop them with a warning "
        "that lists them.",
    )
    duplicates: Literal["refuse", "drop"] = Field(
        "refuse",
        description="Sites at the same place (to 0.000001 degrees): refuse the file, or keep the "
        "first of each with a warning that counts the others.",
    )


class CandidatesSection(Section):
    """Where a new station may be placed."""

    file: Path | None = Field(
        None,
        description="Points that may be chosen; no other position is considered. Default: cells "
        "of the grid. The optional columns cost_cny and equipment give the cost of each and the "
        "equipment it may carry.",
    )
    layer: str | None = Field(None, description="Layer of the file, if it has several.")
    where: str | None = Field(
        None,
        description="Condition in SQL on the columns; only the features that meet it are read.",
    )
    duplicates: Literal["refuse", "drop"] = Field(
        "drop",
        description="Candidates at the same place (to 0.000001 degrees): keep the first of each "
        "with a warning that counts the others, or refuse the file.",
    )
    spacing_share_of_radius: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        description="Spacing of grid candidates, as a share of the service radius of the cell's "
        "class; 0: every land cell.",
    )


class Exclusion(Section):
    """Land where no station may be placed."""

    file: Path = Field(description="Polygons, lines or points, or a raster of land classes.")
    band: int | None = Field(None, ge=1, description="Number of the band, for a raster of several.")
    layer: str | None = Field(None, description="Layer of the file, if it has several.")
    where: str | None = Field(
        None,
        description="Condition in SQL on the columns; only the features that meet it are read.",
    )
    buffer_m: float = Field(
        0.0,
        ge=0.0,
        le=50_000.0,
        description="Distance by which features, or excluded cells of a raster, are enlarged.",
    )
    exclude_values: tuple[float, ...] = Field(
        (), description="Raster values that are excluded; empty: every value but 0 and nodata."
    )
    exclude_ranges: tuple[tuple[float, float], ...] = Field(
        (), description="Ranges of raster values that are excluded, both ends included."
    )

    @model_validator(mode="after")
    def _ranges_rise(self) -> Exclusion:
        if any(low > high for low, high in self.exclude_ranges):
            raise ValueError("exclude_ranges holds a range whose first value is above its second")
        return self
