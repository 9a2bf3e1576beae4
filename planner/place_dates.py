"""When priority places are served: the month of the build-out, and whether it is in time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from planner.place_service import NEVER, PlaceService
from planner.rollout import BuildOut
from planner.rollout.milestones import stations_at

Ints = npt.NDArray[np.int64]


def months_served(served: PlaceService, schedule: BuildOut | None) -> list[str]:
    """Return the month ("2020-04") at whose end each place is served, at the median of the runs.

    Empty where the baseline serves a place, where no station does, and where the station does not
    stand within the horizon; empty for all without a build-out.
    """
    if schedule is None:
        return [""] * len(served.places)
    first, median = _first_built(served, schedule), schedule.schedule.fan[:, 1]
    month = np.searchsorted(median, first, side="right")
    names = [*schedule.month_names, ""]
    built = (first >= 0) & (first < NEVER)
    return [names[m] if new else "" for m, new in zip(month, built, strict=True)]


def served_summary(served: PlaceService, schedule: BuildOut | None) -> dict[str, Any]:
    """Return what is said of priority places, with those that are served by their dates.

    In the build-out a place is served with its station, at the median of the runs.
    """
    told = served.summary()
    rows = [row for row in range(len(served.places)) if served.date(row) is not None]
    if schedule is None or not rows:
        return told
    first = _first_built(served, schedule)
    kept = 0
    for row in rows:
        date = served.date(row)
        last = schedule.section.end
        stands = stations_at(schedule.schedule, min(date or last, last))
        kept += bool(first[row] < np.median(stands))
    return told | {"dated": len(rows), "served_by_date": kept}


def _first_built(served: PlaceService, schedule: BuildOut) -> Ints:
    """Return the place in the build-out of the station that serves each place, -1 before it."""
    rank = np.full(served.stations, NEVER)
    rank[: served.baseline] = -1
    rank[schedule.order] = np.arange(len(schedule))
    return served.first_station(rank)
