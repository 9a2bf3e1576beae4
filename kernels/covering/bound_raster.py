"""Upper bound on what any plan can cover: a certificate for every number of stations.

A plan is judged by the linear relaxation of maximal covering, in which a station may be split:
nothing covers more. Its dual needs one multiplier for each cell, and any multipliers give a valid
bound, for every number of stations at once (:mod:`kernels.covering.bound_value`); good ones are
found by :mod:`kernels.covering.disc_steps`, and :mod:`kernels.covering.check_raster` sums the bound
again from them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kernels.covering.bound_value import bound_values, stored_multipliers
from kernels.covering.disc_steps import (
    add_times_served,
    served_sum,
    step_multipliers,
    step_stations,
    tile_count,
)
from kernels.covering.greedy_raster import greedy_order
from kernels.footprints.coarser import carry_to_finer, coarser_radius, coarser_raster
from kernels.footprints.cover import cover, newly_covered_weight
from kernels.footprints.disc import half_width_table

_BALANCE = 0.1
"""Step of the multipliers against that of the stations: 0.05 to 0.2 do about equally well."""

_ITERATIONS_PER_PRICE = 5
_PRICE_EXPONENT = 0.3
_PRICE_CHANGES_TO_HALVE = 10
"""The price moves less and less: where few stations are at stake it would swing for ever."""

_FIRST_PRICE_SHARE = 0.8
"""Price to start from, as a share of what the greedy's last station gains: it is too dear."""

_WORTH_A_STATION = 0.5
"""Candidates whose whole disc weighs less than this share of the price take no part in the search
(in the bound itself all do)."""


@dataclass(frozen=True)
class Bound:
    """Upper bound on the weight that N new stations can cover, for every N up to some number.

    ``multipliers`` (uint16[H, W]): share of each cell's weight, 65,535 for all of it: with them
    :func:`kernels.covering.check_raster.check_bound` gives ``values`` again.
    ``values`` (float64[n + 1]): bound for N = 0 to n, the weight covered before included.
    ``n_stations``: the N for which the multipliers were sought.
    """

    multipliers: npt.NDArray[np.uint16]
    values: npt.NDArray[np.float64]
    n_stations: int

    @property
    def value(self) -> float:
        """Bound for ``n_stations``."""
        return float(self.values[self.n_stations])


def upper_bound(
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    candidate: npt.NDArray[np.bool_],
    covered: npt.NDArray[np.bool_],
    n_stations: int,
    *,
    start: npt.NDArray[np.int64] | None = None,
    iterations: int = 400,
    coarse: Sequence[tuple[int, int]] = (),
    progress: Callable[[int], object] | None = None,
) -> Bound:
    """Bound from above the weight that ``n_stations`` new stations can cover.

    Parameters
    ----------
    weight, area_class, radius_cells, candidate, covered, n_stations
        As for :func:`kernels.covering.greedy_raster.greedy_order`.
    start
        Stations of a good plan to start from, flat indices in the order of construction; without it
        the greedy is run.
    iterations
        Steps of the primal-dual method; more make the bound lower, towards the relaxation's value.
    coarse
        Pairs of a factor and a number of steps on a raster so many times coarser before them, the
        coarsest first: worth it where the shortest radius in use is several cells.
    progress
        Called with the number of iterations since the last call.

    Returns
    -------
    Bound
        Its ``values`` reach to ``n_stations``.

    Raises
    ------
    ValueError
        As for :func:`kernels.covering.greedy_raster.greedy_order`.
    """
    bounds = upper_bounds(
        weight,
        area_class,
        radius_cells,
        candidate,
        covered,
        [n_stations],
        start=start,
        iterations=iterations,
        coarse=coarse,
        progress=progress,
    )
    return bounds[0]


