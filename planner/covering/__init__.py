"""Covering on plain arrays: a library of its own, for any covering problem.

>>> from planner.covering import CoveringProblem, MaxCovered, solve_covering
>>> problem = CoveringProblem(weights=[5, 3, 4], indptr=[0, 2, 3, 5], indices=[0, 1, 2, 1, 2])
>>> plan = solve_covering(problem, MaxCovered(n_stations=1))
>>> plan.sites.tolist(), plan.covered_weight, plan.bound, plan.proven_optimal
([0], 8.0, 8.0, True)
"""

from planner.covering.certificate import Multipliers, OddSets, proven_bound
from planner.covering.objectives import (
    OBJECTIVES,
    FewestStations,
    LeastCost,
    MaxCovered,
    MaxCoveredWithinBudget,
    Objective,
)
from planner.covering.plan import CoveringPlan, Status, UnmetConstraint
from planner.covering.problem import CoveringProblem
from planner.covering.solve import solve_covering

__all__ = [
    "OBJECTIVES",
    "CoveringPlan",
    "CoveringProblem",
    "FewestStations",
    "LeastCost",
    "MaxCovered",
    "MaxCoveredWithinBudget",
    "Multipliers",
    "Objective",
    "OddSets",
    "Status",
    "UnmetConstraint",
    "proven_bound",
    "solve_covering",
]
