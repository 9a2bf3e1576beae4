"""Tables as CSV for spreadsheets: UTF-8 with a byte order mark, the rules of RFC 4180.

A spreadsheet takes a text that begins with ``=``, ``+``, ``-``, ``@``, their full-width forms, a
tab or a line break for a formula, even inside quotes (OWASP, CSV Injection). Such a text gets one
apostrophe in front; so does one that begins with an apostrophe already, so that whoever reads the
file back takes one leading apostrophe away and has the name as it was.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from planner.columns import PRIORITY_PLACES, STATIONS, ZONES, Column
from planner.outputs.tables.column_types import typed

if TYPE_CHECKING:
    from planner.plan import Plan

_DANGEROUS = tuple("=+-@＝＋－＠\t\r\n'")

_DECIMALS = {"degree": 6, "people": 1, "share": 5, "km²": 3, "1/km²": 4, "m": 1, "CNY": 0}
"""Decimals of a number by the unit of its column."""


def write_stations_csv(plan: Plan, path: Path) -> None:
    """Write the stations, in the order of construction."""
    _write(plan.stations, STATIONS.values(), path)


def write_zones_csv(plan: Plan, path: Path) -> None:
    """Write the zones."""
    _write(plan.zones, ZONES.values(), path)


def write_places_csv(plan: Plan, path: Path) -> None:
    """Write the priority places."""
    if plan.places is not None:
        _write(plan.places, PRIORITY_PLACES.values(), path)


def _write(table: pd.DataFrame, columns: Collection[Column], path: Path) -> None:
    rows = typed(table, columns)
    ready = pd.DataFrame({column.name: _cells(rows[column.name], column) for column in columns})
    ready.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def _cells(values: pd.Series, column: Column) -> pd.Series:
    if pd.api.types.is_bool_dtype(values):
        return values.map({True: "true", False: "false"})
    if pd.api.types.is_float_dtype(values):
        return values.round(_DECIMALS[column.unit])
    if pd.api.types.is_numeric_dtype(values):
        return values
    return harmless_text(values)


def harmless_text(values: pd.Series) -> pd.Series:
    """Return texts that no spreadsheet takes for a formula."""
    texts = values.astype(str)
    dangerous = texts.str.startswith(_DANGEROUS)
    return texts.mask(dangerous, "'" + texts)
