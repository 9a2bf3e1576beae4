"""What a run writes beside the usual files, and what its map shows for orientation."""

from __future__ import annotations

from pathlib import Path

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


class BaseMapSection(Section):
    """Lines that the map shows for orientation, beside borders, rivers and names."""

    roads: Path | None = Field(
        None,
        description="Lines of roads: a vector file, or osm-roads. Of lines with a class of "
        "OpenStreetMap (fclass, highway) the motorways, trunk and primary roads are shown, of "
        "others all.",
    )
    railways: Path | None = Field(
        None, description="Lines of railways: a vector file, or osm-railways."
    )
