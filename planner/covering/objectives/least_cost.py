"""The least cost at which a target is covered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from planner.covering.objectives.goal import Goal
from planner.covering.objectives.target import checked_target
from planner.covering.problem import CoveringProblem


@dataclass(frozen=True)
class LeastCost:
    """Cover at least ``cover_target`` weight, and every quota, at the least cost."""

    name: ClassVar[str] = "least_cost"
    cover_target: float = 0.0

    def goal(self, problem: CoveringProblem) -> Goal:
        """Charge each candidate its cost."""
        return Goal(
            reward=0.0,
            price=problem.costs,
            cover_target=checked_target(problem, self.cover_target),
        )
