"""The fewest stations that cover a target (partial set covering with quotas)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from planner.covering.objectives.goal import Goal
from planner.covering.objectives.target import checked_target
from planner.covering.problem import CoveringProblem


@dataclass(frozen=True)
class FewestStations:
    """Cover at least ``cover_target`` weight, and every quota, with the fewest stations."""

    name: ClassVar[str] = "fewest_stations"
    cover_target: float = 0.0

    def goal(self, problem: CoveringProblem) -> Goal:
        """Charge 1 for each candidate that counts as a station."""
        return Goal(
            reward=0.0,
            price=problem.counts,
            cover_target=checked_target(problem, self.cover_target),
        )
