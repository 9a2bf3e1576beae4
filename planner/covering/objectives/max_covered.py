"""The most weight covered with a given number of stations (Church, ReVelle 1974)."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

import numpy as np

from planner.covering.objectives.goal import Goal, LimitRow
from planner.covering.problem import CoveringProblem
from planner.errors import InputError, Problem


@dataclass(frozen=True)
class MaxCovered:
    """Cover the most weight with at most ``n_stations`` candidates that count as stations."""

    name: ClassVar[str] = "max_covered"
    n_stations: int

    def goal(self, problem: CoveringProblem) -> Goal:
        """Reward cover; limit the number of stations."""
        counted = np.flatnonzero(problem.counts)
        usable = len(np.setdiff1d(counted, problem.forbidden))
        n = self.n_stations
        if not isinstance(n, Real) or not 0 <= n <= usable or int(n) != n:
            raise InputError(
                Problem(
                    "cannot choose this number of stations",
                    key="n_stations",
                    value=n,
                    expected=f"a whole number from 0 to {usable}, the candidates allowed",
                )
            )
        row = LimitRow("number of stations", counted, np.ones(len(counted)), float(n))
        return Goal(reward=1.0, price=np.zeros(problem.n_sites), limits=(row,))
