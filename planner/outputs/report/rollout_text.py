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
    """Return the lines of the terminal on the build-out of a summary."""
    target = rollout["target"]
    lines = [
        f"  build-out         {chance(target['probability']):>14}  probability that all "
        f"{target['stations']:,} new stations are in service by {day(target['date'])}",
        f"    50 % chance     {month_end(target['date_50']):>14}  90 % chance: "
        f"{month_end(target['date_90'])}",
    ]
    back = rollout["way_back"]
    if back["stations_per_month"] and target["probability"] < 0.9:
        lines.append(
            f"    to recover      {back['stations_per_month']:>14,.0f}  stations a month from "
            f"{day(back['from_date'])} on; {capacity(back)}"
        )
    return lines


def chance(probability: float) -> str:
    """Return a probability in per cent: 0 and 100 only if it is exactly that.

    Rounded down, so that it says 50 % exactly if at least half of the simulations keep the date.
    """
    if 0.0 < probability < 0.01:
        return "< 1 %"
    if 0.99 < probability < 1.0:
        return "> 99 %"
    return f"{math.floor(100.0 * probability + 1e-9)} %"


def capacity(back: Mapping[str, Any]) -> str:
    """Return the share of the scenario's capacity that a 90 % chance needs, as text."""
    needed = back["capacity_90"]
    if needed is None:
        return "no capacity tried gives a 90 % chance"
    return f"a 90 % chance needs {100.0 * needed:.1f} % of planned capacity"


def day(date: str) -> str:
    """Return a date in words, such as 31 December 2020."""
    known = dt.date.fromisoformat(date)
    return f"{known.day} {_MONTHS[known.month - 1]} {known.year}"


def month_end(date: str | None) -> str:
    """Return the end of a month in words, such as end of Dec 2020."""
    if date is None:
        return "beyond horizon"
    known = dt.date.fromisoformat(date)
    return f"end of {_MONTHS[known.month - 1][:3]} {known.year}"