def upper_bounds(
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    candidate: npt.NDArray[np.bool_],
    covered: npt.NDArray[np.bool_],
    n_stations: Sequence[int],
    *,
    start: npt.NDArray[np.int64] | None = None,
    iterations: int = 100,
    coarse: Sequence[tuple[int, int]] = (),
    progress: Callable[[int], object] | None = None,
) -> list[Bound]:
    """Bound a whole curve of coverage: multipliers for a few numbers of stations.

    Each number has a search of its own: from the multipliers of another number it takes longer.

    Parameters
    ----------
    weight, area_class, radius_cells, candidate, covered, start, coarse, progress
        As for :func:`upper_bound`.
    n_stations
        Numbers of stations, rising.
    iterations
        For each number.

    Returns
    -------
    list of Bound
        One for each number; the ``values`` of all reach to the last number. See :func:`tightest`.

    Raises
    ------
    ValueError
        As for :func:`upper_bound`, or when ``n_stations`` is empty or does not rise.
    """
    numbers = _checked_numbers(n_stations)
    if iterations < 1:
        raise ValueError(f"iterations must be at least 1, not {iterations}")
    place = (area_class, radius_cells, candidate, covered)
    if start is None:
        start, _ = greedy_order(weight, *place, numbers[-1])
    added = newly_covered_weight(weight, covered.copy(), area_class, radius_cells, start)
    useful = int(np.count_nonzero(added > 0))
    # What the n-th best station gains tells the price, in whatever order they are built.
    gain = np.sort(added)[::-1]
    bounds: list[Bound] = []
    for n in numbers:
        if 0 < n <= useful:
            price = gain[n - 1] * _FIRST_PRICE_SHARE
            search = _Search.of(weight, *place, price)
            search.start(n, price, coarse, progress)
            search.run(n, iterations, progress)
            multiplier = search.multiplier
        else:
            multiplier = _left_uncovered(weight, area_class, radius_cells, covered, start[:n])
            if progress is not None:
                progress(iterations)
        stored = stored_multipliers(multiplier, weight)
        bounds.append(Bound(stored, bound_values(stored, weight, *place, numbers[-1]), n))
    return bounds


def tightest(bounds: Sequence[Bound]) -> npt.NDArray[np.float64]:
    """Return the least bound of all for each number of stations, ``float64[n + 1]``."""
    least: npt.NDArray[np.float64] = np.minimum.reduce([bound.values for bound in bounds])
    return least


def fewest_stations(bounds: Sequence[Bound], covered_weight: float) -> int:
    """Return a number of stations below which no plan covers ``covered_weight``.

    Raises
    ------
    ValueError
        When even the last number that the bounds reach to cannot cover it.
    """
    least = tightest(bounds)
    # The bound of fewer stations holds for more of them only if it rises, as it does.
    number = int(np.searchsorted(least, covered_weight))
    if number == least.size:
        raise ValueError(
            f"no {least.size - 1} stations cover {covered_weight}: bounds for more are needed"
        )
    return number


def _checked_numbers(n_stations: Sequence[int]) -> list[int]:
    numbers = [int(n) for n in n_stations]
    rising = all(a < b for a, b in itertools.pairwise(numbers))
    if not numbers or numbers[0] < 0 or not rising:
        raise ValueError(f"numbers of stations must be at least 0 and rise, not {numbers}")
    return numbers


def _left_uncovered(
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    covered: npt.NDArray[np.bool_],
    stations: npt.NDArray[np.int64],
) -> npt.NDArray[np.float32]:
    """Multipliers that prove that ``stations`` cover all there is to cover, if they do."""
    done = covered.copy()
    cover(done, area_class, radius_cells, stations)
    return np.where(done, 0, weight).astype(np.float32)


