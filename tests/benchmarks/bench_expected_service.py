"""Expected service of a province against single users drawn by independent code.

``python -m tests.benchmarks.bench_expected_service [scenario] [cell_size_m]``
"""

from __future__ import annotations

import sys
import time

from pyproj import Transformer

import planner
from planner.ground.grid import LONLAT
from planner.networks.cases import Group, group_scenario
from planner.scenario import Scenario
from tests.planner.single_users import served_share

QUICK = {
    "service.model": "graded",
    "siting.improvement_rounds": 0,
    "siting.certificate_iterations": 0,
}
USERS = 300_000


def main(name: str, cell_size_m: float | str) -> None:
    """Plan each network of a province, and print its shares and how far they differ."""
    scenario = planner.load_scenario(name, QUICK | {"area.cell_size_m": cell_size_m})
    if not scenario.networks:
        measure(scenario)
    for network in scenario.networks:
        measure(group_scenario(scenario, Group((network,))))


def measure(scenario: Scenario) -> None:
    """Print the shares of one network, by siting, as expected and of single users."""
    start = time.process_time()
    plan = planner.run(scenario)
    planned_s = time.process_time() - start
    summary, grid = plan.summary, plan.area.grid
    to_grid = Transformer.from_crs(LONLAT, grid.crs, always_xy=True)
    place = (plan.stations.lon.to_numpy(), plan.stations.lat.to_numpy())
    share, error = served_share(
        plan.scenario, plan.ground, grid.cells(*to_grid.transform(*place)), USERS
    )
    expected, sited = summary["population_covered_share"], summary["people_by_siting_share"]
    print(f"{scenario.title}: {len(plan.stations):,} stations, cells of {grid.cell_size_m:g} m")
    print(f"  expected     {expected:.2%}, planned in {planned_s:.0f} s of processor time")
    print(
        f"  single users {share:.2%} (standard error {error:.2%}), {100 * (expected - share):+.2f}"
    )
    print(f"  by siting    {sited:.2%}, {100 * (sited - expected):+.2f}")
    for row in summary["service"]:
        difference = 100 * (row["sited_share"] - row["covered_share"])
        print(
            f"    {row['area_class']:<12} {row['covered_share']:.2%}, by siting {difference:+.2f}"
        )


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else "guizhou-2020"
    main(given, float(sys.argv[2]) if len(sys.argv) > 2 else "auto")
