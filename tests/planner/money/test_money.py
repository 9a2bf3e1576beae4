"""Money of stations: hand calculations, sums to the last yuan, monotone properties."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from planner.data import embedded_folder
from planner.errors import InputError
from planner.money import (
    CAPITAL_ITEMS,
    PUBLISHED,
    StationSites,
    annuity_factor,
    capital_cny,
    co2_tonnes,
    energy_kwh,
    marginal_steps,
    present_cost_cny,
    running_cny,
)
from planner.money.default_sources import MONEY_SOURCES
from planner.pipeline import run
from planner.scenario import load_scenario
from planner.scenario.money import MoneySection
from planner.sites.capital import slope_degree
from tests.planner.study import SCENARIO, write_study


def section(**changes: object) -> MoneySection:
    return MoneySection.model_validate({"station_cny": 454_000.0, **changes})


def stations(count: int, **changes: object) -> StationSites:
    plain = {
        "price_cny": np.full(count, np.nan),
        "area_class": np.zeros(count, dtype=int),
        "site_kind": ["any"] * count,
        "equipment": [""] * count,
    }
    return StationSites(**{**plain, **changes})  # type: ignore[arg-type]


def test_without_factors_a_station_costs_its_price_to_the_yuan() -> None:
    capital = capital_cny(section(), stations(7))
    assert capital.dtype == np.int64
    assert (capital.sum(axis=1) == 454_000).all()
    # Works 254,000; the mean kind of site counts 0.03 x 3 + 0.97 x 1 = 1.06.
    new = round(254_000 * 0.09 / 1.06)
    assert capital[0].tolist() == [160_000, new, 254_000 - new, 0, 40_000]


def test_known_kinds_of_site_by_hand() -> None:
    kinds = ["new", "upgraded", "shared"]
    capital = capital_cny(section(), stations(3, site_kind=kinds))
    works = [round(254_000 * factor / 1.06) for factor in (3.0, 1.0, 0.5)]
    assert np.abs(capital.sum(axis=1) - 200_000 - works).max() <= 1
    assert (capital[:, 1:4] > 0).tolist() == np.eye(3, dtype=bool).tolist()


def test_a_price_of_its_own_holds_whatever_the_site() -> None:
    own = stations(2, price_cny=np.array([90_000.0, 300_000.0]), site_kind=["upgraded", "new"])
    capital = capital_cny(section(), own)
    assert capital.sum(axis=1).tolist() == [90_000, 300_000]
    assert capital[0, 0] == 90_000


def test_equipment_has_its_own_radio_price() -> None:
    cost = section(items={"radio_cny_of_equipment": {"small": 50_000.0}})
    capital = capital_cny(cost, stations(2, equipment=["small", ""]))
    assert capital[:, 0].tolist() == [50_000, 160_000]
    assert (capital.sum(axis=1) == 454_000).all()


def test_factors_of_area_class_and_slope_by_hand() -> None:
    cost = section(
        items={"area_factors": {"rural": 1.5}, "terrain_factors": {"mountain": 2.0}},
    )
    where = stations(3, area_class=np.array([0, 3, 3]), slope_degree=np.array([14.9, 15.0, 0.0]))
    expected = [454_000, 160_000 + 3 * 294_000, 160_000 + round(1.5 * 294_000)]
    assert capital_cny(cost, where).sum(axis=1).tolist() == expected


def test_slope_of_a_plane() -> None:
    height = 20.0 * np.arange(12.0)[:, None] * np.ones((12, 9))
    found = slope_degree(height, 100.0)
    assert found.shape == height.shape
    assert found == pytest.approx(np.degrees(np.arctan(0.2)))


@settings(max_examples=60, deadline=None)
@given(
    price=st.floats(1.0, 2e6),
    factor=st.floats(0.1, 5.0),
    shares=st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)),
)
def test_items_are_never_negative_and_dearer_never_costs_less(
    price: float, factor: float, shares: tuple[float, float]
) -> None:
    new, upgraded = sorted(shares)[0], sorted(shares)[1] - sorted(shares)[0]
    items = {
        "site_shares": {"new": new, "upgraded": upgraded, "shared": 1.0 - new - upgraded},
        "area_factors": {"urban": factor},
    }
    if abs(sum(items["site_shares"].values()) - 1.0) > 1e-12 or 1.0 - new - upgraded < 0.0:
        return
    cost = MoneySection.model_validate(
        {
            "station_cny": price,
            "items": items | {"radio_cny": 0.3 * price, "transmission_cny": 0.1 * price},
        }
    )
    where = stations(4, area_class=np.array([1, 1, 1, 0]),
                     site_kind=["any", "shared", "new", "any"])  # fmt: skip
    capital = capital_cny(cost, where)
    assert (capital >= 0).all()
    assert capital[1].sum() <= capital[2].sum()
    assert abs(int(capital[3].sum()) - round(price)) <= 0
    if factor >= 1.0:
        assert capital[0].sum() >= capital[3].sum()


def test_running_energy_and_co2_by_hand() -> None:
    cost = section(
        running={"power_kw": 3.5, "load_share": 0.8, "price_cny_kwh": 0.65, "rent_cny": 10_000.0},
        emission_kg_per_kwh=0.5,
    )
    assert energy_kwh(cost.running, 10) == pytest.approx(10 * 3.5 * 0.8 * 8760)
    yearly = running_cny(cost.running, np.array([400_000, 100_001]))
    assert yearly.tolist() == [[15_943, 10_000, 12_000], [15_943, 10_000, 3_000]]
    assert co2_tonnes(cost, 2_000.0) == pytest.approx(1.0)
    assert co2_tonnes(section(), 2_000.0) is None


def test_published_range_of_the_power_bill() -> None:
    """FACTS: 3.5 kW at 0.65 to 1.3 yuan are 20 to 40 thousand yuan a year."""
    for price, bill in ((0.65, 20_000), (1.3, 40_000)):
        running = section(running={"price_cny_kwh": price}).running
        assert energy_kwh(running) * price == pytest.approx(bill, rel=0.01)


def test_present_cost_by_hand() -> None:
    cost = section(years=2, discount_rate=0.1, residual_share=0.05)
    assert annuity_factor(0.1, 2) == pytest.approx(1 / 1.1 + 1 / 1.21)
    by_hand = 1000.0 + 100.0 / 1.1 + 100.0 / 1.21 - 50.0 / 1.21
    assert present_cost_cny(cost, 1000.0, 100.0) == pytest.approx(by_hand)


@given(low=st.floats(0.0, 0.2), more=st.floats(0.001, 0.2))
def test_a_higher_rate_never_makes_later_cost_weigh_more(low: float, more: float) -> None:
    assert annuity_factor(low + more, 12) < annuity_factor(low, 12)


def test_marginal_steps_by_hand() -> None:
    steps = marginal_steps(
        np.array([20.0, 0.0, 10.0]), np.array([100, 100, 100]), before=505.0, population=1000.0
    )
    assert [step.share_from for step in steps] == pytest.approx([0.505, 0.51, 0.52, 0.53])
    assert steps[-1].share_to == pytest.approx(0.535)
    assert sum(step.cost_cny for step in steps) == pytest.approx(300.0)
    assert sum(step.stations for step in steps) == pytest.approx(3.0)
    assert steps[1].cny_per_person == pytest.approx(10.0)
    assert steps[-1].cny_per_person == pytest.approx(10.0)
    # From 52 to 53 %: a quarter of the first and of the one that adds nobody, half of the last.
    assert steps[2].cost_cny == pytest.approx(25.0 + 25.0 + 50.0)


def test_nobody_more_has_no_marginal_cost() -> None:
    assert marginal_steps(np.zeros(3), np.full(3, 5), before=10.0, population=20.0) == ()


def test_published_figures_divide_as_the_facts_say() -> None:
    thousand = [round(one.station_cny / 1000) for one in PUBLISHED]
    assert thousand == [400, 160, 301, 454, 346, 359, 550, 218, 135]


def test_published_figures_stand_in_the_table_of_facts() -> None:
    with (embedded_folder() / "facts" / "targets.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    known = set()
    for row in rows:
        scale = 1e9 if row["unit"].startswith("billion CNY") else 1
        try:
            known.add((row["source_url"], round(float(row["value"]) * scale)))
        except ValueError:
            continue
    for one in PUBLISHED:
        if one.url:
            assert (one.url, one.invested_cny) in known, one.name_en
            assert any(value == one.stations for _, value in known), one.name_en


def test_every_key_of_the_costs_has_a_source() -> None:
    keys = set(MoneySection.model_fields) - {"items", "running", "station_cny", "upgrade_cny"}
    for name in ("items", "running"):
        fields = type(getattr(section(), name)).model_fields
        keys |= {f"{name}.{key}" for key in fields if key != "radio_cny_of_equipment"}
    assert keys == set(MONEY_SOURCES)


def test_items_zones_and_stations_of_a_plan_add_up(tmp_path: Path) -> None:
    text = SCENARIO + "\n[cost]\nstation_cny = 454001\n[cost.items.area_factors]\nrural = 1.37\n"
    plan = run(write_study(tmp_path, text))
    money = plan.money
    assert money is not None
    assert plan.summary["cost_cny"] == money.capital_cny == int(money.capital.sum())
    assert sum(plan.summary["money"]["capital_by_item"].values()) == money.capital_cny
    assert money.by_zone(money.capital).sum(axis=0).tolist() == money.capital.sum(axis=0).tolist()
    assert money.capital.shape == (6, len(CAPITAL_ITEMS))


def test_the_plain_price_gives_the_same_cost_as_before(tmp_path: Path) -> None:
    plan = run(write_study(tmp_path, SCENARIO + "\n[cost]\nstation_cny = 454_000\n"))
    assert plan.summary["cost_cny"] == 454_000 * plan.summary["stations_new"]


ROLLOUT = """
[rollout]
start = 2020-01-01
end = 2020-06-30
runs = 20

