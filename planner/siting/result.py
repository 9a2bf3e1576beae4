"""The result of siting: the stations in the order of construction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.sites.footprints import Footprints, Rows

BASELINE, MUST_HAVE, NEW = "baseline", "must_have", "new"
FROM_FILE, FROM_MODEL, UPGRADED = "file", "model", "upgraded"


@dataclass(frozen=True)
class Shortfall:
    """A constraint of the scenario that the plan violates: the required and the reached value.

    ``constraint``: in words, with the scenario's key; ``unit`` of all three numbers.
    """

    constraint: str
    asked: float
    reached: float
    unit: str

    @property
    def missing(self) -> float:
        """The missing amount."""
        return abs(self.asked - self.reached)

    def summary(self) -> dict[str, Any]:
        """Return the row of ``infeasible`` in ``summary.json``."""
        return {
            "constraint": self.constraint,
            "asked": self.asked,
            "reached": self.reached,
            "missing": self.missing,
            "unit": self.unit,
        }


@dataclass(frozen=True)
class Proof:
    """Result of branch and bound: a bound on the objective, and whether the search finished.

    ``value`` and ``bound`` are in the unit of the objective, must-have sites and what stands
    already included: weight, stations or yuan; NaN where nothing is known. ``infeasible``: it is
    proven that no plan keeps all constraints; ``bound`` stations or yuan are then what it takes at
    least where only ``target.stations_new`` is in the way.
    """

    value: float
    bound: float
    optimal: bool
    method: str
    infeasible: bool = False


@dataclass(frozen=True)
class BuiltPhase:
    """A phase of the construction: its stations are the rows ``first`` to ``end - 1``."""

    name: str
    first: int
    end: int


@dataclass(frozen=True)
class Siting:
    """The stations in the order of construction, baseline first.

    ``cell`` (int64[n]): flat index of each station's cell. ``role`` and ``origin``: text arrays
    as in :data:`planner.columns.STATIONS`. ``site`` (int64[n]): row of the planner's own file
    for stations of origin "file" or "upgraded", else -1. ``people_gained`` (float64[n]): people
    that each covers and none before it does, recomputed cell by cell from the chosen sites.
    ``covered_baseline`` and ``covered`` (bool, grid shape): cells served by the baseline and by
    all stations. ``requested_new``: stations the target asked for. ``uncovered_people``: those
    without service. ``radio_tier``: what the footprints were made by, in words.

    ``equipment`` (text): name of each station's equipment, empty where the scenario has none.
    ``cost_cny`` (float64[n]): 0 for the baseline, else before the factors of places; None unless
    every station has a cost. ``footprints``: what the stations serve, all of them or in any part
    of one kind; see :meth:`serving`. ``shortfalls``: constraints that are not kept.
    ``weight_total`` and ``weight_covered``: of what steered siting. ``proof``: from branch and
    bound, where it was used.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> ground = planner.ground_of(scenario, 250.0)
    >>> radius_m = [one.radius_m for one in planner.service_radii(scenario.radio, scenario.service)]
    >>> candidates = planner.candidate_sites(scenario, ground.area, ground.demand, radius_m)
    >>> siting = planner.site_stations(scenario, ground, candidates, radius_m)
    >>> bool((siting.people_gained > 0).all())
    True
    """

    cell: npt.NDArray[np.int64]
    role: npt.NDArray[np.str_]
    origin: npt.NDArray[np.str_]
    site: npt.NDArray[np.int64]
    people_gained: npt.NDArray[np.float64]
    covered_baseline: npt.NDArray[np.bool_]
    covered: npt.NDArray[np.bool_]
    requested_new: int
    uncovered_people: float
    radio_tier: str
    footprints: Footprints
    equipment: npt.NDArray[np.str_]
    cost_cny: npt.NDArray[np.float64] | None
    weight_total: float
    weight_covered: float
    shortfalls: tuple[Shortfall, ...] = ()
    proof: Proof | None = None
    phases: tuple[BuiltPhase, ...] = ()

    def __len__(self) -> int:
        return len(self.cell)

    def serving(self, rows: Rows) -> Footprints:
        """Return the footprints of some of the stations: those of their cells, and no others."""
        return self.footprints.of_stations(rows)

    @property
    def missing_new(self) -> int:
        """Requested stations that were not placed, because no people or no candidates are left."""
        return self.requested_new - int((self.role != BASELINE).sum())

    @property
    def saturated(self) -> bool:
        """Whether at most one person in a million is without service, by the model."""
        covered = float(self.people_gained.sum())
        return self.uncovered_people <= 1e-6 * (covered + self.uncovered_people)

    @property
    def baseline_origin(self) -> str:
        """Where the baseline comes from: "file", "model" or "none"."""
        baseline = self.origin[self.role == BASELINE]
        return str(baseline[0]) if len(baseline) else "none"
