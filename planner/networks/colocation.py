"""Site sharing: which new stations of a network move to sites of another, and their cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from kernels.rollout.colocation import colocated
from planner.ground.demand import Demand
from planner.sites.candidates import Candidates
from planner.sites.footprints import Footprints
from planner.siting import NEW, Siting

Cells = npt.NDArray[np.int64]


def on_shared_sites(
    siting: Siting,
    demand: Demand,
    candidates: Candidates,
    sites: Cells,
    *,
    reach_cells: Sequence[float],
    least_people_share: float,
    radio_share_of_cost: float,
) -> Siting:
    """Move new stations to sites of another network if that loses few enough people.

    In construction order, a new station moves to the site within ``reach_cells`` of
    its own cell's class (in cells) that adds the most people, if it adds at least
    ``least_people_share`` of what the station would add at its own position. The stations are
    then ordered again by the people they add; those that add none any more are placed again,
    anywhere that is allowed. Baseline and must-have sites stay. ``sites``: cells of the other
    network; a new station there costs ``radio_share_of_cost`` of one on its own site.
    """
    footprints, people = siting.footprints, demand.people_by_situation
    fixed, own = siting.role != NEW, siting.cell[siting.role == NEW]
    usable = _usable(np.unique(sites), candidates, footprints)
    if not own.size or not usable.size:
        return siting
    covered = np.zeros(demand.stack_shape, dtype=bool)
    footprints.cover(covered, siting.cell[fixed])
    reach = np.asarray(reach_cells)[demand.area_class.ravel()[own]]
    first, near = _near(own, usable, reach, width=demand.people.shape[1])
    places = np.unique(np.concatenate([own, near]))
    moved = colocated(
        people,
        footprints.spans_of(places),
        covered,
        np.searchsorted(places, own),
        first,
        np.searchsorted(places, near),
        least_share=least_people_share,
    )
    standing = np.zeros(demand.people.shape, dtype=bool)
    standing.ravel()[places[moved]] = True
    cells = footprints.order(people, standing, covered, own.size)
    footprints.cover(covered, cells)
    if cells.size < own.size:
        rest = footprints.order(people, candidates.allowed, covered, own.size - cells.size)
        cells = np.concatenate([cells, rest])
    shared = np.isin(cells, usable)
    cost = np.where(shared, radio_share_of_cost, 1.0)
    return _with_new(siting, demand, candidates, cells, cost)


def _usable(sites: Cells, candidates: Candidates, footprints: Footprints) -> Cells:
    """Return the sites that may take a station: buildable, listed if a list is given."""
    may = candidates.buildable if candidates.listed is None else candidates.allowed
    usable = sites[may.ravel()[sites]]
    return usable[footprints.known(usable)]


def _near(
    own: Cells, sites: Cells, reach: npt.NDArray[np.float64], *, width: int
) -> tuple[Cells, Cells]:
    """Return the sites within reach of each station: where they begin, and their cells."""
    tree = KDTree(np.column_stack(np.divmod(sites, width)))
    found = tree.query_ball_point(np.column_stack(np.divmod(own, width)), reach, return_sorted=True)
    counts = [len(one) for one in found]
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
    rows = [np.asarray(one, dtype=np.int64) for one in found]
    near: Cells = sites[np.concatenate([np.zeros(0, np.int64), *rows])]
    return first, near


def _with_new(
    siting: Siting,
    demand: Demand,
    candidates: Candidates,
    cells: Cells,
    cost: npt.NDArray[np.float64],
) -> Siting:
    """Replace the new stations by stations in ``cells``, and recount all people.

    ``cost``: of each, in units of the cost of a station on its own site.
    """
    fixed, footprints = siting.role != NEW, siting.footprints
    people = demand.people_by_situation
    cell = np.concatenate([siting.cell[fixed], cells])
    origin = "model" if candidates.listed is None else "file"
    covered = np.zeros(demand.stack_shape, dtype=bool)
    gained = footprints.people_gained(people, covered, cell)
    weight = float(people[covered].sum(dtype=np.float64))
    cost_cny = siting.cost_cny
    if cost_cny is not None:
        cost_cny = np.concatenate([cost_cny[fixed], cost * float(cost_cny[~fixed].max())])
    return replace(
        siting,
        cell=cell,
        role=np.concatenate([siting.role[fixed], np.full(len(cells), NEW)]),
        origin=np.concatenate([siting.origin[fixed], np.full(len(cells), origin)]),
        site=np.concatenate([siting.site[fixed], _rows(cells, candidates)]),
        people_gained=gained,
        covered=covered,
        uncovered_people=float(people[~covered].sum(dtype=np.float64)),
        equipment=np.concatenate([siting.equipment[fixed], np.full(len(cells), "")]),
        cost_cny=cost_cny,
        weight_covered=weight,
        proof=None,
    )


def _rows(cells: Cells, candidates: Candidates) -> Cells:
    """Return the row of each cell in the list of candidates, -1 without a list."""
    if candidates.listed is None:
        return np.full(len(cells), -1, dtype=np.int64)
    unique, first = np.unique(candidates.listed.cell, return_index=True)
    rows: Cells = first[np.searchsorted(unique, cells)]
    return rows
