"""Where the stations of Guangdong stand against those in service at the end of August 2020.

    python -m tests.benchmarks.bench_allocation [CELL_SIZE_M] [KEY=VALUE ...]

The scenario as shipped, its baseline anchored, with as many stations as the province published and
none of the new ones anchored; then with the tasks for 2020 that cities published as anchors; then
with the published numbers of the cities.
"""

from __future__ import annotations

import sys
import time
import warnings
from typing import Any

import planner
from planner.networks import NetworksPlan
from planner.results.published import published_stations
from planner.scenario.overrides import parse_overrides

NAME = "guangdong-2020"

OUTDOORS = 15_969 / 20_246
"""Share of a city's count that is outdoors, as the province counts: Guangzhou, end of 2019."""

TASKS = {"440300": round(45_000 * OUTDOORS) - 15_500, "440900": 1_513, "441400": 1_160}
"""New stations that a city was to build in 2020, as the province counts.

Shenzhen: 45,000 in all at the end of August by the city's count (Xinhua, 20 March 2020,
http://www.xinhuanet.com/english/2020-03/20/c_138898754.htm) less its baseline. Maoming: 1,513 macro
stations in three quarters by the province's plan (https://thepaper.cn/newsDetail_forward_6882686).
Meizhou: 839 until July were 72.33 % of the province's task
(https://www.yyh998.com/zjmz/wlfz/wlmz/content/post_2067737.html). None of another city was
found."""


def planned(cell_size_m: float, changes: dict[str, Any]) -> NetworksPlan:
    """Plan both networks with as many stations as were published, without improvement."""
    scenario = planner.load_scenario(NAME)
    published = published_stations(planner.study_area(scenario, 5000.0))
    if published is None:
        raise SystemExit(f"nothing is published for the zones of {NAME}")
    quick = {
        "area.cell_size_m": cell_size_m,
        "siting.improvement_rounds": 0,
        "siting.certificate_iterations": 0,
        "rollout.runs": 1,
        "target.stations_new": published.total - scenario.target.stations_baseline,
    }
    return planner.run_networks(NAME, quick | changes, keep_plans=False)


def anchors() -> dict[str, Any]:
    """Return the zones of the target with the published numbers of all cities."""
    scenario = planner.load_scenario(NAME)
    area = planner.study_area(scenario, 5000.0)
    published = published_stations(area)
    baseline = {one.zone: one.stations_baseline or 0 for one in scenario.target.zones}
    zones: list[dict[str, Any]] = []
    for row, total in (published.by_zone if published else {}).items():
        code = area.zones["adcode"][row]
        zones.append({"zone": code, "stations_new": total - baseline.get(code, 0)})
        if code in baseline:
            zones[-1]["stations_baseline"] = baseline[code]
    return {"target.zones": zones}


def tasks() -> dict[str, Any]:
    """Return the zones of the target with the tasks of cities."""
    scenario = planner.load_scenario(NAME)
    baseline = {one.zone: one.stations_baseline for one in scenario.target.zones}
    zones: list[dict[str, Any]] = []
    for code in baseline | TASKS:
        given = {"stations_baseline": baseline.get(code), "stations_new": TASKS.get(code)}
        zones.append({"zone": code} | {key: n for key, n in given.items() if n is not None})
    return {"target.zones": zones}


def main(cell_size_m: float, changes: dict[str, Any]) -> None:
    """Print the split of both plans, and its error."""
    warnings.simplefilter("ignore", planner.PlannerWarning)
    for title, zones in (("free", {}), ("tasks", tasks()), ("anchored", anchors())):
        started = time.perf_counter()
        summary = planned(cell_size_m, zones | changes).summary
        print(
            f"{title}: error {summary['allocation_error']:.3f}, "
            f"{time.perf_counter() - started:.0f} s"
        )
        for row in summary["networks"]:
            print(
                f"  {row['network']:<16} {row['stations']:7,} stations, "
                f"{row['population_covered_share']:.1%} served"
            )
        for row in summary["allocation"]["zones"]:
            print(
                f"  {row['name_en']:<16} {row['published_share']:6.3f} published, "
                f"{row['planned_share']:6.3f} planned"
            )


if __name__ == "__main__":
    given = sys.argv[1:]
    size = float(given.pop(0)) if given and "=" not in given[0] else 250.0
    main(size, parse_overrides(given))
