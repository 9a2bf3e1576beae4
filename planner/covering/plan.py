"""The answer to a covering problem."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from planner.covering.certificate import Multipliers

Floats = npt.NDArray[np.float64]


class Status(StrEnum):
    """Proven quality of a plan."""

    OPTIMAL = "optimal"
    """Keeps every constraint, and no plan is better."""
    FEASIBLE = "feasible"
    """Keeps every constraint; the bound says how much better a plan could be."""
    INFEASIBLE = "infeasible"
    """No plan keeps every constraint: this is the nearest one found."""
    UNKNOWN = "unknown"
    """No plan was found that keeps every constraint, and none was proven not to exist."""


@dataclass(frozen=True)
class UnmetConstraint:
    """A constraint that the plan violates: its name, the required value, the plan's value."""

    constraint: str
    required: float
    reached: float

    @property
    def missing(self) -> float:
        """The missing amount."""
        return abs(self.required - self.reached)


@dataclass(frozen=True)
class CoveringPlan:
    """Chosen sites in the order of construction, what they cover, and the proof of quality.

    ``sites int64[k]``: fixed ones first, then by largest newly covered weight; ``gains
    float64[k]``, weight that each adds to those before it. ``covered_weight`` is recounted from
    the sites. ``value`` is that of the objective: covered weight, stations or cost. ``bound``
    is a value that no plan beats (NaN if no plan keeps the constraints); ``multipliers`` prove
    ``dual_bound``, which ``proven_bound`` recomputes and branch and bound may have tightened to
    ``bound``.
    """

    sites: npt.NDArray[np.int64]
    gains: Floats
    covered_weight: float
    n_stations: int
    cost: float
    value: float
    bound: float
    dual_bound: float
    multipliers: Multipliers
    status: Status
    method: str
    shortfalls: tuple[UnmetConstraint, ...] = ()

    @property
    def gap(self) -> float:
        """Difference of value and bound, relative to the greater: largest error of the plan."""
        if math.isnan(self.bound):
            return math.nan
        most = max(abs(self.bound), abs(self.value))
        return abs(self.bound - self.value) / most if most > 0 else 0.0

    @property
    def proven_optimal(self) -> bool:
        """Whether it is proven that no plan is better."""
        return self.status is Status.OPTIMAL
