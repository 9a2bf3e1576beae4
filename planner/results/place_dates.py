"""When priority places are served: the month of the build-out, and whether that is on time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from planner.results.place_service import NEVER, PlaceService
from planner.rollout import BuildOut
from planner.rollout.milestones import stations_at

Ints = npt.NDArray[np.int64]


def months_served(served: PlaceService, schedule: BuildOut | None) -> list[str]:
    """Return the month ("2020-04") at whose end each place is served, at the median of the runs.

    Empty if the baseline serves a place, if no station does, and if the station is not built within
    the horizon; empty for all places without a build-out.
    """
    if schedule is None:
        return [""] * len(served.places)
    first, median = _first_built(served, schedule), schedule.schedule.fan[:, 1]
    month = np.searchsorted(median, first, side="right")
    names = [*schedule.month_names, ""]
    built = (first >= 0) & (first < NEVER)
    return [names[m] if new else "" for m, new in zip(month, built, strict=True)]


def served_summary(served: PlaceService, schedule: BuildOut | None) -> dict[str, Any]:
    """Return the summary of priority places, with the number served by their dates.

    In the build-out a place is served when its station is built, at the median of the runs.
    """
    summary = served.summary()
    dates = {row: served.date(row) for row in range(len(served.places))}
    dated = [(row, date) for row, date in dates.items() if date is not None]
    if schedule is None or not dated:
        return summary
    first = _first_built(served, schedule)
    built = {
        date: np.median(stations_at(schedule.schedule, date)) for date in {day for _, day in dated}
    }
    kept = sum(bool(first[row] < built[date]) for row, date in dated)
    return summary | {"dated": len(dated), "served_by_date": kept}


def _first_built(served: PlaceService, schedule: BuildOut) -> Ints:
    """Return the place in the build-out of the station that serves each place, -1 before it."""
    rank = np.full(served.stations, NEVER)
    rank[: served.baseline] = -1
    rank[schedule.order] = np.arange(len(schedule))
    return served.first_station(rank)
