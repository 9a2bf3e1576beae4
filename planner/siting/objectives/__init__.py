"""Objectives of siting, by name: a new one is one file with a class, and one line here."""

from planner.siting.objectives.fewest_stations import FewestStations
from planner.siting.objectives.least_cost import LeastCost
from planner.siting.objectives.most_covered import MostCovered
from planner.siting.objectives.most_within_budget import MostWithinBudget
from planner.siting.objectives.objective import SitingObjective

OBJECTIVES: dict[str, type[SitingObjective]] = {
    objective.name: objective
    for objective in (MostCovered, FewestStations, LeastCost, MostWithinBudget)
}

__all__ = [
    "OBJECTIVES",
    "FewestStations",
    "LeastCost",
    "MostCovered",
    "MostWithinBudget",
    "SitingObjective",
]
