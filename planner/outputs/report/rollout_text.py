"""The build-out in sentences, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.outputs.language import chance, day, month_end


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


def capacity(back: Mapping[str, Any]) -> str:
    """Return the share of the scenario's capacity that a 90 % chance needs, as text."""
    needed = back["capacity_90"]
    if needed is None:
        return "no capacity tried gives a 90 % chance"
    return f"a 90 % chance needs {100.0 * needed:.1f} % of planned capacity"
