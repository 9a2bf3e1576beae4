"""Stations, gaps and zones in one GeoPackage, which QGIS opens with our styles by itself."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio

from planner.columns import GAPS, PRIORITY_PLACES, STATIONS, ZONES, Column
from planner.outputs.tables import qgis_styles
from planner.outputs.tables.column_types import typed

if TYPE_CHECKING:
    from planner.plan import Plan


@dataclass(frozen=True)
class _MapLayer:
    name: str
    geometry_type: str
    columns: Mapping[str, Column]
    description: str
    qml: Callable[[], str]


# QGIS adds layers in this order and draws the later ones on top.
_LAYERS = (
    _MapLayer(
        "zones", "MultiPolygon", ZONES, "Zones with residents, coverage and stations",
        qgis_styles.zones_qml,
    ),
    _MapLayer("gaps", "MultiPolygon", GAPS, "Settled land without service", qgis_styles.gaps_qml),
    _MapLayer(
        "stations", "Point", STATIONS, "Stations in construction order",
        qgis_styles.stations_qml,
    ),
)  # fmt: skip

_PLACES = _MapLayer(
    "priority_places", "Point", PRIORITY_PLACES, "Priority places, served or not",
    qgis_styles.places_qml,
)  # fmt: skip


def _layers_of(plan: Plan) -> tuple[_MapLayer, ...]:
    """Return the layers of a plan, with priority places if its scenario has any."""
    return _LAYERS if plan.places is None else (*_LAYERS, _PLACES)


def write_geopackage(plan: Plan, path: Path) -> None:
    """Write the layers (EPSG:4326) with styles, descriptions and column meanings."""
    tables = {"zones": plan.zones, "gaps": plan.gaps, "stations": plan.stations}
    if plan.places is not None:
        tables["priority_places"] = plan.places
    for layer in _layers_of(plan):
        _write_layer(tables[layer.name], layer, path, _about(plan))
    with closing(sqlite3.connect(path)) as database, database:
        _add_column_meanings(database, plan)
        _add_styles(database, plan)
        _set_dates(database, _stamp(plan))


def _about(plan: Plan) -> dict[str, str]:
    """Return the provenance of each layer as a description."""
    return {
        "title": plan.scenario.title,
        "scenario": plan.scenario.name,
        "scenario_sha256": plan.provenance["scenario_hash"],
        "planner_version": plan.provenance["planner_version"],
        "created": plan.provenance["created"],
        "attribution": "; ".join(
            dict.fromkeys(given["attribution"] for given in plan.provenance["inputs"])
        ),
    }


def _write_layer(
    table: gpd.GeoDataFrame, layer: _MapLayer, path: Path, about: Mapping[str, str]
) -> None:
    first = not path.exists()
    pyogrio.write_dataframe(
        typed(table, layer.columns.values())[[*layer.columns, "geometry"]],
        path,
        layer=layer.name,
        driver="GPKG",
        append=not first,
        # GDAL below 3.7, and QGIS with it, warns of the newer 1.4 each time it opens one.
        dataset_options={"VERSION": "1.3"} if first else None,
        # On the layer, not the file: for the latter GDAL writes an .aux.xml when it reads.
        layer_metadata=dict(about),
        geometry_type=layer.geometry_type,
        promote_to_multi=layer.geometry_type.startswith("Multi"),
        layer_options={"IDENTIFIER": layer.name, "DESCRIPTION": layer.description},
    )


def _stamp(plan: Plan) -> str:
    """Return the plan's own date, so that the same plan gives the same file."""
    created = dt.datetime.fromisoformat(plan.provenance["created"]).astimezone(dt.UTC)
    return created.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _add_column_meanings(database: sqlite3.Connection, plan: Plan) -> None:
    """Add the table of the schema extension (GeoPackage 1.3, annex F.9)."""
    database.execute(
        "CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, "
        "name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT, "
        "CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), "
        "CONSTRAINT gdc_tn UNIQUE (table_name, name))"
    )
    database.executemany(
        "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)",
        [
            (layer.name, *_meaning(column))
            for layer in _layers_of(plan)
            for column in layer.columns.values()
        ],
    )
    database.execute(
        "INSERT INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema', "
        "'http://www.geopackage.org/spec/#extension_schema', 'read-write')"
    )


def _meaning(column: Column) -> tuple[str, str, str, str]:
    unit = f" [{column.unit}]" if column.unit else ""
    return column.name, column.name, qgis_styles.column_alias(column), column.meaning_en + unit


def _add_styles(database: sqlite3.Connection, plan: Plan) -> None:
    """Add the table in which QGIS looks for the default style of a layer."""
    database.execute(
        "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "
        "f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), "
        "f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, "
        "useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), "
        "update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"
    )
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', 'Styles for QGIS', 0)"
    )
    geometry = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    database.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
        "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
        "update_time) VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '', ?)",
        [
            (layer.name, geometry[layer.name], layer.name, layer.qml(), layer.description,
             _stamp(plan))
            for layer in _layers_of(plan)
        ],
    )  # fmt: skip


def _set_dates(database: sqlite3.Connection, stamp: str) -> None:
    """Replace the clock's time by the plan's own, so that the same plan gives the same bytes."""
    database.execute("UPDATE gpkg_contents SET last_change = ?", (stamp,))
    database.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (stamp,))
