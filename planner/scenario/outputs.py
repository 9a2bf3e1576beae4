"""Additional outputs of a run, and lines that its map shows for orientation."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from planner.scenario.base import Section


class OutputsSection(Section):
    """Further formats of the tables with positions."""

    geoparquet: bool = Field(
        False, description="Stations, gaps and zones as GeoParquet, besides the GeoPackage."
    )
    kmz: bool = Field(
        False, description="Stations, gaps and zones as KMZ, for virtual globes and phones."
    )


class BaseMapSection(Section):
    """Lines that the map shows for orientation, in addition to borders, rivers and names."""

    roads: Path | None = Field(
        None,
        description="Roads: a vector file, or osm-roads. If lines have a class of OpenStreetMap "
        "(fclass, highway), only motorways, trunk and primary roads are shown.",
    )
    railways: Path | None = Field(None, description="Railways: a vector file, or osm-railways.")
