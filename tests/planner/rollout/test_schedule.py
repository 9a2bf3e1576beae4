"""The schedule from a scenario's section: by hand, and what a target's probability means."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import numpy as np
import pytest

from planner.rollout import Schedule, simulate
from planner.rollout.milestones import reached, stations_at, way_back
from planner.rollout.order import cumulative_need, new_site_share
from planner.scenario.rollout import RolloutSection

CREWS: dict[str, Any] = {"name": "crews", "capacity_per_month": 100.0}
HALT: dict[str, Any] = {
    "name": "halt",
    "factor": 0.0,
    "first_day": "2020-02-01",
    "last_day": "2020-02-29",
}


def section(**changes: Any) -> RolloutSection:
    tables: dict[str, Any] = {
        "start": "2020-01-01",
        "end": "2020-12-31",
        "runs": 400,
        "calendar": "every_day",
        "working_days_per_month": 30.0,
        "resources": [CREWS],
    }
    return RolloutSection.model_validate_json(json.dumps(tables | changes))


def schedule_of(given: RolloutSection, stations: int = 5000) -> tuple[Schedule, np.ndarray]:
    need = cumulative_need(given, np.zeros(stations, dtype=np.uint8), np.zeros(stations))
    return simulate(given, need, seed=7), need


def test_by_hand_months_of_31_29_and_31_days() -> None:
    schedule, _ = schedule_of(section(end="2020-03-31"))
    # 100 stations in 30 days: 103.33, 96.67 and 103.33.
    assert schedule.planned.tolist() == [103, 200, 303]
    assert schedule.stated.tolist() == schedule.planned.tolist()
    assert (schedule.built == schedule.planned).all()


def test_by_hand_a_halt_costs_what_the_month_would_have_given() -> None:
    schedule, _ = schedule_of(section(end="2020-03-31", disruptions=[HALT]))
    assert schedule.stated.tolist() == [103, 103, 206]
    assert schedule.planned.tolist() == [103, 200, 303]


def test_by_hand_ramp_up_in_equal_steps() -> None:
    ramped = CREWS | {"ramp_from": 0.2, "ramp_months": 4}
    schedule, _ = schedule_of(section(end="2020-05-31", resources=[ramped]))
    days, share = np.array([31, 29, 31, 30, 31]), np.array([0.2, 0.4, 0.6, 0.8, 1.0])
    expected = np.floor(np.cumsum(days * share) * 100.0 / 30.0 + 1e-6)
    assert schedule.planned.tolist() == expected.tolist()


def test_by_hand_need_by_area_class_and_new_site() -> None:
    given = section(
        new_site_share=0.1,
        resources=[
            CREWS | {"per_station": 2.0, "per_new_site": 10.0, "by_area_class": {"rural": 3.0}}
        ],
    )
    untold = new_site_share(given, np.array(["any", "any", "any"]))
    need = cumulative_need(given, np.array([0, 3, 1], dtype=np.uint8), untold)
    assert need.tolist() == [[0.0, 3.0, 12.0, 15.0]]
    told = new_site_share(given, np.array(["new", "upgraded", "any"]))
    need = cumulative_need(given, np.array([0, 3, 1], dtype=np.uint8), told)
    assert need.tolist() == [[0.0, 12.0, 18.0, 21.0]]


def test_the_fan_is_made_of_runs_and_holds_the_median() -> None:
    schedule, _ = schedule_of(section(sigma_common=0.2, disruptions=[HALT | {"end_sigma_days": 9}]))
    fan = schedule.fan
    assert (fan[:, 0] <= fan[:, 1]).all()
    assert (fan[:, 1] <= fan[:, 2]).all()
    for month in range(len(schedule.horizon)):
        assert set(fan[month]) <= set(schedule.built[:, month].tolist())
        share = (schedule.built[:, month, None] <= fan[month]).mean(axis=0)
        assert (share >= [0.1, 0.5, 0.9]).all()


def test_same_seed_same_numbers_and_another_seed_others() -> None:
    given = section(sigma_common=0.2)
    need = cumulative_need(given, np.zeros(5000, dtype=np.uint8), np.zeros(5000))
    again = simulate(given, need, seed=7).built
    np.testing.assert_array_equal(simulate(given, need, seed=7).built, again)
    assert (simulate(given, need, seed=8).built != again).any()


def test_within_a_month_stations_follow_its_days() -> None:
    schedule, _ = schedule_of(section())
    assert set(stations_at(schedule, dt.date(2020, 4, 15)).tolist()) == {303 + 50}
    assert set(stations_at(schedule, dt.date(2020, 4, 30)).tolist()) == {403}


def test_certain_and_impossible_targets() -> None:
    schedule, _ = schedule_of(section())
    sure = reached(schedule, "sure", dt.date(2020, 2, 29), 200)
    assert sure.probability == 1.0
    assert sure.date_50 == sure.date_90 == dt.date(2020, 2, 29)
    never = reached(schedule, "never", dt.date(2020, 12, 31), 4000)
    assert never.probability == 0.0
    assert never.date_50 is None
    unreachable = reached(schedule, "share", dt.date(2020, 12, 31), None, 0.99)
    assert unreachable.probability == 0.0


def test_a_date_with_90_per_cent_is_no_earlier_than_with_50() -> None:
    schedule, _ = schedule_of(section(sigma_common=0.15))
    found = reached(schedule, "target", dt.date(2020, 9, 30), 900)
    assert 0.0 < found.probability < 1.0
    assert found.date_50 is not None
    assert found.date_90 is not None
    assert found.date_50 <= found.date_90


def test_the_way_back_by_hand() -> None:
    given = section(end="2020-05-31", disruptions=[HALT])
    schedule, need = schedule_of(given)
    back = way_back(given, need, 7, schedule, dt.date(2020, 5, 31), 503)
    assert back.from_date == dt.date(2020, 3, 1)
    assert back.stations_left == 400
    assert back.months_left == pytest.approx(92 / 30)
    assert back.stations_per_month == pytest.approx(400 / (92 / 30))
    # 503 less 103.33 done, over the 306.67 that the three months give.
    assert back.capacity_50 == pytest.approx((503 - 310 / 3) / (920 / 3), abs=2e-3)
    assert back.capacity_90 == back.capacity_50


def test_a_disruption_beyond_the_target_s_date_takes_no_way_back() -> None:
    later = HALT | {"first_day": "2020-05-20", "last_day": "2020-06-20"}
    given = section(end="2020-06-30", disruptions=[HALT, later])
    schedule, need = schedule_of(given)
    back = way_back(given, need, 7, schedule, dt.date(2020, 5, 31), 503)
    assert back.from_date == dt.date(2020, 3, 1)
    assert back.stations_left == 400


def test_more_capacity_means_a_higher_probability() -> None:
    chances = []
    for capacity in (80.0, 90.0, 100.0, 110.0):
        given = section(sigma_common=0.2, resources=[CREWS | {"capacity_per_month": capacity}])
        schedule, _ = schedule_of(given)
        chances.append(reached(schedule, "t", dt.date(2020, 12, 31), 1100).probability)
    assert chances == sorted(chances)
    assert chances[0] < chances[-1]


RADIO: dict[str, Any] = {
    "name": "radio units", "capacity_per_month": 110.0, "lead_months": 1, "stock": 100.0,
    "keeps": True, "sigma_month": 0.3,
}  # fmt: skip
EVENTS: list[dict[str, Any]] = [
    {"name": "halt", "factor": 0.3, "factor_sigma": 0.2, "first_day": "2020-02-01",
     "last_day": "2020-02-29", "end_sigma_days": 7},
    {"name": "factories", "resources": ["radio units"], "factor": 0.4, "factor_sigma": 0.2,
     "first_day": "2020-02-10", "last_day": "2020-03-20", "end_sigma_days": 9},
    {"name": "floods", "factor": 0.6, "factor_sigma": 0.3, "first_day": "2020-06-10",
     "last_day": "2020-07-09", "end_sigma_days": 5, "probability": 0.4},
]  # fmt: skip
CHANCE: dict[str, Any] = {"resources": [{**CREWS, "sigma_month": 0.2}, RADIO], "sigma_common": 0.15}


@pytest.mark.parametrize("left_out", range(3))
def test_a_disruption_helps_in_no_run(left_out: int) -> None:
    """The same seed draws the same chance for all the others, whatever stands beside them."""
    with_all, _ = schedule_of(section(**CHANCE, disruptions=EVENTS))
    rest = [event for number, event in enumerate(EVENTS) if number != left_out]
    without, _ = schedule_of(section(**CHANCE, disruptions=rest))
    assert (without.built >= with_all.built).all()
    assert (without.built > with_all.built).any()
    assert (without.stated >= with_all.stated).all()


@pytest.mark.parametrize("which", range(2))
def test_more_capacity_delays_no_run_and_endless_capacity_none(which: int) -> None:
    base, _ = schedule_of(section(**CHANCE, disruptions=EVENTS))
    resources = list(CHANCE["resources"])
    resources[which] = {**resources[which], "capacity_per_month": 150.0}
    more, _ = schedule_of(section(**{**CHANCE, "resources": resources}, disruptions=EVENTS))
    assert (more.built >= base.built).all()
    alone = [resources[1 - which]]
    events = [{**event, "resources": ["all"]} for event in EVENTS if "resources" not in event]
    known, _ = schedule_of(section(**CHANCE, disruptions=events))
    endless, _ = schedule_of(section(**{**CHANCE, "resources": alone}, disruptions=events))
    assert (endless.built >= known.built).all()


def test_the_order_in_the_file_changes_no_number() -> None:
    one, _ = schedule_of(section(**CHANCE, disruptions=EVENTS))
    turned = {**CHANCE, "resources": CHANCE["resources"][::-1]}
    other, _ = schedule_of(section(**turned, disruptions=EVENTS[::-1]))
    np.testing.assert_array_equal(one.built, other.built)


def test_disruptions_of_one_name_have_chances_of_their_own() -> None:
    flood = {"name": "flood", "factor": 0.0, "probability": 0.5}
    june = {**flood, "first_day": "2020-06-01", "last_day": "2020-06-30"}
    august = {**flood, "first_day": "2020-08-01", "last_day": "2020-08-31"}
    built = schedule_of(section(disruptions=[june, august]))[0].built
    lost = {(june == 0, august == 0) for june, august in np.diff(built, axis=1)[:, [4, 6]]}
    assert len(lost) == 4
