"""The hindcast: capacities fitted to the first months of a past build-out, tested on the rest.

One number is fitted, a factor on all capacities, by least squares in stations between the
deterministic schedule and the published numbers up to ``calibrate_until``. Everything after that is
forecast.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.rollout.calendar import Horizon
from planner.rollout.milestones import stations_at
from planner.rollout.schedule import Schedule, quantiles, simulate
from planner.scenario.hindcast import HindcastScenario, Observation

Floats = npt.NDArray[np.float64]

_LARGEST_FACTOR = 8.0
_GOLDEN = (5.0**0.5 - 1.0) / 2.0
_SHRINKS = 40
_ROOM = 1_000_000


@dataclass(frozen=True)
class Compared:
    """A published number and the simulated one; total stations in service."""

    date: dt.date
    published: int
    low: int
    median: int
    high: int
    planned: int
    fitted: bool
    used: bool
    text: str
    url: str

    @property
    def error(self) -> float:
        """Simulated median divided by the published number, minus one."""
        return self.median / self.published - 1.0

    @property
    def plan_error(self) -> float:
        """The same for the announced target, built at an even pace over the working days."""
        return self.planned / self.published - 1.0


@dataclass(frozen=True)
class Hindcast:
    """A past build-out compared with published figures; ``factor`` is the fitted one."""

    scenario: HindcastScenario
    factor: float
    schedule: Schedule
    rows: tuple[Compared, ...]

    @property
    def tested(self) -> tuple[Compared, ...]:
        """The rows that were not used in the fit."""
        return tuple(row for row in self.rows if row.used and not row.fitted)

    @property
    def mean_error(self) -> float:
        """Mean of the absolute relative errors of the tested rows."""
        return float(np.mean([abs(row.error) for row in self.tested]))

    @property
    def mean_plan_error(self) -> float:
        """The same for the announced target, built at an even pace."""
        return float(np.mean([abs(row.plan_error) for row in self.tested]))

    @property
    def final_error(self) -> float:
        """Relative error of the last tested row."""
        return self.tested[-1].error

    @property
    def within_fan(self) -> int:
        """Tested rows whose published number lies between the 10 and the 90 % quantile."""
        return sum(row.low <= row.published <= row.high for row in self.tested)

    def as_dict(self) -> dict[str, Any]:
        """Return factor, errors and rows for JSON."""
        return {
            "name": self.scenario.name,
            "title": self.scenario.title,
            "series": self.scenario.series,
            "capacity_factor": self.factor,
            "mean_error": self.mean_error,
            "mean_error_of_announced_target": self.mean_plan_error,
            "final_error": self.final_error,
            "tested_within_fan": self.within_fan,
            "tested": len(self.tested),
            "rows": [
                {**vars(row), "date": row.date.isoformat(), "error": row.error} for row in self.rows
            ],
        }

    def as_text(self) -> str:
        """Return the comparison as lines for a terminal."""
        lines = [
            self.scenario.title,
            f"  capacities fitted up to {self.scenario.calibrate_until}: "
            f"{self.factor:.2f} times those of the announced target",
            f"  {'':12}{'published':>11}{'median':>11}{'10-90 %':>21}{'error':>9}",
        ]
        for row in self.rows:
            kind = ("fitted" if row.fitted else "forecast") if row.used else "not used"
            fan = f"{row.low:,}-{row.high:,}"
            lines.append(
                f"  {row.date!s:12}{row.published:>11,}{row.median:>11,}{fan:>21}"
                f"{row.error:>+9.1%}  {kind}"
            )
        lines.append(
            f"  mean error of the forecast {self.mean_error:.1%}, at the end "
            f"{self.final_error:+.1%}; of the announced target: {self.mean_plan_error:.1%}"
        )
        return "\n".join(lines)


def hindcast(scenario: HindcastScenario) -> Hindcast:
    """Fit the capacities to the first months of a hindcast and simulate all of it.

    Examples
    --------
    >>> import planner
    >>> found = planner.hindcast(planner.load_hindcast("china-2020"))
    >>> 0 < found.mean_error < 0.5
    True
    """
    each = np.array([one.per_station for one in scenario.rollout.resources])
    need = each[:, None] * np.arange(_ROOM + 1, dtype=float)[None, :]
    fitted = [
        seen
        for seen in scenario.observations
        if seen.used and seen.date <= scenario.calibrate_until
    ]

    def squares(factor: float) -> float:
        schedule = _simulated(scenario, need, factor, runs=1)
        built = [_stated_at(schedule, seen.date) for seen in fitted]
        wanted = [seen.stations - scenario.stations_baseline for seen in fitted]
        return float(np.square(np.subtract(built, wanted)).sum())

    factor = _least(squares)
    schedule = _simulated(scenario, need, factor, runs=scenario.rollout.runs)
    rows = sorted(scenario.observations, key=lambda seen: seen.date)
    return Hindcast(
        scenario, factor, schedule, tuple(_compared(scenario, schedule, seen) for seen in rows)
    )


def _simulated(scenario: HindcastScenario, need: Floats, factor: float, *, runs: int) -> Schedule:
    resources = tuple(
        one.model_copy(
            update={
                "capacity_per_month": factor * one.capacity_per_month,
                "stock": factor * one.stock,
            }
        )
        for one in scenario.rollout.resources
    )
    section = scenario.rollout.model_copy(update={"resources": resources})
    return simulate(section, need, scenario.seed, runs=runs)


def _stated_at(schedule: Schedule, date: dt.date) -> float:
    """Stations of the deterministic schedule at the end of a date, linear within its month."""
    month = schedule.horizon.month(date)
    before = float(schedule.stated[month - 1]) if month else 0.0
    grown = float(schedule.stated[month]) - before
    return before + grown * schedule.horizon.share_worked(date)


def _least(squares: Callable[[float], float]) -> float:
    """Return the factor with the smallest sum of squares, by golden-section search."""
    low, high = 0.0, _LARGEST_FACTOR
    inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_inner, at_outer = squares(inner), squares(outer)
    for _ in range(_SHRINKS):
        if at_inner < at_outer:
            high, outer, at_outer = outer, inner, at_inner
            inner = high - _GOLDEN * (high - low)
            at_inner = squares(inner)
        else:
            low, inner, at_inner = inner, outer, at_outer
            outer = low + _GOLDEN * (high - low)
            at_outer = squares(outer)
    return 0.5 * (low + high)


def _compared(scenario: HindcastScenario, schedule: Schedule, seen: Observation) -> Compared:
    low, median, high = quantiles(stations_at(schedule, seen.date)[:, None])[0]
    before, target = scenario.stations_baseline, scenario.stations_target
    worked = _worked_until(schedule.horizon, seen.date)
    return Compared(
        date=seen.date,
        published=seen.stations,
        low=before + int(low),
        median=before + int(median),
        high=before + int(high),
        planned=before + round((target - before) * worked),
        fitted=seen.used and seen.date <= scenario.calibrate_until,
        used=seen.used,
        text=seen.text,
        url=seen.url,
    )


def _worked_until(months: Horizon, date: dt.date) -> float:
    return float(months.working[: months.day(date) + 1].sum() / months.working.sum())
