"""The build-out in sentences: for the terminal and the report."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def terminal_lines(rollout: Mapping[str, Any]) -> list[str]:
    """Return what the terminal says of the build-out of a summary."""
    target = rollout["target"]
    lines = [
        f"  build-out         {chance(target['probability']):>14}  that the {target['stations']:,} "
        f"new stations stand by {day(target['date'])}",
        f"    at even odds    {month_end(target['date_50']):>14}  at 90 %: "
        f"{month_end(target['date_90'])}",
    ]
    back = rollout["way_back"]
    if back["stations_per_month"] and target["probability"] < 0.9:
        lines.append(
            f"    way back        {back['stations_per_month']:>14,.0f}  stations a month from "
            f"{day(back['from_date'])} on; {capacity(back)}"
        )
    return lines


def chance(probability: float) -> str:
    """Return a probability in per cent, never certain when it is not.

    Rounded down: 50 % is said where half of the runs keep a date, as of the date itself.
    """
    if 0.0 < probability < 0.01:
        return "< 1 %"
    if 0.99 < probability < 1.0:
        return "> 99 %"
    return f"{math.floor(100.0 * probability + 1e-9)} %"


def capacity(back: Mapping[str, Any]) -> str:
    """Return how much of the scenario's capacity a chance of 90 % takes."""
    needed = back["capacity_90"]
    if needed is None:
        return "no capacity within reach gives 90 %"
    return f"90 % takes {100.0 * needed:.1f} % of the capacities"


def day(date: str) -> str:
    """Return a date as a reader says it."""
    known = dt.date.fromisoformat(date)
    return f"{known.day} {_MONTHS[known.month - 1]} {known.year}"


def month_end(date: str | None) -> str:
    """Return the end of a month as a reader says it."""
    if date is None:
        return "not in reach"
    known = dt.date.fromisoformat(date)
    return f"end of {_MONTHS[known.month - 1][:3]} {known.year}"
