"""Improvement of a set of stations after the greedy: simulated annealing, then a new order.

The greedy never takes a station back. Here stations move, disappear and appear
(:mod:`kernels.covering.anneal_raster`) at a price that keeps their number near the wanted one,
while the temperature falls. At the end the greedy chooses among the improved stations only, which
drops those too many and gives the order of construction; if there are too few it adds some.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kernels.covering.anneal_raster import Chance, Field, anneal_round, count_stations, widest_class
from kernels.covering.construction_order import anything_within_reach, construction_order
from kernels.covering.gains import uncovered_weight
from kernels.covering.greedy_raster import fixed_point_unit, greedy_order
from kernels.footprints.cover import cover, newly_covered_weight
from kernels.footprints.disc import RIM_TOLERANCE, half_width_table

_NOISE_SIZE = 1 << 14
_LARGEST_NOISE = 2.0**29
WINDOW_CELLS = 6
_SMALLEST_TILE = 128
_REACHES_PER_TILE = 16
_PRICE_EXPONENT = 0.5
"""Price moves with (stations / wanted) to this power: a hundredth too many, half of it dearer."""

_FIRST_PRICE_SHARE = 0.86
"""Price to start from, as a share of what the last station gains: measured, soon corrected."""


def improve(
    sites: npt.ArrayLike,
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    candidate: npt.NDArray[np.bool_],
    covered: npt.NDArray[np.bool_],
    *,
    rounds: int = 40,
    sweeps: int = 50,
    temperature: tuple[float, float] = (0.1, 0.008),
    seed: int = 0,
    progress: Callable[[int], object] | None = None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Improve a set of stations, their number kept, and order it for construction.

    Parameters
    ----------
    sites
        Flat indices of the stations' cells, ``int[n]``, as
        :func:`kernels.covering.greedy_raster.greedy_order` gives them: candidates, none twice.
    weight, area_class, radius_cells, candidate, covered
        As for :func:`kernels.covering.greedy_raster.greedy_order`; ``covered`` holds what other
        stations, which stay, cover.
    rounds
        How often the tiles are shifted and the temperature falls.
    sweeps
        How often each station is looked at in a round: the time is proportional to it.
    temperature
        First and last, as shares of the price of a station.
    seed
        Of all random numbers.
    progress
        Called with 1 after each round.

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
        or is there twice, or a number is out of range.
    """
    start = _checked_sites(sites, candidate)
    _check_schedule(rounds, sweeps, temperature)
    place = (weight, area_class, radius_cells, candidate, covered)
    old = _in_order(start, *place, start.size)
    if not old[0].size or _nothing_left(old[0], *place):
        return old
    field, unit = _field(start, *place)
    schedule = _Schedule(old[1][-1] / unit, start.size, rounds, sweeps, temperature, seed)
    _anneal(field, schedule, radius_cells, progress)
    station = np.flatnonzero(field.station)
    del field
    new = _in_order(station, *place, start.size)
    return new if new[1].sum() > old[1].sum() else old


def _nothing_left(
    sites: npt.NDArray[np.int64],
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    candidate: npt.NDArray[np.bool_],
    covered: npt.NDArray[np.bool_],
) -> bool:
    """Whether one more station than ``sites`` would cover nothing more."""
    done = covered.copy()
    cover(done, area_class, radius_cells, sites)
    half_width = half_width_table(radius_cells)
    unit = fixed_point_unit(weight, half_width.shape[1] - 1)
    area_class = np.ascontiguousarray(area_class)
    remaining = uncovered_weight(weight, area_class, done, half_width.shape[0], 1 / unit)
    return not anything_within_reach(remaining, area_class, half_width, candidate)


@dataclass(frozen=True)
class _Schedule:
    """First price in fixed-point units, wanted stations, and the arguments of ``improve``."""

    last_gain: float
    n_stations: int
    rounds: int
    sweeps: int
    temperature: tuple[float, float]
    seed: int


def _checked_sites(sites: npt.ArrayLike, candidate: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
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


def _check_schedule(rounds: int, sweeps: int, temperature: tuple[float, float]) -> None:
    if rounds < 1 or sweeps < 1:
        raise ValueError(f"rounds and sweeps must be at least 1, not {rounds} and {sweeps}")
    first, last = temperature
    if not 0 < last <= first <= 1:
        raise ValueError(f"temperature must fall within 1 and 0, not from {first} to {last}")


def _in_order(
    station: npt.NDArray[np.int64],
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    candidate: npt.NDArray[np.bool_],
    covered: npt.NDArray[np.bool_],
    n_stations: int,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Order ``station`` by the greedy, best first; others join if there are too few."""
    place = (area_class, radius_cells)
    order = construction_order(station, weight, *place, covered, n_stations)
    if order.size < n_stations:
        done = covered.copy()
        cover(done, *place, order)
        more, _ = greedy_order(weight, *place, candidate, done, n_stations - order.size)
        if more.size:
            order = construction_order(
                np.concatenate([order, more]), weight, *place, covered, n_stations
            )
    return order, newly_covered_weight(weight, covered.copy(), *place, order)


def _field(
    sites: npt.NDArray[np.int64],
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    candidate: npt.NDArray[np.bool_],
    covered: npt.NDArray[np.bool_],
) -> tuple[Field, float]:
    half_width = half_width_table(radius_cells)
    unit = fixed_point_unit(weight, half_width.shape[1] - 1)
    area_class = np.ascontiguousarray(area_class)
    station = np.zeros(weight.shape, dtype=np.bool_)
    station.reshape(-1)[sites] = True
    serving = np.zeros(weight.shape, dtype=np.uint16)
    count_stations(serving, area_class, half_width, sites)
    field = Field(
        weight=uncovered_weight(weight, area_class, covered, half_width.shape[0], 1 / unit),
        area_class=area_class,
        candidate=candidate,
        half_width=half_width,
        outer=widest_class(area_class, half_width),
        serving=serving,
        station=station,
    )
    return field, unit


def _anneal(
    field: Field,
    schedule: _Schedule,
    radius_cells: npt.ArrayLike,
    progress: Callable[[int], object] | None,
) -> None:
    """Run all rounds: change the stations of ``field`` in place."""
    random = np.random.default_rng(schedule.seed)
    gumbel = random.gumbel(size=_NOISE_SIZE)
    reach = field.half_width.shape[1] - 1
    side = max(_SMALLEST_TILE, _REACHES_PER_TILE * reach)
    radius = np.asarray(radius_cells, dtype=np.float64)
    radius_squared = (radius**2 * (1 + RIM_TOLERANCE)).astype(np.int32)
    first, last = schedule.temperature
    price, n_stations = schedule.last_gain * _FIRST_PRICE_SHARE, schedule.n_stations
    for step in range(schedule.rounds):
        share = first * (last / first) ** (step / max(1, schedule.rounds - 1))
        noise = np.minimum((gumbel - gumbel.min()) * share * price, _LARGEST_NOISE)
        chance = Chance(
            price=np.int32(min(price, _LARGEST_NOISE)),
            noise=noise.astype(np.int32),
            window=min(reach, WINDOW_CELLS) or 1,
            sweeps=schedule.sweeps,
            seed=int(random.integers(1 << 32)),
        )
        offset = random.integers(0, side, size=2)
        n_stations += anneal_round(field, chance, radius_squared, side, offset)
        price *= max(0.5, n_stations / schedule.n_stations) ** _PRICE_EXPONENT
        if progress is not None:
            progress(1)
