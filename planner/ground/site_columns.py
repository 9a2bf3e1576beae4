"""Columns of site tables that describe antennas: those that are not read are reported."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable

from planner.errors import PlannerWarning

_OF_ANTENNAS = (
    "azimuth", "bearing", "direction", "tilt", "height", "elevation", "power", "eirp", "gain",
    "beamwidth", "antenna", "frequency", "band", "sector", "load", "radius", "range",
    "方位", "倾角", "挂高", "高度", "功率", "增益", "天线", "频", "扇区", "半径",
)  # fmt: skip


def warn_of_unread(
    columns: Iterable[object], understood: Collection[str], file: str, hint: str
) -> None:
    """Warn of columns that seem to describe antennas and are not among those ``understood``.

    ``hint`` says what happens instead, or what the columns would have to be called.
    """
    unread = [
        str(column)
        for column in columns
        if str(column).lower() not in understood
        and any(word in str(column).lower() for word in _OF_ANTENNAS)
    ]
    if unread:
        warnings.warn(
            f"{file}: columns not read: {', '.join(unread)}; {hint}", PlannerWarning, stacklevel=3
        )
