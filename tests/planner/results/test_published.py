"""Published numbers beside a plan: the error of the split, and the yardsticks of the nation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planner
from planner.data import path_of
from planner.results.published import (
    PublishedStations,
    allocation_error,
    published_stations,
    yardsticks,
)
from tests.planner.study import write_study

GUANGDONG = {"440300": 30_591, "440100": 23_555, "441900": 8_305, "440600": 7_472}


def test_guangdong_is_compared_with_one_page_of_one_date() -> None:
    area = planner.study_area(planner.load_scenario("guangdong-2020"), 5000.0)
    found = published_stations(area)
    assert found is not None
    codes = area.zones["adcode"].tolist()
    assert {codes[row]: count for row, count in found.by_zone.items()} == GUANGDONG
    assert found.total - sum(found.by_zone.values()) == 28_690
    facts = pd.read_csv(path_of("facts_stations_by_city"), dtype=str)
    assert found.source_url in set(facts["source_url"])


def test_the_split_of_the_issue_has_an_error_of_half() -> None:
    counts = [*GUANGDONG.values(), 28_690]
    published = PublishedStations("2020-08", 98_613, dict(enumerate(counts[:4])), "", ())
    plan = np.array([5_532, 7_501, 3_487, 3_768, 75_420])
    assert allocation_error(published, plan) == pytest.approx(0.497, abs=5e-4)
    assert allocation_error(published, np.array(counts)) == 0.0


@given(st.lists(st.integers(0, 1000), min_size=4, max_size=9))
def test_the_error_is_a_share_and_does_not_depend_on_the_number(stations: list[int]) -> None:
    published = PublishedStations("2020", 100, {0: 60, 2: 25}, "", ())
    error = allocation_error(published, np.array(stations))
    assert 0.0 <= error <= 1.0
    assert allocation_error(published, 7 * np.array(stations)) == pytest.approx(error)


def test_a_study_of_its_own_has_no_published_numbers(tmp_path: Path) -> None:
    plan = planner.run(write_study(tmp_path))
    assert plan.summary["allocation_error"] is None
    assert plan.summary["yardsticks"]["per_10000_people"] == pytest.approx(
        len(plan.stations) / plan.summary["population_total"] * 1e4
    )


def test_yardsticks_are_those_of_the_facts() -> None:
    found = yardsticks(98_613, 126_012_510, 179_700)
    by_date = {row["date"]: row for row in found["nation"]}
    assert by_date["2020-12"]["stations"] == 771_000
    assert by_date["2021-09"]["towns_share"] == 0.4
    assert by_date["2021-12"]["per_10000_people"] == pytest.approx(10.1, abs=0.05)
    assert found["per_10000_people"] == pytest.approx(7.83, abs=0.005)
    assert found["as_in_china"] == "2021-06"
    assert yardsticks(1, 1e9, 1.0)["as_in_china"] is None
