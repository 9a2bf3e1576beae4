"""Who is served at the end of 2019 and of 2020 in the five provinces, with ranges: a table.

    python -m tests.benchmarks.bench_provinces [CELL_SIZE_M] [SCENARIO ...]

The shipped scenarios, without improvement and certificate, at coarse cells unless given. The table
of ``planner/networks/README.md`` is what this prints.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import planner
from planner.networks import NetworksPlan
from planner.results.served_range import ANY, BEFORE, PLAN

PROVINCES = ("guangdong-2020", "fujian-2020", "hebei-2020", "guizhou-2020", "yunnan-2020")
QUICK = {"siting.improvement_rounds": 0, "siting.certificate_iterations": 0, "rollout.runs": 50}
HEAD = """| | network | stations | served, end of 2019 | served, end of 2020 |
|---|---|---|---|---|"""


def rows(name: str, found: NetworksPlan) -> list[str]:
    """Return the lines of a province: each network, then any of them."""
    lines = []
    for network, plan in found.plans.items():
        said = plan.summary
        before, after = (_share(said, key) for key in (BEFORE, PLAN))
        stations = said["stations_existing"] + said["stations_new"]
        lines.append(f"| {name} | {network} | {stations:,} | {before} | {after} |")
    said = found.summary
    share = said["population_covered_by_any"] / said["population_total"]
    lines.append(f"| {name} | any of them | | | {_share({ANY: share, **said}, ANY)} |")
    return lines


def _share(said: Mapping[str, Any], key: str) -> str:
    ends: Sequence[float] | None = (said.get("range") or {}).get(key)
    return f"{said[key]:.0%}" + (f" ({ends[0]:.0%} to {ends[1]:.0%})" if ends else "")


def main(cell_size_m: float, names: Sequence[str]) -> None:
    """Print the table."""
    warnings.simplefilter("ignore", planner.PlannerWarning)
    print(HEAD, flush=True)
    for name in names:
        started = time.process_time()
        changes = QUICK | {"area.cell_size_m": cell_size_m}
        found = planner.run_networks(name, changes)
        print("\n".join(rows(name, found)), flush=True)
        error, spent = found.summary["allocation_error"], time.process_time() - started
        print(f"{name}: {spent:.0f} s, allocation error {error}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    size = float(given.pop(0)) if given and given[0].replace(".", "").isdigit() else 500.0
    main(size, given or PROVINCES)
