"""Stations of one role, and the recount of all people from the chosen ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.ground.demand import Demand
from planner.sites.candidates import Sites
from planner.sites.footprints import Footprints
from planner.siting.mixed_footprints import MixedFootprints
from planner.siting.result import BASELINE, FROM_FILE, FROM_MODEL, Proof, Shortfall, Siting

Cells = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """Consecutive stations of one role.

    ``kind`` (int64): number of each station's footprints among those of the recount; ``cost_cny``
    (float64), before the factors of places, NaN where the scenario names none.
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
        """Return all sites of a file, in its order; the file's own costs where it has them."""
        count = len(sites)
        cost = np.full(count, cost_cny) if role == BASELINE else sites.prices_cny(cost_cny)
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
class Outcome:
    """Results of siting besides its stations: what was asked, what failed, what is proven."""

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
    """Recount all people from the chosen sites, independently of the search's bookkeeping.

    ``weight`` (grid shape): what siting counts in each cell; ``kinds``: name and footprints of each
    number in ``Part.kind``.
    """
    cell, kind = _joined(parts, "cell", np.int64), _joined(parts, "kind", np.int64)
    each = tuple(footprints for _, footprints in kinds)
    serving = each[0] if len(each) == 1 else MixedFootprints(each, cell, kind)
    people = demand.people_each
    covered = np.zeros(demand.stack_shape, dtype=bool)
    covered_baseline = covered.copy()
    gained = []
    for part in parts:
        own = each[0] if len(each) == 1 else MixedFootprints(each, part.cell, part.kind)
        gained.append(own.people_gained(people, covered, part.cell))
        if part.role == BASELINE:
            covered_baseline = covered.copy()
    cost = _joined(parts, "cost_cny", np.float64)
    names = np.array([name for name, _ in kinds], dtype=np.str_)
    roles = [np.full(len(part.cell), part.role) for part in parts]
    no_text = np.zeros(0, dtype=np.str_)
    split = demand.split(weight)
    of_everybody = split if weight is demand.people else demand.people_by_situation
    return Siting(
        cell=cell,
        role=np.concatenate([no_text, *roles]),
        origin=np.concatenate([no_text, *(part.origin for part in parts)]),
        site=_joined(parts, "site", np.int64),
        people_gained=np.concatenate([np.zeros(0), *gained]),
        covered_baseline=covered_baseline,
        covered=covered,
        requested_new=outcome.requested_new,
        uncovered_people=float(of_everybody[~covered].sum(dtype=np.float64)),
        radio_tier=serving.radio_tier,
        footprints=serving,
        equipment=names[kind],
        cost_cny=None if np.isnan(cost).any() else cost,
        weight_total=float(split.sum(dtype=np.float64)),
        weight_covered=(
            float(sum(part.sum() for part in gained))
            if weight is demand.people
            else float(split[covered].sum(dtype=np.float64))
        ),
        shortfalls=outcome.shortfalls,
        proof=outcome.proof,
    )


def _joined(parts: Sequence[Part], field: str, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype), *(getattr(part, field) for part in parts)])
