"""Types of the output columns, for tables without rows, which have no values to infer them from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import pandas as pd

from planner.columns import Column

_Table = TypeVar("_Table", bound=pd.DataFrame)

_WHOLE_NUMBERS = ("order", "rank")
_YES_OR_NO = ("useful",)


def typed(table: _Table, columns: Iterable[Column]) -> _Table:
    """Return ``table`` with the types of ``columns`` if it has no row, else as it is.

    An empty list makes a column of floats, so an empty table of stations would be written with a
    number for the name of a station, and would not read back as a full one does.
    """
    if len(table):
        return table
    named: _Table = table.astype({column.name: _type(column) for column in columns})
    return named


def _type(column: Column) -> str:
    if column.name in _YES_OR_NO:
        return "bool"
    if column.name in _WHOLE_NUMBERS or column.unit == "stations":
        return "int64"
    return "float64" if column.unit else "object"
