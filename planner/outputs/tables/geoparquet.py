"""Stations, gaps and zones as GeoParquet, one file each, with the columns of the GeoPackage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from planner.columns import GAPS, STATIONS, ZONES
from planner.outputs.tables.column_types import typed

if TYPE_CHECKING:
    from planner.plan import Plan

_COLUMNS = {"stations": STATIONS, "gaps": GAPS, "zones": ZONES}


def write_geoparquet(name: str, plan: Plan, path: Path) -> None:
    """Write the table ``name`` (EPSG:4326): stations, gaps or zones."""
    columns = _COLUMNS[name]
    table = typed(getattr(plan, name), columns.values())[[*columns, "geometry"]]
    with path.open("wb") as file:
        table.to_parquet(file, index=False, schema_version="1.1.0", write_covering_bbox=True)
