"""The calendar of a build-out: months, their days, and which of them are worked.

Public holidays of China, and the weekends worked in exchange, are those that the General Office of
the State Council announces for each year. The extension of the Spring Festival of 2020 to
2 February is not included: it was announced on 26 January because of the epidemic, and counts as
a disruption.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from planner.data import path_of

_DAY = dt.timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class Horizon:
    """The days from ``start`` to ``end`` in calendar months; the first and last may be short.

    ``month_end``: last day of each month; ``first_day`` (int64[M + 1]): number of the first day of
    each month, counted from the start, and of all days; ``working`` (bool[D]): days that are
    worked.
    """

    start: dt.date
    end: dt.date
    month_end: tuple[dt.date, ...]
    first_day: npt.NDArray[np.int64]
    working: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.month_end)

    @property
    def working_days(self) -> npt.NDArray[np.int64]:
        """Working days of each month (int64[M])."""
        return np.add.reduceat(self.working.astype(np.int64), self.first_day[:-1])

    def day(self, date: dt.date) -> int:
        """Number of a date, counted from the start; may lie outside."""
        return (date - self.start).days

    def month(self, date: dt.date) -> int:
        """Number of the month in which a date of the horizon lies."""
        return int(np.searchsorted(self.first_day, self.day(date), side="right")) - 1

    def share_worked(self, date: dt.date) -> float:
        """Share of the working days of its month that are over at the end of a date."""
        month = self.month(date)
        worked = self.working[self.first_day[month] : self.first_day[month + 1]]
        total = int(worked.sum())
        if date >= self.month_end[month] or total == 0:
            return 1.0
        return float(worked[: self.day(date) - self.first_day[month] + 1].sum() / total)


def horizon(start: dt.date, end: dt.date, days_off: str = "china") -> Horizon:
    """Return the months from ``start`` to ``end`` (included).

    ``days_off``: "china" (weekends and public holidays), "weekends" or "every_day" (none).
    """
    days = [start + number * _DAY for number in range((end - start).days + 1)]
    starts = [0, *(number for number, day in enumerate(days) if day.day == 1 and number > 0)]
    return Horizon(
        start=start,
        end=end,
        month_end=tuple(days[number - 1] for number in [*starts[1:], len(days)]),
        first_day=np.array([*starts, len(days)], dtype=np.int64),
        working=np.array([_worked(day, days_off) for day in days], dtype=bool),
    )


def years_without_holidays(start: dt.date, end: dt.date, days_off: str) -> tuple[int, ...]:
    """Return the years for which the holidays are not known: only weekends are off in them."""
    if days_off != "china":
        return ()
    known = {day.year for day in holidays_of_china()}
    return tuple(year for year in range(start.year, end.year + 1) if year not in known)


def _worked(day: dt.date, days_off: str) -> bool:
    if days_off == "every_day":
        return True
    weekday = day.weekday() < _SATURDAY
    return holidays_of_china().get(day, weekday) if days_off == "china" else weekday


@cache
def holidays_of_china() -> dict[dt.date, bool]:
    """Return the days that differ from their weekday's rule, and whether each is worked."""
    days: dict[dt.date, bool] = {}
    with path_of("facts_days_off_china").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            first, last = (dt.date.fromisoformat(row[key]) for key in ("first_day", "last_day"))
            for number in range((last - first).days + 1):
                days[first + number * _DAY] = row["kind"] == "working"
    return days