class _Search:
    """Multipliers on their way down, for a number of stations."""

    def __init__(
        self,
        weight: npt.NDArray[np.float32],
        area_class: npt.NDArray[np.uint8],
        radius_cells: npt.NDArray[np.float64],
        candidate: npt.NDArray[np.bool_],
        cheapest: float,
    ) -> None:
        self.weight, self.area_class, self.candidate = weight, area_class, candidate
        self.radius_cells, self.cheapest = radius_cells, cheapest
        self.half_width = half_width_table(radius_cells)
        self.step = self._station_steps()
        self.most_serving = self._most_serving()
        self.x = np.zeros(weight.shape, dtype=np.float32)
        self.leap = np.zeros(weight.shape, dtype=np.float32)
        self.multiplier = np.zeros(weight.shape, dtype=np.float32)
        self.price = 0.0

    @classmethod
    def of(
        cls,
        weight: npt.NDArray[np.floating],
        area_class: npt.NDArray[np.uint8],
        radius_cells: npt.ArrayLike,
        candidate: npt.NDArray[np.bool_],
        covered: npt.NDArray[np.bool_],
        cheapest: float,
    ) -> _Search:
        """Search on the cells that are not covered; ``cheapest``: least price of a station."""
        radii = np.asarray(radius_cells, dtype=np.float64)
        uncovered = np.where((area_class < radii.size) & ~covered, weight, 0).astype(np.float32)
        return cls(uncovered, np.ascontiguousarray(area_class), radii, candidate, cheapest)

    def _coarser(self, factor: int) -> _Search:
        raster = coarser_raster(
            self.weight, self.area_class, self.candidate, self.radius_cells.size, factor
        )
        radii = np.array([coarser_radius(radius, factor) for radius in self.radius_cells])
        return _Search(raster[0], raster[1], radii, raster[2], self.cheapest)

    def _station_steps(self) -> npt.NDArray[np.float32]:
        """One over the cells with weight that each candidate serves; 0 where worth too little."""
        worth = served_sum(self.weight, self.area_class, self.half_width)
        taking_part = self.candidate & (worth > _WORTH_A_STATION * self.cheapest)
        del worth
        held = (self.weight > 0).astype(np.float32)
        cells = served_sum(held, self.area_class, self.half_width)
        return np.where(taking_part, 1 / np.maximum(cells, 1), 0).astype(np.float32)

    def _most_serving(self) -> npt.NDArray[np.float32]:
        """Most candidates that serve a cell of each class; of every cell, all in its disc."""
        times = np.zeros(self.weight.shape, dtype=np.float32)
        here = (self.step > 0).astype(np.float32)
        add_times_served(times, here, self.weight, self.area_class, self.half_width)
        classes = range(self.radius_cells.size)
        most = [times[self.area_class == area].max(initial=1.0) for area in classes]
        return np.array(most, dtype=np.float32)

    def start(
        self,
        n_stations: int,
        price: float,
        coarse: Sequence[tuple[int, int]],
        progress: Callable[[int], object] | None,
    ) -> None:
        """Set the first multipliers, by way of coarser rasters if there are any."""
        self.price = price
        if not coarse:
            # Where stations overlap little, those that serve a cell share its price equally.
            of_class = np.zeros(256, dtype=np.float32)
            of_class[: self.most_serving.size] = price / self.most_serving
            np.minimum(self.weight, of_class[self.area_class], out=self.multiplier)
            return
        factor, iterations = coarse[-1]
        other = self._coarser(factor)
        relative = [(finer // factor, steps) for finer, steps in coarse[:-1]]
        other.start(n_stations, price, relative, progress)
        other.run(n_stations, iterations, progress)
        carry_to_finer(self.multiplier, other.weight, self.weight, other.multiplier, factor)
        each = np.full(other.x.shape, factor * factor, dtype=np.float32)
        here = (self.step > 0).astype(np.float32)
        carry_to_finer(self.x, each, here, other.x, factor)
        self.leap[:] = self.x
        self.price = other.price

    def run(
        self, n_stations: int, iterations: int, progress: Callable[[int], object] | None
    ) -> None:
        """Take ``iterations`` steps towards the multipliers for ``n_stations``."""
        height, width = self.area_class.shape
        used = np.zeros(tile_count(height, width))
        for iteration in range(1, iterations + 1):
            slope = np.float32(1 / (_BALANCE * self.price))
            step_stations(
                self.x,
                self.leap,
                self.multiplier,
                self.area_class,
                self.half_width,
                self.step,
                slope,
                np.float32(self.price),
                used,
            )
            step_multipliers(
                self.multiplier,
                self.leap,
                self.weight,
                self.area_class,
                self.half_width,
                (_BALANCE * self.price / self.most_serving).astype(np.float32),
            )
            if iteration % _ITERATIONS_PER_PRICE == 0 or iteration == iterations:
                if iteration < iterations:
                    self._change_price(float(used.sum()) / n_stations, iteration)
                if progress is not None:
                    progress((iteration - 1) % _ITERATIONS_PER_PRICE + 1)

    def _change_price(self, taken: float, iteration: int) -> None:
        change = iteration / _ITERATIONS_PER_PRICE
        exponent = _PRICE_EXPONENT / (1 + change / _PRICE_CHANGES_TO_HALVE)
        self.price *= max(0.5, min(2.0, taken)) ** exponent
