"""Stations of one role, and the recount of everybody from the chosen ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kernels.row_runs import RowRuns, joined
from planner.candidates import Sites
from planner.demand import Demand
from planner.footprints import Footprints
from planner.siting.result import BASELINE, FROM_FILE, FROM_MODEL, Proof, Shortfall, Siting

Cells = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """Consecutive stations of one role.

    ``kind`` (int64): number of each station's footprints among those of the recount; ``cost_cny``
    (float64), NaN where the scenario names none.
    """

    cell: Cells
    site: Cells
    role: str
    origin: npt.NDArray[np.str_]
    kind: Cells
    cost_cny: npt.NDArray[np.float64]

    @classmethod
    def of_file(
        cls,
        sites: Sites,
        role: str,
        *,
        kind: int | Cells = 0,
        cost_cny: float | npt.NDArray[np.float64] = 0.0,
    ) -> Part:
        """Return all sites of a file, in its order; the file's own costs if it has them."""
        count = len(sites)
        given = sites.cost_cny if role != BASELINE else None
        cost = np.full(count, cost_cny) if given is None else given
        site = np.arange(count, dtype=np.int64)
        return cls(sites.cell, site, role, np.full(count, FROM_FILE), np.full(count, kind), cost)

    @classmethod
    def of_model(cls, cell: Cells, role: str, *, cost_cny: float = 0.0) -> Part:
        """Return stations that the model has placed, all of the first kind."""
        count = len(cell)
        nowhere = np.full(count, -1, dtype=np.int64)
        origin = np.full(count, FROM_MODEL)
        return cls(cell, nowhere, role, origin, np.zeros(count, np.int64), np.full(count, cost_cny))


@dataclass(frozen=True)
class MixedFootprints:
    """Footprints of a plan's stations of several kinds, each cell's station being of one.

    ``kind`` (int64[n]) of the station in each of ``cell`` (int64[n], ascending).
    """

    kinds: tuple[Footprints, ...]
    cell: Cells
    kind: Cells

    @property
    def radio_tier(self) -> str:
        """What the footprints were made by, in words."""
        return self.kinds[0].radio_tier

    def order(self, *_: object) -> Cells:
        """Refuse: the kinds are chosen together with their places, not afterwards."""
        raise TypeError("stations of several kinds are ordered by siting within limits")

    def cover(self, covered: npt.NDArray[np.bool_], cells: Cells) -> None:
        """Mark, in place, what stations in ``cells`` serve."""
        for kind, part in self._parts(cells):
            self.kinds[kind].cover(covered, part)

    def people_gained(
        self, people: npt.NDArray[np.float32], covered: npt.NDArray[np.bool_], cells: Cells
    ) -> npt.NDArray[np.float64]:
        """Return whom each station adds to those before it; marks ``covered``."""
        gained = [
            self.kinds[kind].people_gained(people, covered, part)
            for kind, part in self._parts(cells)
        ]
        return np.concatenate([np.zeros(0), *gained])

    def runs_of(self, cells: Cells) -> RowRuns:
        """Return what stations in ``cells`` serve as row runs, in their order."""
        return joined([self.kinds[kind].runs_of(part) for kind, part in self._parts(cells)])

    def _parts(self, cells: Cells) -> list[tuple[int, Cells]]:
        """Split stations into runs of one kind, in their order."""
        if not len(cells):
            return []
        kind = self.kind[np.searchsorted(self.cell, cells)]
        starts = np.flatnonzero(np.diff(kind)) + 1
        return [
            (int(self.kind[np.searchsorted(self.cell, part[0])]), part)
            for part in np.split(cells, starts)
        ]


@dataclass(frozen=True)
class Outcome:
    """What siting knows beside its stations: what was asked, what failed, what is proven."""

    requested_new: int
    shortfalls: tuple[Shortfall, ...] = ()
    proof: Proof | None = None


def recounted(
    parts: Sequence[Part],
    demand: Demand,
    weight: npt.NDArray[np.float32],
    kinds: Sequence[tuple[str, Footprints]],
    outcome: Outcome,
) -> Siting:
    """Recount everybody from the chosen sites, apart from the bookkeeping of the search.

    ``kinds``: name and footprints of each number in ``Part.kind``.
    """
    cell, kind = _joined(parts, "cell", np.int64), _joined(parts, "kind", np.int64)
    serving = _serving(cell, kind, tuple(footprints for _, footprints in kinds))
    covered = np.zeros(demand.people.shape, dtype=bool)
    covered_baseline = covered.copy()
    gained = []
    for part in parts:
        gained.append(serving.people_gained(demand.people, covered, part.cell))
        if part.role == BASELINE:
            covered_baseline = covered.copy()
    cost = _joined(parts, "cost_cny", np.float64)
    names = np.array([name for name, _ in kinds], dtype=np.str_)
    roles = [np.full(len(part.cell), part.role) for part in parts]
    no_text = np.zeros(0, dtype=np.str_)
    return Siting(
        cell=cell,
        role=np.concatenate([no_text, *roles]),
        origin=np.concatenate([no_text, *(part.origin for part in parts)]),
        site=_joined(parts, "site", np.int64),
        people_gained=np.concatenate([np.zeros(0), *gained]),
        covered_baseline=covered_baseline,
        covered=covered,
        requested_new=outcome.requested_new,
        uncovered_people=float(demand.people[~covered].sum(dtype=np.float64)),
        radio_tier=serving.radio_tier,
        footprints=serving,
        equipment=names[kind],
        cost_cny=None if np.isnan(cost).any() else cost,
        weight_total=float(weight.sum(dtype=np.float64)),
        weight_covered=_covered_weight(weight, demand, covered, gained),
        shortfalls=outcome.shortfalls,
        proof=outcome.proof,
    )


def _covered_weight(
    weight: npt.NDArray[np.float32],
    demand: Demand,
    covered: npt.NDArray[np.bool_],
    gained: Sequence[npt.NDArray[np.float64]],
) -> float:
    if weight is demand.people:
        return float(sum(part.sum() for part in gained))
    return float(weight[covered].sum(dtype=np.float64))


def _serving(cell: Cells, kind: Cells, kinds: tuple[Footprints, ...]) -> Footprints:
    if len(kinds) == 1:
        return kinds[0]
    ascending, first = np.unique(cell, return_index=True)
    return MixedFootprints(kinds, ascending, kind[first])


def _joined(parts: Sequence[Part], field: str, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype), *(getattr(part, field) for part in parts)])
