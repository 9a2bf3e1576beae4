"""The most weight covered within a budget (Khuller, Moss, Naor 1999)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

import numpy as np

from planner.covering.objectives.goal import Goal, LimitRow
from planner.covering.problem import CoveringProblem
from planner.errors import InputError, Problem


@dataclass(frozen=True)
class MaxCoveredWithinBudget:
    """Cover the most weight with sites whose costs, fixed ones included, sum to ``budget``.

    A budget below the cheapest candidate is valid: the plan is then the fixed sites alone.
    """

    name: ClassVar[str] = "max_covered_within_budget"
    budget: float

    def goal(self, problem: CoveringProblem) -> Goal:
        """Reward cover; limit the cost."""
        if not (isinstance(self.budget, Real) and 0 <= self.budget < math.inf):
            raise InputError(
                Problem(
                    "not a budget",
                    key="budget",
                    value=self.budget,
                    expected="0 or more, finite",
                )
            )
        sites = np.flatnonzero(problem.costs)
        row = LimitRow("budget", sites, problem.costs[sites], float(self.budget))
        return Goal(reward=1.0, price=np.zeros(problem.n_sites), limits=(row,))
