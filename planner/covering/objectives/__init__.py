"""Objectives of covering, by name: a new one is one file with a class, and one line here."""

from planner.covering.objectives.fewest_stations import FewestStations
from planner.covering.objectives.goal import Goal, LimitRow, Objective
from planner.covering.objectives.least_cost import LeastCost
from planner.covering.objectives.max_covered import MaxCovered
from planner.covering.objectives.max_covered_within_budget import MaxCoveredWithinBudget

OBJECTIVES: dict[str, type[Objective]] = {
    objective.name: objective
    for objective in (MaxCovered, FewestStations, LeastCost, MaxCoveredWithinBudget)
}

__all__ = [
    "OBJECTIVES",
    "FewestStations",
    "Goal",
    "LeastCost",
    "LimitRow",
    "MaxCovered",
    "MaxCoveredWithinBudget",
    "Objective",
]
