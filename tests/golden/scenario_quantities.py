"""What coarse runs of the shipped scenarios and of the small study give.

Cells are coarse, radii long and stations few, so that a run takes seconds and its stations still
compete. Only this file knows how a scenario is run and what its plan holds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import planner
from planner.national import NationalPlan
from planner.networks import SHARING_CASES, NetworksPlan
from planner.plan import Plan
from planner.rollout.hindcast import Hindcast
from planner.scenario import load_scenario
from tests.golden.values import Values, decimals, plain, real, texts, whole
from tests.planner.certificate.cases import COST, KINDS
from tests.planner.hills import TERRAIN, write_hilly_study
from tests.planner.study import SCENARIO, points, write_study

_STATIONS = 300
_BASELINE = 40
_COARSE = {
    "area.cell_size_m": 2000.0,
    "range_draws": 0,
    "target.stations_new": _STATIONS,
    "target.stations_baseline": _BASELINE,
    "target.zones": [],
    "networks": [],
    "sharing": [],
    "siting.phases": [],
    "siting.certificate_iterations": 60,
    "siting.improvement_rounds": 4,
    "service.radius_m": {"dense_urban": 2000, "urban": 4000, "suburban": 6000, "rural": 9000},
}

_QUICK = '\n[siting]\nexact = "never"\ncertificate_iterations = 150\nimprovement_rounds = 4\n'
_ZONES = '\n[[siting.zone_stations]]\nzone = "440001"\nat_most = 2\n'
_LISTED = '\n[candidates]\nfile = "c.csv"\n'
_ASKED = SCENARIO.replace("stations_new = 6\n", "")

STUDIES = {
    "study": SCENARIO + COST + _QUICK,
    "study-zones": SCENARIO + _QUICK + _ZONES,
    "study-apart": SCENARIO + _QUICK + "min_separation_m = 1500\n",
    "study-kinds": SCENARIO + _QUICK + COST + KINDS,
    "study-listed": SCENARIO + _LISTED,
    "study-fewest": _ASKED
    + _QUICK
    + '[objective]\nkind = "fewest_stations"\ncovered_share = 0.7\n',
    "study-cost": SCENARIO
    + _QUICK
    + COST
    + '[objective]\nkind = "least_cost"\nzone_share = 0.6\n'
    + KINDS,
    "study-budget": SCENARIO
    + _QUICK
    + COST
    + '[objective]\nkind = "most_within_budget"\nbudget_cny = 1_950_000\n',
}
"""The small study: one for each objective, and for limits on the choice."""

HILLS = {
    "hills": SCENARIO + _QUICK + TERRAIN,
    "hills-zones": SCENARIO + _QUICK + _ZONES + TERRAIN,
    "hills-kinds": SCENARIO + _QUICK + COST + KINDS + TERRAIN,
}
"""The small study with a ridge between its towns."""

PROVINCES = (
    "guangdong-2020",
    "guizhou-2020",
    "fujian-2020",
    "hebei-2020",
    "yunnan-2020",
)
SHIPPED = (
    *PROVINCES,
    "qingzhen",
    "national/china-2020",
    "hindcast/china-2020",
)
NETWORKS = ("networks/guangdong-2020",)
SCENARIO_CASES = (*SHIPPED, *NETWORKS, *STUDIES, *HILLS)

_LEFT_OUT = frozenset(
    {
        "runtime_s",
        "provenance",
        "warnings",
        "grid",
        "title",
        "description",
        "yardsticks",
        "saturated",
        "allocation_error",
        "allocation",
        "people_by_siting",
        "people_by_siting_share",
        "service_model",
        "situations",
        "sited_share",
    }
)


def scenario_values(name: str, folder: Path) -> Values:
    """Return every quantity of a case; ``folder``: for the files of a small study."""
    if name in PROVINCES:
        return radii_as_shipped(name) | plan_values(province(name))
    if name in STUDIES:
        return plan_values(small_study(folder, STUDIES[name]))
    if name in HILLS:
        return plan_values(planner.run(write_hilly_study(folder, text=HILLS[name])))
    if name == "qingzhen":
        quick = {"siting.certificate_iterations": 60, "siting.improvement_rounds": 4}
        return plan_values(planner.run(name, {"area.cell_size_m": 200.0} | quick))
    kind, _, own = name.partition("/")
    if kind == "networks":
        return networks_values(networks(own))
    if kind == "national":
        return national_values(planner.run_national(own))
    return hindcast_values(planner.hindcast(planner.load_hindcast(own)))


def radii_as_shipped(name: str) -> Values:
    """Service radii that the scenario's own radio gives, which the coarse run does not use."""
    scenario = load_scenario(name)
    radii = planner.service_radii(scenario.radio, scenario.service)
    return {"radius_m": [radius.radius_m for radius in radii]}


