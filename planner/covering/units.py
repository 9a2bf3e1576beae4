"""Units in which a covering problem is solved, so that weights of 1e-12 or 1e12 work as well.

Our tolerances and those of HiGHS suit sums between a million and a trillion. Smaller and larger
sums are measured in another unit, a power of two, so that no number is rounded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from planner.covering.certificate import Multipliers
from planner.covering.objectives.goal import Goal, LimitRow
from planner.covering.problem import CoveringProblem, Floats

# Exponents of two: HiGHS stops within 1e-6 of the optimum; ones in a limit stay ones.
_LEAST_TOTAL, _LEAST_OF_LIMIT, _MOST = 20, 0, 40
_FINEST_UNIT = -1000


@dataclass(frozen=True)
class ScaledProblem:
    """A problem and its goal in convenient units, with their size in the original units.

    ``weight`` and ``price`` are the units of weights and prices, ``limits`` (``float64[r]``) those
    of the limits of the goal.
    """

    problem: CoveringProblem
    goal: Goal
    weight: float
    price: float
    limits: Floats

    @property
    def value(self) -> float:
        """One unit of the objective."""
        return self.weight if self.goal.reward else self.price

    def original(self, found: Multipliers) -> Multipliers:
        """Return multipliers of this case in the units of the original problem."""
        limit = found.limit * self.value
        limit[: len(self.limits)] /= self.limits
        worth = self.value / self.weight
        return Multipliers(
            found.customer * self.value,
            limit,
            found.quota * worth,
            found.target * worth,
            replace(found.sets, price=found.sets.price * self.value),
        )


def in_handy_units(problem: CoveringProblem, goal: Goal) -> ScaledProblem:
    """Return ``problem`` and ``goal`` in units that make sums neither tiny nor huge."""
    weight, price = _handy(problem.weights, _LEAST_TOTAL), _handy(goal.price, _LEAST_TOTAL)
    limits = [_handy(row.coefficient, _LEAST_OF_LIMIT) for row in goal.limits]
    if weight != 1:
        quota = None if problem.quota is None else problem.quota / weight
        problem = replace(problem, weights=problem.weights / weight, quota=quota)
    rows = tuple(
        LimitRow(row.name, row.sites, row.coefficient / unit, row.limit / unit)
        for row, unit in zip(goal.limits, limits, strict=True)
    )
    goal = Goal(goal.reward, goal.price / price, goal.cover_target / weight, rows)
    return ScaledProblem(problem, goal, weight, price, np.array(limits))


def _handy(values: Floats, least: int) -> float:
    """Power of two in which ``values`` sum to ``2**least`` up to ``2**_MOST``; 1 if they do."""
    total = math.fsum(np.abs(values))
    if total == 0:
        return 1.0
    exponent = math.frexp(total)[1]
    return math.ldexp(1.0, max(_FINEST_UNIT, exponent - min(max(exponent, least), _MOST)))
