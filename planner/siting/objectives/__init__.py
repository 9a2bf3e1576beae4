"""Objectives of siting, by name: a new one is one file with a class, and one line here."""

from planner.siting.objectives.fewest_stations import SiteFewestStations
from planner.siting.objectives.least_cost import SiteLeastCost
from planner.siting.objectives.most_covered import SiteMostCovered
from planner.siting.objectives.most_within_budget import SiteMostWithinBudget
from planner.siting.objectives.objective import SitingObjective

OBJECTIVES: dict[str, type[SitingObjective]] = {
    objective.name: objective
    for objective in (SiteMostCovered, SiteFewestStations, SiteLeastCost, SiteMostWithinBudget)
}

__all__ = [
    "OBJECTIVES",
    "SiteFewestStations",
    "SiteLeastCost",
    "SiteMostCovered",
    "SiteMostWithinBudget",
    "SitingObjective",
]
