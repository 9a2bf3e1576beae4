"""The totals of the five provinces, recounted from their ``stations.csv`` by independent code.

    python -m tests.benchmarks.bench_recount [CELL_SIZE_M] [SCENARIO ...]

Both networks of each, coarse; a difference above 0.3 points ends with an error.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path

import planner
from tests.planner.recount import recounted

PROVINCES = ("guangdong-2020", "guizhou-2020", "yunnan-2020", "hebei-2020", "fujian-2020")
QUICK = {"siting.improvement_rounds": 0, "siting.certificate_iterations": 0, "range_draws": 0,
         "rollout.runs": 50}  # fmt: skip
USERS = 200_000
MOST_POINTS = 0.3


def main(cell_size_m: float, names: list[str]) -> None:
    """Print reported and recounted shares of every network."""
    warnings.simplefilter("ignore", planner.PlannerWarning)
    worst = 0.0
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            plans = planner.run_networks(name, QUICK | {"area.cell_size_m": cell_size_m})
            plans.save(Path(folder) / name)
            for network in plans.plans:
                for key, (said, share, error) in recounted(
                    Path(folder) / name / network, USERS
                ).items():
                    points = 100.0 * (said - share)
                    worst = max(worst, abs(points))
                    print(
                        f"{name} {network:<16} {key:<34} {said:.2%} reported, {share:.2%} "
                        f"recounted ({error:.2%}), {points:+.2f} points"
                    )
    print(f"at most {worst:.2f} points apart")
    if worst > MOST_POINTS:
        raise SystemExit(1)


if __name__ == "__main__":
    given = sys.argv[1:]
    size = float(given.pop(0)) if given and given[0].replace(".", "").isdigit() else 1000.0
    main(size, given or list(PROVINCES))
