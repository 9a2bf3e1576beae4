"""The covered weight that a plan must reach."""

from __future__ import annotations

import math
from numbers import Real

from planner.covering.problem import CoveringProblem
from planner.errors import InputError, Problem


def checked_target(problem: CoveringProblem, cover_target: float) -> float:
    """Refuse a target that is not a valid weight, or a problem without weight to reach it."""
    total = math.fsum(problem.weights)
    if not isinstance(cover_target, Real) or not 0 <= cover_target <= total * (1 + 1e-12):
        raise InputError(
            Problem(
                "not a weight that could be covered",
                key="cover_target",
                value=cover_target,
                expected=f"0 to {total:g}, the weight of all customers",
            )
        )
    return float(cover_target)
