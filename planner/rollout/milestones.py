"""Milestones: whether they are reached by their dates, when, and what would recover a delay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.rollout.schedule import CERTAIN, Schedule, quantiles, tries
from planner.scenario.rollout import RolloutSection

Floats = npt.NDArray[np.float64]

_CHANCES = (0.5, 0.9)
_MOST_BOOST = 16.0
_HALVINGS = 12
_RUNS = 2_000


@dataclass(frozen=True)
class Reached:
    """A milestone and the probability of reaching it.

    ``stations``: new stations that it takes, None if the whole plan does not reach it.
    ``probability`` that they are in service by ``date``; ``date_50`` and ``date_90``: end of the
    first month by which they are in 50 and 90 % of the runs, None if not within the horizon.
    """

    name: str
    date: dt.date
    stations: int | None
    covered_share: float | None
    probability: float
    date_50: dt.date | None
    date_90: dt.date | None
    stations_p10: int
    stations_p50: int
    stations_p90: int

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, dates as text."""
        return {
            key: value.isoformat() if isinstance(value, dt.date) else value
            for key, value in vars(self).items()
        }


@dataclass(frozen=True)
class WayBack:
    """The effort that would still meet a target after the last disruption before its date.

    ``from_date``: first day after it. ``stations_left`` are missing then at the median, over
    ``months_left`` months of average working days until the target's date: ``stations_per_month``.
    ``capacity_50``, ``capacity_90``: factor on all capacities from the month of ``from_date`` on
    with which the target is met in 50 and 90 % of the runs; None when no factor up to 16 does.
    """

    from_date: dt.date
    stations_left: int
    months_left: float
    stations_per_month: float | None
    capacity_50: float | None
    capacity_90: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, dates as text."""
        return {**vars(self), "from_date": self.from_date.isoformat()}


def stations_at(schedule: Schedule, date: dt.date) -> npt.NDArray[np.int64]:
    """Return the stations in service in each run at the end of a date (int64[runs]).

    Within a month they are added in proportion to its working days.
    """
    month = schedule.horizon.month(date)
    after = schedule.built[:, month].astype(np.int64)
    before = schedule.built[:, month - 1].astype(np.int64) if month else np.zeros_like(after)
    share = schedule.horizon.share_worked(date)
    grown: npt.NDArray[np.int64] = np.floor((after - before) * share + 1e-9).astype(np.int64)
    return before + grown


def reached(
    schedule: Schedule,
    name: str,
    date: dt.date,
    stations: int | None,
    covered_share: float | None = None,
) -> Reached:
    """Return the probability of ``stations`` new stations by ``date``, and their dates."""
    there = stations_at(schedule, date)
    p10, p50, p90 = (int(count) for count in quantiles(there[:, None])[0])
    probability, date_50, date_90 = 0.0, None, None
    if stations is not None:
        probability = float((there >= stations).mean())
        date_50, date_90 = (_date_with(schedule, stations, chance) for chance in _CHANCES)
    return Reached(
        name, date, stations, covered_share, probability, date_50, date_90, p10, p50, p90
    )


def _date_with(schedule: Schedule, stations: int, chance: float) -> dt.date | None:
    """Return the end of the first month by which a share of the runs has ``stations`` stations."""
    month = np.flatnonzero((schedule.built >= stations).mean(axis=0) >= chance)
    return schedule.horizon.month_end[month[0]] if month.size else None


def way_back(
    section: RolloutSection,
    need: Floats,
    seed: int,
    schedule: Schedule,
    date: dt.date,
    stations: int,
) -> WayBack:
    """Return the effort that would still meet a target.

    It starts on the day after the last disruption of the deterministic run that ends before the
    target's date; without one, on the first day.
    """
    ends = [
        event.last_day
        for event in section.disruptions
        if event.probability >= CERTAIN and event.last_day < date
    ]
    start = max(ends) + dt.timedelta(days=1) if ends else section.start
    months = schedule.horizon
    first = months.month(start)
    there = stations_at(schedule, start - dt.timedelta(days=1)) if start > section.start else None
    left = max(0, stations - (int(np.median(there)) if there is not None else 0))
    days = months.working[months.day(start) : months.day(date) + 1].sum()
    months_left = float(days) / section.working_days_per_month

    built = tries(section, need, seed, min(section.runs, _RUNS))

    @cache
    def met(factor: float) -> float:
        boost = np.ones(len(months))
        boost[first:] = factor
        tried = replace(schedule, built=built(boost))
        return float((stations_at(tried, date) >= stations).mean())

    factors = [_least_factor(met, chance) for chance in _CHANCES]
    rate = left / months_left if months_left > 0.0 else None
    return WayBack(start, left, months_left, rate, *factors)


def _least_factor(met: Callable[[float], float], chance: float) -> float | None:
    """Return the smallest factor with which a share ``chance`` of the runs meets the target."""
    low, high = 0.0, 1.0
    while met(high) < chance:
        low, high = high, 2.0 * high
        if high > _MOST_BOOST:
            return None
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if met(middle) >= chance else (middle, high)
    return round(high, 3)
