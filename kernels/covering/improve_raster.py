"""Improvement of stations on a raster after the greedy: simulated annealing, then a new order.

The greedy never takes a station back. Here stations move, disappear and appear
(:mod:`kernels.covering.anneal_raster`) at a price that keeps their number near the wanted one,
while the temperature falls. At the end the greedy chooses among the improved stations only, which
drops those too many and gives the order of construction; if there are too few it adds some.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kernels.arrays import Bools, Floats, Ints, Numbers
from kernels.covering.anneal_raster import anneal_raster, raster_state
from kernels.covering.cooling import Chance, Cooling, anneal_at_steered_price
from kernels.covering.gains import uncovered_units
from kernels.covering.greedy_raster import construction_order, greedy_order
from kernels.footprints.disc import half_width_table
from kernels.footprints.disc_sums import add_up_discs
from kernels.footprints.field import Field
from kernels.footprints.packed import packed_field, with_held_radii

_LARGEST_NOISE = 2.0**29
_WORTH_A_STATION = 0.5
"""Candidates that serve less than this share of the price, alone, do not keep land in play."""

_SMALLEST_TILE = 128
_REACHES_PER_TILE = 16


def improve(sites: npt.ArrayLike, field: Field, cooling: Cooling) -> tuple[Ints, Floats]:
    """Improve a set of stations, their number kept, and order it for construction.

    Parameters
    ----------
    sites
        Flat indices of the stations' cells, ``int[n]``, as
        :func:`kernels.covering.greedy_raster.greedy_order` gives them: candidates, none twice.
    field
        What is to be covered, and where stations may stand.
    cooling
        How long and how warm to search.

    Returns
    -------
    sites : int64[m]
        Flat indices in the order of construction, ``m <= n``: fewer when nothing is left to be
        gained. If the set given leaves nothing to be gained, it is returned as it is, in order.
    gain : float64[m]
        Weight that each covers and none before it does, recounted cell by cell.
        Their sum is at least that of ``sites``.

    Raises
    ------
    ValueError
        As for :func:`kernels.covering.greedy_raster.greedy_order`, or when a site is no candidate
        or is there twice.
    """
    start = _checked_sites(sites, field.candidate)
    old = _in_order(start, field, start.size)
    if not old[0].size or not _alone(field.after(start))[0].any():
        return old
    stations = _annealed(start, field, float(old[1][-1]), cooling)
    new = _in_order(stations, field, start.size)
    return new if new[1].sum() > old[1].sum() else old


def _alone(field: Field) -> tuple[Numbers, float]:
    """Return the gain of each candidate without any other new station, 0 elsewhere, and its unit.

    int32[H, W].
    """
    half_width = half_width_table(field.radius_cells)
    area_class = np.ascontiguousarray(field.area_class)
    left, unit = uncovered_units(field.weight, area_class, field.covered, half_width)
    gain = np.empty(area_class.shape, np.int32)
    add_up_discs(gain, left, area_class, half_width, field.candidate)
    gain[~field.candidate] = 0
    return gain, unit


def _annealed(start: Ints, field: Field, price: float, cooling: Cooling) -> Ints:
    """Return the stations that ``start`` become among the candidates, in any order."""
    field = with_held_radii(field)
    alone, unit = _alone(field)
    worth = field.candidate & (alone >= _WORTH_A_STATION * price / unit)
    worth.reshape(-1)[start] = True
    smaller = packed_field(field._replace(candidate=worth))
    if smaller is None:
        state, unit = raster_state(field, start)
    else:
        packing, packed = smaller
        state, unit = raster_state(packed, packing.places(start))
    side = max(_SMALLEST_TILE, _REACHES_PER_TILE * (state.half_width.shape[2] - 1))

    def anneal_round(price: float, noise: Floats, random: np.random.Generator) -> int:
        chance = Chance(
            price=np.minimum([price], _LARGEST_NOISE).astype(np.int32),
            noise=np.minimum(noise - noise.min(), _LARGEST_NOISE).astype(np.int32),
            sweeps=cooling.sweeps,
            seed=int(random.integers(1 << 32)),
        )
        return anneal_raster(state, chance, side, random.integers(0, side, size=2))

    anneal_at_steered_price(cooling, price / unit, start.size, anneal_round)
    stations = np.flatnonzero(state.station)
    return stations if smaller is None else np.sort(packing.source.reshape(-1)[stations])


def _checked_sites(sites: npt.ArrayLike, candidate: Bools) -> Ints:
    cells = np.asarray(sites).reshape(-1)
    if cells.size and not np.issubdtype(cells.dtype, np.integer):
        raise ValueError(f"sites must be whole flat indices, not {cells.dtype}")
    if cells.size and not 0 <= cells.min() <= cells.max() < candidate.size:
        raise ValueError(f"sites must be flat indices from 0 to {candidate.size - 1}")
    if not candidate.reshape(-1)[cells].all():
        raise ValueError("every site must be a candidate")
    if np.unique(cells).size != cells.size:
        raise ValueError("no site may be there twice")
    return cells.astype(np.int64)


def _in_order(stations: Ints, field: Field, n_stations: int) -> tuple[Ints, Floats]:
    """Order ``stations`` by the greedy, best first; others join if there are too few."""
    order = construction_order(stations, field, n_stations)
    if order.size < n_stations:
        more, _ = greedy_order(field.after(order), n_stations - order.size)
        if more.size:
            order = construction_order(np.concatenate([order, more]), field, n_stations)
    return order, field.gains(order)
