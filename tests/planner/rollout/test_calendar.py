"""Working days: those that the State Council's notices leave."""

from __future__ import annotations

import datetime as dt

import pytest

from planner.rollout import horizon
from planner.rollout.calendar import holidays_of_china, years_without_holidays

YEAR = (dt.date(2020, 1, 1), dt.date(2020, 12, 31))


def test_working_days_of_2020_month_by_month() -> None:
    # Weekdays less holidays on weekdays plus weekends worked, counted by hand from the notice.
    months = horizon(*YEAR)
    january = 23 - 1 - 5 + 1  # 1 January; 24 and 27 to 30; worked on Sunday 19
    february = 20 + 1  # worked on Saturday 1
    may = 21 - 3 + 1  # 1, 4, 5; worked on Saturday 9
    october = 22 - 6 + 1  # 1, 2, 5 to 8; worked on Saturday 10
    found = months.working_days.tolist()
    assert [found[0], found[1], found[4], found[9]] == [january, february, may, october]
    assert sum(found) == 251


def test_calendars_without_holidays() -> None:
    assert horizon(*YEAR, "weekends").working_days.sum() == 262
    assert horizon(*YEAR, "every_day").working_days.sum() == 366


def test_months_may_be_short_at_both_ends() -> None:
    months = horizon(dt.date(2020, 3, 16), dt.date(2020, 5, 8), "every_day")
    assert months.month_end == (dt.date(2020, 3, 31), dt.date(2020, 4, 30), dt.date(2020, 5, 8))
    assert months.working_days.tolist() == [16, 30, 8]
    assert [months.month(end) for end in months.month_end] == [0, 1, 2]
    assert months.share_worked(dt.date(2020, 4, 15)) == pytest.approx(0.5)
    assert months.share_worked(dt.date(2020, 5, 8)) == 1.0


def test_a_year_whose_holidays_are_not_known_is_named() -> None:
    assert years_without_holidays(dt.date(2020, 1, 1), dt.date(2022, 1, 31), "china") == (2022,)
    assert years_without_holidays(dt.date(2022, 1, 1), dt.date(2022, 1, 31), "weekends") == ()


def test_holidays_and_worked_weekends_are_what_they_are_called() -> None:
    for day, worked in holidays_of_china().items():
        assert not worked or day.weekday() >= 5, f"{day} is a weekday and needs no notice to work"