def province(name: str) -> Plan:
    """Run a province coarsely, its build-out with capacities for as many stations."""
    return planner.run(name, _COARSE | _slower(name))


def _slower(name: str) -> dict[str, object]:
    """Capacities, stocks and milestones in proportion to the stations of the coarse run."""
    scenario = load_scenario(name)
    if scenario.rollout is None:
        return {}
    share = _STATIONS / scenario.target.stations_new
    changes: dict[str, object] = {"rollout.runs": 200}
    for number, one in enumerate(scenario.rollout.resources):
        key = f"rollout.resources.{number}"
        changes[f"{key}.capacity_per_month"] = one.capacity_per_month * share
        changes[f"{key}.stock"] = one.stock * share
    for number, milestone in enumerate(scenario.rollout.milestones):
        if milestone.stations_new is not None:
            fewer = round(milestone.stations_new * share)
            changes[f"rollout.milestones.{number}.stations_new"] = fewer
    return changes


def small_study(folder: Path, text: str) -> Plan:
    """Run the small study; candidates are listed where its text asks for them."""
    path = write_study(folder, text)
    points(folder / "c.csv", [(113.03 + 0.01 * i, 23.05 + 0.012 * (i % 6)) for i in range(14)])
    return planner.run(path)


def networks(name: str) -> NetworksPlan:
    """Run the networks coarsely, each with a part of its stations."""
    changes: dict[str, object] = {
        "area.cell_size_m": 2500.0,
        "range_draws": 0,
        "siting.certificate_iterations": 30,
        "siting.improvement_rounds": 2,
        "target.zones": [],
        "rollout.runs": 200,
        "rollout.milestones": [],
        "service.radius_m": {"dense_urban": 2500, "urban": 4000, "suburban": 6000, "rural": 9000},
    }
    for number, network in enumerate(load_scenario(name).networks):
        target = network.target
        changes[f"networks.{number}.target.stations_new"] = target.stations_new // 200
        changes[f"networks.{number}.target.stations_baseline"] = target.stations_baseline // 400
    return planner.run_networks(name, changes, cases=SHARING_CASES)


def plan_values(plan: Plan) -> Values:
    """Stations, coverage, people, bound and summary of a plan."""
    values = station_values(plan)
    values["coverage.served_class"] = whole(plan.coverage.served_class)
    values["coverage.phase"] = whole(plan.coverage.phase)
    values["demand.people"] = real(plan.demand.people.sum(axis=1))
    if plan.certificate is not None:
        values["bound.people"] = real(plan.certificate.upper_bound_people)
    return values | _summary(plan.summary)


def station_values(plan: Plan) -> Values:
    """Stations of a plan, in their order."""
    table = plan.stations
    values: Values = {
        "stations.lon": decimals(table["lon"], 6),
        "stations.lat": decimals(table["lat"], 6),
        "stations.order": whole(table["order"]),
        "stations.useful": whole(table["useful"]),
    }
    for name in ("role", "origin", "equipment", "adcode", "area_class"):
        values[f"stations.{name}"] = texts(table[name].tolist())
    for name in ("radius_m", "cost_cny", "people_gained", "people_covered"):
        values[f"stations.{name}"] = real(table[name])
    return values


def _summary(summary: Any) -> Values:
    return {f"summary.{key}": value for key, value in plain(summary, _LEFT_OUT).items()}


def networks_values(found: NetworksPlan) -> Values:
    """Every network's stations, and the comparison."""
    values = _summary(found.summary)
    for name, plan in found.plans.items():
        values |= {f"{name}.{key}": value for key, value in station_values(plan).items()}
    return values


def national_values(found: NationalPlan) -> Values:
    """The split over provinces and prefectures, beside the targets."""
    values = _summary(found.summary())
    rows = found.prefectures.to_dict("records")
    return values | {"prefectures": plain(rows, _LEFT_OUT)}


def hindcast_values(found: Hindcast) -> Values:
    """The fitted factor, the errors, and the months of the schedule."""
    schedule = found.schedule
    return _summary(found.as_dict()) | {
        "schedule.planned": whole(schedule.planned),
        "schedule.stated": whole(schedule.stated),
        "schedule.built": whole(schedule.built),
        "schedule.binding": whole(schedule.binding),
    }
