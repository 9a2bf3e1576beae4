"""Tables as CSV for spreadsheets: UTF-8 with a byte order mark, the rules of RFC 4180.

A spreadsheet takes a text that begins with ``=``, ``+``, ``-``, ``@``, their full-width forms, a
tab or a line break for a formula, even inside quotes (OWASP, CSV Injection). Such a text gets one
apostrophe in front. So does one that already begins with an apostrophe: a program that reads the
file back removes one leading apostrophe to restore the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from planner.columns import PRIORITY_PLACES, STATIONS, ZONES, Column
from planner.outputs.tables.column_types import typed

if TYPE_CHECKING:
    from planner.plan import Plan

_ALL_DIGITS: Mapping[str, int] = MappingProxyType({})
_DANGEROUS = tuple("=+-@＝＋－＠\t\r\n'")

_DECIMALS = {
    "degree": 6, "people": 1, "share": 5, "km²": 3, "1/km²": 4, "m": 1, "CNY": 0, "months": 2,
}  # fmt: skip
"""Decimals of a number by the unit of its column."""


def write_stations_csv(plan: Plan, path: Path) -> None:
    """Write the stations, in construction order."""
    write_columns(plan.stations, STATIONS, path)


def write_zones_csv(plan: Plan, path: Path) -> None:
    """Write the zones."""
    write_columns(plan.zones, ZONES, path)


def write_places_csv(plan: Plan, path: Path) -> None:
    """Write the priority places, if the plan has any."""
    if plan.places is not None:
        write_columns(plan.places, PRIORITY_PLACES, path)


def write_columns(table: pd.DataFrame, columns: Mapping[str, Column], path: Path) -> None:
    """Write columns of the glossary in its order, numbers rounded according to their units.

    Raises
    ------
    KeyError
        When ``table`` lacks one of ``columns``.
    """
    rows = typed(table, columns.values())[list(columns)].copy()
    decimals = {}
    for name, column in columns.items():
        if column.unit in _DECIMALS:
            decimals[name] = _DECIMALS[column.unit]
            rows[name] = pd.to_numeric(rows[name])
    write_table(rows, path, decimals)


def write_table(table: pd.DataFrame, path: Path, decimals: Mapping[str, int] = _ALL_DIGITS) -> None:
    """Write any table: one line for each row, without the index.

    Parameters
    ----------
    table
        Columns of numbers, of booleans (written as "true" and "false"), and of anything else,
        which is written as text that is harmless in a spreadsheet. What is missing stays empty.
    path
        The file to write.
    decimals
        Decimals of floats by column; columns that it does not name keep all digits.
    """
    cells = {name: _cells(table[name], decimals.get(str(name))) for name in table}
    pd.DataFrame(cells).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def read_table(path: Path) -> pd.DataFrame:
    """Return a table that :func:`write_table` wrote, its texts as they were before.

    Raises
    ------
    ValueError
        It is not UTF-8, or no table.
    """
    table = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, na_values=[""])
    for name, values in table.items():
        if pd.api.types.is_string_dtype(values) or pd.api.types.is_object_dtype(values):
            table[name] = values.fillna("").astype(str).str.removeprefix("'")
    return table


def _cells(values: pd.Series, decimals: int | None) -> pd.Series:
    if pd.api.types.is_bool_dtype(values):
        return values.map({True: "true", False: "false"})
    if pd.api.types.is_float_dtype(values) and decimals is not None:
        return values.round(decimals)
    if pd.api.types.is_numeric_dtype(values):
        return values
    return harmless_text(values.fillna(""))


def harmless_text(values: pd.Series) -> pd.Series:
    """Return texts that no spreadsheet takes for a formula."""
    texts = values.astype(str)
    dangerous = texts.str.startswith(_DANGEROUS)
    return texts.mask(dangerous, "'" + texts)
