"""The certificate of a plan: how many people no other plan could exceed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kernels.dual_bound import upper_bound
from planner.candidates import Candidates
from planner.demand import Demand
from planner.footprints import DiscFootprints, Footprints
from planner.siting import MUST_HAVE, NEW, Siting

_EVERYBODY = "everybody is covered"
_DUAL = "dual of the covering relaxation"


@dataclass(frozen=True)
class Certificate:
    """An upper bound for every plan with the same baseline, must-have sites and candidates.

    ``upper_bound_people`` (float64[n + 1]): most people that 0 to n new stations beyond the
    must-have sites can cover together with all others, n as the target asks. ``multipliers``
    (uint16, grid shape) prove it: :func:`kernels.bound_check.check_bound` sums the bound from
    them with code of its own; None where nothing needs proof because everybody is covered.
    ``people``: those that the plan covers; ``fixed_stations``: baseline and must-have sites.
    """

    upper_bound_people: npt.NDArray[np.float64]
    multipliers: npt.NDArray[np.uint16] | None
    people: float
    fixed_stations: int
    method: str

    @property
    def gap(self) -> float:
        """Share of the bound by which the plan falls short of it: the most it can be improved."""
        bound = float(self.upper_bound_people[-1])
        return max(0.0, (bound - self.people) / bound) if bound > 0 else 0.0

    def summary(self) -> dict[str, Any]:
        """Return the certificate as ``summary.json`` holds it."""
        return {
            "upper_bound_population": float(self.upper_bound_people[-1]),
            "gap": self.gap,
            "method": self.method,
            "proven_optimal": self.gap <= 1e-9,
        }


def certify(
    demand: Demand,
    candidates: Candidates,
    siting: Siting,
    footprints: Footprints,
    *,
    iterations: int,
    progress: Callable[[int], object] | None = None,
) -> Certificate | None:
    """Bound what any plan with as many new stations could cover.

    ``iterations``: steps of the primal-dual method; more make the bound lower. None for
    footprints shaped by terrain, whose bound is not computed yet.
    """
    people = float(siting.people_gained.sum())
    free = siting.requested_new - int((siting.role == MUST_HAVE).sum())
    fixed = int((siting.role != NEW).sum())
    if siting.everybody_covered:
        bound = np.full(free + 1, demand.people_total)
        return Certificate(bound, None, min(people, demand.people_total), fixed, _EVERYBODY)
    if not isinstance(footprints, DiscFootprints) or not iterations:
        return None
    covered = np.zeros(demand.people.shape, dtype=bool)
    footprints.cover(covered, siting.cell[siting.role != NEW])
    found = upper_bound(
        demand.people,
        footprints.area_class,
        footprints.radius_cells,
        candidates.allowed,
        covered,
        free,
        start=siting.cell[siting.role == NEW],
        iterations=iterations,
        progress=progress,
    )
    return Certificate(found.values, found.multipliers, people, fixed, _DUAL)
