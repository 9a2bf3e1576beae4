"""Files that a run writes beside the usual ones."""

from __future__ import annotations

from pydantic import Field

from planner.scenario.base import Section


class OutputsSection(Section):
    """Further formats of the tables with positions."""

    geoparquet: bool = Field(
        False, description="Stations, gaps and zones as GeoParquet, beside the GeoPackage."
    )
    kmz: bool = Field(
        False, description="Stations, gaps and zones as KMZ, for virtual globes and phones."
    )
