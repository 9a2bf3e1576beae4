"""Covering on plain arrays: value, bound, gap and time, beside SciPy's ``milp`` and spopt.

Run from the repository's root: ``python -m tests.benchmarks.bench_covering``. Without the
reference folder, towns drawn from a fixed seed stand in for its instances. ``milp`` is HiGHS on
the plain programme, every customer a variable; spopt is run where it is installed. Both get as
many seconds as the first argument says (20 if there is none).
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from planner.covering import (
    CoveringProblem,
    FewestStations,
    MaxCovered,
    MaxCoveredWithinBudget,
    Status,
    solve_covering,
)
from tests.planner.covering.reference import cell_tower, city, generated, raster, sjc, within

REFERENCE = Path(os.environ.get("PLANNER_REFERENCE_DATA", "../shared/reference"))
Case = tuple[str, CoveringProblem, MaxCovered | MaxCoveredWithinBudget | FewestStations]


def cases() -> Iterator[Case]:
    """Instances from small to hard."""
    if not REFERENCE.is_dir():
        yield from synthetic_cases()
        return
    for name in ("mclp04", "mclp06", "mclp09", "psc06", "psc08"):
        yield name, *generated(REFERENCE, name)
    yield "SJC500, 200 m, 40", *sjc(REFERENCE, "SJC500", 200, 40)
    yield "raster03", *raster(REFERENCE, "raster03_30x30_R2")
    yield "cell tower", *cell_tower(REFERENCE)[:2]
    for p in (50, 90):
        yield f"New York, {p}", *city(REFERENCE, "NewYork", 400.0, p)
    yield "Bronx, 50", *city(REFERENCE, "Bronx", 600.0, 50)


def synthetic_cases() -> Iterator[Case]:
    """Towns on a plane, customers around them, sites among the customers."""
    rng = np.random.default_rng(4)
    for n, m, p in ((2000, 200, 15), (20_000, 600, 60)):
        towns = rng.random((20, 2)) * 60
        points = towns[rng.integers(0, 20, n)] + rng.normal(0, 4, (n, 2))
        start, customers = within(points, 3.0)
        sites = np.sort(rng.permutation(n)[:m])
        rows = [customers[start[j] : start[j + 1]] for j in sites]
        problem = CoveringProblem(
            rng.integers(1, 900, n),
            np.concatenate([[0], np.cumsum([len(row) for row in rows])]),
            np.concatenate(rows),
        )
        yield f"towns, {n} customers", problem, MaxCovered(p)


def plain_milp(problem, objective, time_limit_s):
    """HiGHS on the programme as it is written in textbooks; value, bound."""
    m, n = problem.n_sites, problem.n_customers
    covers = sp.csr_array(
        (np.ones(len(problem.indices)), problem.indices, problem.indptr), shape=(m, n)
    ).T
    blocks, upper = [sp.hstack([-covers, sp.eye_array(n)])], [np.zeros(n)]
    most = not isinstance(objective, FewestStations)
    if most:
        by_cost = isinstance(objective, MaxCoveredWithinBudget)
        each = problem.costs if by_cost else np.ones(m)
        blocks.append(sp.csr_array(np.concatenate([each, np.zeros(n)])[None, :]))
        upper.append(np.array([objective.budget if by_cost else objective.n_stations]))
        cost = np.concatenate([np.zeros(m), -problem.weights])
    else:
        cost = np.concatenate([np.ones(m), np.zeros(n)])
        zones = np.arange(len(problem.quota))[:, None]
        by_zone = (problem.customer_zone == zones) * problem.weights
        right = np.concatenate([problem.quota, [objective.cover_target]])
        weights = sp.csr_array(np.vstack([by_zone, problem.weights]))
        blocks.append(sp.hstack([sp.csr_array((len(right), m)), -weights]))
        upper.append(-right)
    result = milp(
        cost,
        constraints=LinearConstraint(sp.vstack(blocks).tocsc(), -np.inf, np.concatenate(upper)),
        integrality=np.concatenate([np.ones(m), np.zeros(n)]),
        bounds=Bounds(0, 1),
        options={"time_limit": time_limit_s, "mip_rel_gap": 0},
    )
    sign = -1 if most else 1
    value = np.nan if result.x is None else sign * result.fun
    return value, sign * result.mip_dual_bound


def with_spopt(problem, objective, time_limit_s):
    """Use spopt's own maximal covering, from a dense matrix of distances 0 and 1; value, bound."""
    import pulp
    from spopt.locate import MCLP

    far = np.ones((problem.n_customers, problem.n_sites))
    site = np.repeat(np.arange(problem.n_sites), np.diff(problem.indptr))
    far[problem.indices, site] = 0
    model = MCLP.from_cost_matrix(
        far, problem.weights, service_radius=0.5, p_facilities=objective.n_stations
    )
    model = model.solve(pulp.HiGHS(msg=False, timeLimit=time_limit_s, gapRel=0))
    return pulp.value(model.problem.objective), np.nan


def timed(call: Callable[[], tuple[float, float]]) -> str:
    """Value, bound, gap in percent and seconds of a call, as columns."""
    start = time.perf_counter()
    value, bound = call()
    seconds = time.perf_counter() - start
    gap = 100 * abs(bound - value) / max(abs(bound), abs(value), 1e-300)
    told = f"{_told(value, 13, 0)}{_told(bound, 13, 0)}{_told(gap, 8, 2)}"
    return f"{told}{seconds:9.1f}"


def _told(number: float, width: int, digits: int) -> str:
    return f"{number:{width},.{digits}f}" if np.isfinite(number) else f"{'-':>{width}}"


def planned(problem, objective, **options) -> tuple[float, float]:
    """Value of a plan, and its bound."""
    plan = solve_covering(problem, objective, **options)
    mark = 0.0 if plan.status in (Status.OPTIMAL, Status.FEASIBLE) else np.nan
    return plan.value + mark, plan.bound


def warm_up() -> float:
    """Seconds of a first small plan, which loads or compiles every kernel."""
    _, problem, objective = next(synthetic_cases())
    start = time.perf_counter()
    solve_covering(problem, objective, exact="never", effort=0.01)
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    limit = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    others = {"scipy milp alone": plain_milp}
    if importlib.util.find_spec("spopt"):
        others["spopt, HiGHS"] = with_spopt
    print(f"first call, with compilation where nothing is cached: {warm_up():.1f} s")
    print(f"{'instance':20}{'sites':>7}{'customers':>11}  {'way':18}", end="")
    print(f"{'value':>13}{'bound':>13}{'gap, %':>8}{'s':>9}")
    for name, problem, objective in cases():
        ways: dict[str, Callable[[], tuple[float, float]]] = {
            "heuristic": lambda p=problem, o=objective: planned(p, o, exact="never"),
            "exact": lambda p=problem, o=objective: planned(p, o, time_limit_s=limit),
        }
        for other, solve in others.items():
            if solve is plain_milp or isinstance(objective, MaxCovered):
                ways[other] = lambda p=problem, o=objective, s=solve: s(p, o, limit)
        first = f"{name:20}{problem.n_sites:7,}{problem.n_customers:11,}"
        for way, call in ways.items():
            print(f"{first:38}  {way:18}{timed(call)}", flush=True)
            first = ""


if __name__ == "__main__":
    main()
