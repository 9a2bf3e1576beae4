"""Networks from end to end on a tiny area: independent, on shared sites, on one radio network."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import planner
from planner.certificate_check import check_certificates
from planner.columns import NETWORKS
from planner.networks import SHARING_CASES, cases_of, group_scenario
from planner.networks.cases import SharingCase, common_cell_size_m
from planner.networks.comparison import Standing, stations_of_all
from planner.outputs.pages.networks_report import networks_report_html
from planner.outputs.tables.networks_table import networks_table
from planner.scenario import Scenario, resolved
from tests.planner.networks.study import sharing, write_networks
from tests.planner.study import SCENARIO, write_study

pytestmark = pytest.mark.filterwarnings("ignore::planner.errors.PlannerWarning")

KINDS = ("independent", "sites", "radio")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, planner.NetworksPlan]:
    folder = tmp_path_factory.mktemp("networks")
    return {
        kind: planner.run_networks(
            write_networks(folder / kind, sharing(kind)), cases=SHARING_CASES
        )
        for kind in KINDS
    }


def said(networks: planner.NetworksPlan):
    return networks.cases[0]


def test_the_plans_are_those_that_the_scenario_says(runs) -> None:
    assert list(runs["independent"].plans) == ["mobile", "telecom", "unicom"]
    assert list(runs["sites"].plans) == ["mobile", "telecom", "unicom"]
    assert list(runs["radio"].plans) == ["mobile", "telecom+unicom"]
    for networks in runs.values():
        grids = {plan.area.grid for plan in networks.plans.values()}
        assert len(grids) == 1


def all_cases(scenario: Scenario) -> tuple[SharingCase, ...]:
    return cases_of(scenario.networks, scenario.sharing, on_common_sites=False)


def test_an_independent_network_is_the_plan_of_its_own_scenario(runs) -> None:
    networks = runs["independent"]
    for group in all_cases(networks.scenario)[0].groups:
        alone = planner.run(group_scenario(networks.scenario, group))
        plan = networks.plans[group.key]
        assert plan.stations.drop(columns="geometry").equals(
            alone.stations.drop(columns="geometry")
        )
        count = next(one for one in said(networks).groups if one.group.key == group.key)
        assert count.people_covered == pytest.approx(plan.summary["population_covered"])
        assert count.stations_new == plan.summary["stations_new"]
        assert count.sites == count.stations


def test_what_a_network_does_not_say_it_has_from_the_scenario(runs) -> None:
    mobile, telecom, unicom = runs["radio"].scenario.networks
    assert (mobile.radio.band, telecom.radio.band) == ("n41", "n78")
    assert telecom.radio.carrier_mhz == 3500.0
    assert (telecom.target.stations_new, unicom.target.stations_new) == (6, 8)
    assert mobile.target.stations_baseline == unicom.target.stations_baseline == 3
    assert mobile.service.radius_m.rural == 2000
    assert unicom.service.radius_m.rural == 1700


def test_one_radio_network_counts_once_and_once_per_operator(runs) -> None:
    count = next(one for one in said(runs["radio"]).groups if one.group.key == "telecom+unicom")
    assert count.stations_new == 8, "the most ambitious of 6 and 8"
    assert count.stations == 11
    assert count.stations_per_operator == 22
    mobile = said(runs["radio"]).groups[0]
    assert mobile.group.operators == ("China Mobile", "CBN")
    assert mobile.stations_per_operator == 2 * mobile.stations


def test_sharing_radio_needs_no_more_stations_for_no_less_coverage(runs) -> None:
    shared, alone = said(runs["radio"]), said(runs["independent"])
    assert shared.total("stations_new") <= alone.total("stations_new")
    people = {one.group.key: one.people_covered for one in (*shared.groups, *alone.groups)}
    assert people["telecom+unicom"] >= max(people["telecom"], people["unicom"]) - 1e-6


def test_sharing_sites_saves_sites_and_money_but_no_station(runs) -> None:
    shared, alone = said(runs["sites"]), said(runs["independent"])
    assert shared.total("stations") == alone.total("stations")
    assert shared.total("sites") < alone.total("sites")
    assert shared.cost_cny < alone.cost_cny
    unicom = shared.groups[2]
    assert unicom.new_on_shared_sites > 0
    assert unicom.cost_cny == pytest.approx(
        400_000 * (unicom.sites_new + 0.39 * unicom.new_on_shared_sites)
    )
    plan = runs["sites"].plans["unicom"]
    assert plan.summary["cost_cny"] == pytest.approx(unicom.cost_cny)
    assert any("are on sites of China Telecom" in text for text in plan.warnings)


@pytest.mark.parametrize("kind", KINDS)
def test_every_case_adds_up(runs, kind: str) -> None:
    networks = runs[kind]
    for case in networks.cases:
        covered = [one.people_covered for one in case.groups]
        assert case.people_any >= max(covered) - 1e-6
        assert case.people_all <= min(covered) + 1e-6
        assert case.people_any <= sum(covered) + 1e-6
        assert all(one.sites <= one.stations for one in case.groups)
        assert case.total("sites") <= case.total("stations") <= case.total("stations_per_operator")
        assert case.cost_cny == pytest.approx(sum(one.cost_cny for one in case.groups))
        network_names = [n.name for one in case.groups for n in one.group.networks]
        assert sorted(network_names) == ["mobile", "telecom", "unicom"]
    assert networks.cases[0].months == pytest.approx(12.0)
    assert networks.cases[2].total("sites_new") <= networks.cases[1].total("sites_new")


def test_people_of_any_and_every_network_are_counted_cell_by_cell(runs) -> None:
    """To the parts of cells: tests/planner/results/test_fine_recount.py."""
    networks = runs["radio"]
    one, other = (np.nan_to_num(plan.coverage.share) for plan in networks.plans.values())
    people = networks.plans["mobile"].demand.people.astype(float)
    some, every = said(networks).people_any, said(networks).people_all
    assert some + every == pytest.approx((people * (one + other)).sum(), rel=1e-6)
    assert (people * np.maximum(one, other)).sum() < some * (1 + 1e-6)
    assert some < (people * np.minimum(one + other, 1)).sum() * (1 + 1e-6)


def test_a_given_rate_and_a_build_out_set_the_months(tmp_path: Path) -> None:
    rate = write_networks(tmp_path / "rate", "\n[sharing_rules]\nstations_per_month = 4\n")
    found = planner.run_networks(rate, keep_plans=False, cases=SHARING_CASES)
    assert not found.plans
    assert [case.months for case in found.cases] == [23 / 4, 23 / 4, 17 / 4]
    text = (
        '\n[rollout]\nstart = 2020-01-01\nend = 2020-12-31\ncalendar = "every_day"\nruns = 10\n'
        'working_days_per_month = 30\n[[rollout.resources]]\nname = "crews"\n'
        "capacity_per_month = 6\n"
    )
    found = planner.run_networks(
        write_networks(tmp_path / "rollout", text), keep_plans=False, cases=SHARING_CASES
    )
    assert [case.months for case in found.cases] == [4.0, 4.0, 3.0]
    late = text.replace("capacity_per_month = 6", "capacity_per_month = 1")
    found = planner.run_networks(
        write_networks(tmp_path / "late", late), keep_plans=False, cases=SHARING_CASES
    )
    assert all(case.months is None for case in found.cases)


def test_the_smallest_automatic_cell_serves_all_networks(tmp_path: Path) -> None:
    path = write_networks(tmp_path)
    scenario = planner.load_scenario(path, {"area.cell_size_m": "auto"})
    sizes = []
    for group in all_cases(scenario)[1].groups:
        own = group_scenario(scenario, group)
        sizes.append(planner.cell_size_m(own, planner.service_radii(own.radio, own.service)))
    assert common_cell_size_m(scenario.networks, "auto", scenario.file) == min(sizes) < max(sizes)


def test_the_resolved_scenario_gives_the_same_networks(runs, tmp_path: Path) -> None:
    import tomli_w

    scenario = runs["sites"].scenario
    path = tmp_path / "copy.toml"
    path.write_text(tomli_w.dumps(resolved(scenario)), encoding="utf-8")
    assert planner.load_scenario(path).networks == scenario.networks


def test_a_run_of_one_network_refuses_a_scenario_of_several(tmp_path: Path) -> None:
    with pytest.raises(planner.InputError, match="run_networks"):
        planner.run(write_networks(tmp_path))
    with pytest.raises(planner.InputError, match="no networks"):
        planner.run_networks("qingzhen")


def test_the_table_and_summary_say_the_same(runs) -> None:
    networks = runs["radio"]
    table = networks_table(networks)
    assert list(table.columns) == list(NETWORKS)
    together = table[table["network"] == "all"].set_index("case")
    for case in networks.summary["comparison"]:
        row = together.loc[case["case"]]
        assert row["stations_new"] == case["stations_new"]
        assert row["months"] == pytest.approx(case["months"])
    json.dumps(networks.summary, allow_nan=False)
    saved = networks.summary["saved_as_said"]
    assert saved["stations_new"] == 6
    assert saved["cost_cny"] == pytest.approx(6 * 400_000)
    case, alone, _ = networks.cases
    assert saved["people_any_added"] == pytest.approx(case.people_any - alone.people_any)
    assert saved["people_all_added"] == pytest.approx(case.people_all - alone.people_all)


def test_a_network_may_have_a_cost_of_its_own(tmp_path: Path) -> None:
    path = write_networks(tmp_path, "")
    changes = {
        "networks.2.cost.station_cny": 150_000,
        "siting.improvement_rounds": 0,
        "siting.certificate_iterations": 0,
    }
    networks = planner.run_networks(path, changes)
    counts = {one.group.key: one for one in networks.cases[0].groups}
    for name, price in (("mobile", 400_000), ("telecom", 400_000), ("unicom", 150_000)):
        assert counts[name].cost_cny == price * counts[name].stations_new
        assert networks.plans[name].summary["cost_cny"] == counts[name].cost_cny
    (kept,) = {network.cost.years for network in networks.scenario.networks if network.cost}
    assert kept == 10


def test_outputs_are_saved_together_and_replaced_by_force(runs, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    runs["sites"].save(folder)
    assert {p.name for p in folder.iterdir()} == {
        "mobile", "telecom", "unicom", "networks.csv", "report.html", "map.html",
        "summary.json", "run.json",
    }  # fmt: skip
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert 'href="telecom/report.html"' in report
    assert "once for every operator" in report
    with pytest.raises(planner.InputError, match="not empty"):
        runs["radio"].save(folder)
    runs["radio"].save(folder, force=True)
    assert not (folder / "telecom").exists(), "outputs of networks that are gone go too"
    assert (folder / "telecom+unicom" / "map.html").is_file()
    rows = pd.read_csv(folder / "networks.csv", encoding="utf-8-sig")
    assert set(rows["case"]) == {"scenario", "independent", "shared"}


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(new=st.tuples(*[st.integers(0, 12)] * 2), share=st.sampled_from([0.2, 0.5, 1.0]))
def test_properties_of_sharing(tmp_path_factory, new: tuple[int, int], share: float) -> None:
    path = write_networks(tmp_path_factory.mktemp("property"), sharing("sites"))
    found = planner.run_networks(
        path,
        {
            "networks.1.target.stations_new": new[0],
            "networks.2.target.stations_new": new[1],
            "sharing_rules.least_people_share": share,
        },
        keep_plans=False,
        cases=SHARING_CASES,
    )
    sites, alone, _ = found.cases
    assert sites.total("stations_new") == alone.total("stations_new")
    assert sites.total("sites") <= alone.total("sites")
    for case in found.cases:
        assert case.people_any >= max(one.people_covered for one in case.groups) - 1e-6
        assert np.isfinite(case.cost_cny)


def test_the_scenario_alone_is_counted_unless_a_comparison_is_asked_for(
    runs, tmp_path: Path
) -> None:
    found = planner.run_networks(write_networks(tmp_path / "study"))
    (case,) = found.cases
    assert case.case.key == "scenario"
    compared = runs["radio"]
    for key in ("networks", "population_covered_by_any", "population_covered_by_all"):
        assert found.summary[key] == compared.summary[key]
    assert "saved_as_said" not in found.summary
    found.save(tmp_path / "out")
    checks = check_certificates(tmp_path / "out")
    assert list(checks) == ["mobile", "telecom+unicom"]
    assert all(check.holds for check in checks.values())
    report = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "Ways of sharing" not in report.replace("<strong>Ways of sharing.", "")
    assert "any network serves" in report


def test_a_network_has_its_share_of_the_target_and_of_its_zones(tmp_path: Path) -> None:
    text = SCENARIO.replace("stations_new = 6", "stations_new = 20") + (
        '\n[[target.zones]]\nzone = "East"\nstations_new = 7\n'
        '\n[[target.zones]]\nzone = "West"\nstations_new = 13\n'
        '\n[[networks]]\nname = "a"\nshare_of_target = 0.6\n'
        '\n[[networks]]\nname = "b"\nshare_of_target = 0.4\ntarget = { stations_baseline = 0 }\n'
    )
    scenario = planner.load_scenario(write_study(tmp_path, text))
    one, other = (network.target for network in scenario.networks)
    assert (one.stations_baseline, one.stations_new) == (2, 12)
    assert (other.stations_baseline, other.stations_new) == (0, 8)
    assert [zone.stations_new for zone in one.zones] == [4, 8]
    assert [zone.stations_new for zone in other.zones] == [3, 5]


@pytest.mark.parametrize("stations", [15_000, 14_999, 7, 1])
def test_networks_have_the_whole_target_between_them(tmp_path: Path, stations: int) -> None:
    text = SCENARIO.replace("stations_new = 6", f"stations_new = {stations}") + (
        '\n[[networks]]\nname = "a"\nshare_of_target = 0.5065\n'
        '\n[[networks]]\nname = "b"\nradio = { band = "n78" }\nshare_of_target = 0.4935\n'
        '\n[[networks]]\nname = "c"\nradio = { band = "n78" }\nshare_of_target = 0.4935\n'
        '\n[[sharing]]\nnetworks = ["b", "c"]\nkind = "radio"\n'
    )
    scenario = planner.load_scenario(write_study(tmp_path, text))
    one, other, shared = (network.target.stations_new for network in scenario.networks)
    assert one + other == stations
    assert other == shared


def test_every_network_has_its_part_of_the_build_out(tmp_path: Path) -> None:
    text = (
        '\n[rollout]\nstart = 2020-01-01\nend = 2020-12-31\ncalendar = "every_day"\nruns = 10\n'
        'working_days_per_month = 30\n[[rollout.resources]]\nname = "crews"\n'
        "capacity_per_month = 6\nstock = 3\n"
        '[[rollout.milestones]]\nname = "half"\ndate = 2020-06-30\nstations_new = 8\n'
    )
    scenario = planner.load_scenario(write_networks(tmp_path, text))
    groups = all_cases(scenario)[0].groups
    parts = [group_scenario(scenario, group).rollout for group in groups]
    assert [part.resources[0].capacity_per_month for part in parts] == pytest.approx(
        [6 * new / 23 for new in (9, 6, 8)]
    )
    assert sum(part.resources[0].stock for part in parts) == pytest.approx(3)
    assert [part.milestones[0].stations_new for part in parts] == [3, 2, 3]


def test_stations_of_all_networks_come_at_the_same_pace() -> None:
    one, other = (
        Standing(SimpleNamespace(siting=SimpleNamespace(cell=cells)), (), 0.0, None)
        for cells in (np.arange(6), np.arange(10, 13))
    )
    assert stations_of_all([one, other]).tolist() == [0, 10, 1, 2, 11, 3, 4, 12, 5]


def test_a_warning_names_the_network_that_it_is_about() -> None:
    changes = {
        "area.cell_size_m": 500, "siting.improvement_rounds": 0, "siting.certificate_iterations": 0,
        "rollout": None, "target.stations_new": 3,
        "networks": [
            {"name": "a", "title": "The 2.6 GHz", "title_zh": "甲"},
            {"name": "b", "title": "The 3.5 GHz", "title_zh": "乙", "radio": {"band": "n78"}},
        ],
    }  # fmt: skip
    found = planner.run_networks("qingzhen", changes)
    radii = [text for text in found.warnings if "service radius" in text]
    assert {text.partition(": ")[0] for text in radii} == {"The 2.6 GHz", "The 3.5 GHz"}
    assert not any(text.startswith("The ") for text in found.plans["a"].warnings)
    plans = {key: plan.summary for key, plan in found.plans.items()}
    page = networks_report_html(found, plans, "zh")
    assert "甲：服务半径" in page
    assert "乙：服务半径" in page
    # Runs of 0.2.0's first days have no counting rule in Chinese; their reports can be made anew.
    for row in found.summary["networks"]:
        row["counting_rule"] = "new in the year"
        del row["counting_rule_zh"]
    assert '<span lang="en">new in the year</span>' in networks_report_html(found, plans, "zh")