[[rollout.resources]]
name = "crews"
capacity_per_month = 2.0
"""


def test_money_adds_up_over_months_and_zones(tmp_path: Path) -> None:
    text = f"{SCENARIO}\n[cost]\nstation_cny = 454001\n[cost.items.area_factors]\nrural = 1.37\n"
    plan = run(write_study(tmp_path, text + ROLLOUT))
    money, build_out = plan.money, plan.build_out
    assert money is not None
    assert build_out is not None
    assert build_out.zone_cost_cny is not None
    assert build_out.zone_cost_cny[-1].tolist() == money.by_zone(money.capital).sum(axis=1).tolist()
    assert int(build_out.zone_cost_cny[-1].sum()) == plan.summary["cost_cny"]
    assert (np.diff(build_out.zone_cost_cny.sum(axis=1)) > 0).all()


@pytest.mark.parametrize(
    ("text", "key", "part"),
    [
        ("[cost.items.site_shares]\nnew = 0.5\n", "cost.items.site_shares", "add up to 1.47"),
        ("[cost.running]\npower_kw = -1.0\n", "cost.running.power_kw", "-1"),
        ("[cost.items]\nradio_cny = 5e5\n", "cost", "nothing is left"),
        ("[cost.items.terrain_factors]\nhilly_from_degree = 20.0\n", "terrain_factors", "below"),
        ("[cost.running]\npower_kilowatt = 3\n", "cost.running.power_kilowatt", "unknown key"),
    ],
)
def test_bad_costs_are_refused_by_name(tmp_path: Path, text: str, key: str, part: str) -> None:
    path = write_study(tmp_path, f"{SCENARIO}\n[cost]\nstation_cny = 454_000.0\n{text}")
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    assert key in str(caught.value)
    assert part in str(caught.value)


def test_a_negative_radio_price_is_refused() -> None:
    with pytest.raises(ValidationError, match="negative price"):
        section(items={"radio_cny_of_equipment": {"small": -1.0}})
