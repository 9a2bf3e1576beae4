"""Upper bound on what any plan can cover with explicit candidates, whose footprints are spans.

As :mod:`kernels.covering.bound_raster` has it for discs: multipliers from the steps of
:mod:`kernels.covering.span_steps`, and from them a bound for every number of stations at once,
summed in whole numbers of a unit, so that it is the same in any order and on any number of threads.
:mod:`kernels.covering.check_list` sums it again.
"""

from __future__ import annotations

from collections.abc import Callable

import numba
import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled_exact_parallel
from kernels.covering.bound_raster import Bound
from kernels.covering.bound_value import WHOLE, bound_unit, stored_multipliers
from kernels.covering.greedy_list import greedy_list
from kernels.covering.span_steps import (
    running_sums,
    span_sums,
    span_table,
    step_candidates,
    step_span_multipliers,
    times_served,
)
from kernels.footprints.spans import (
    Spans,
    cover_spans,
    newly_covered_span_weight,
    selected,
)

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Raster = npt.NDArray[np.float32]
Shares = npt.NDArray[np.uint16]
Floats = npt.NDArray[np.float64]

_BALANCE = 0.1
_STEPS_PER_PRICE = 5
_PRICE_EXPONENT = 0.3
_PRICE_CHANGES_TO_HALVE = 10
_FIRST_PRICE_SHARE = 0.8
_WORTH_A_STATION = 0.5
"""As in :mod:`kernels.covering.bound_raster`."""


def upper_list_bound(
    weight: npt.NDArray[np.floating],
    spans: Spans,
    allowed: Bools,
    covered: Bools,
    n_stations: int,
    *,
    start: Ints | None = None,
    iterations: int = 400,
    progress: Callable[[int], object] | None = None,
) -> Bound:
    """Bound from above the weight that ``n_stations`` more candidates can cover.

    Parameters
    ----------
    weight, spans, allowed, covered, n_stations
        As for :func:`kernels.covering.greedy_list.greedy_list`.
    start
        Numbers of the candidates of a good plan, in its order; without it the greedy is run.
    iterations
        Steps of the primal-dual method; more make the bound lower, towards the relaxation's value.
    progress
        Called with the number of steps since the last call.

    Returns
    -------
    Bound
        Its ``values`` reach to ``n_stations``.

    Raises
    ------
    ValueError
        As for :func:`kernels.covering.greedy_list.greedy_list`, or without a step to take.
    """
    if iterations < 1:
        raise ValueError(f"iterations must be at least 1, not {iterations}")
    if start is None:
        start, _ = greedy_list(weight, spans, allowed, covered, n_stations)
    uncovered = np.where(covered, 0, weight).astype(np.float32)
    done = covered.copy()
    gain = newly_covered_span_weight(weight, done, spans, start[:n_stations])
    useful = int(np.count_nonzero(gain > 0))
    nothing_left = np.where(done, 0, weight).astype(np.float32)
    worth = footprint_sums(nothing_left, spans)
    stored = stored_multipliers(nothing_left, weight)
    if useful and worth[allowed].max(initial=0.0) > 0:
        each = np.ones(allowed.size)
        search = ListSearch(uncovered, spans, allowed, each, start[:useful], gain[useful - 1])
        search.run(n_stations, iterations, progress)
        stored = stored_multipliers(search.best, weight)
    elif progress is not None:
        progress(iterations)
    values = list_bound_values(stored, weight, spans, allowed, covered, n_stations)
    return Bound(stored, values, n_stations)


def list_bound_values(
    stored: Shares,
    weight: npt.NDArray[np.floating],
    spans: Spans,
    allowed: Bools,
    covered: Bools,
    n_most: int,
) -> Floats:
    """Upper bound on the weight that N more candidates can cover, for every N up to ``n_most``.

    The least of three for each N: that of the multipliers, that of the N greatest footprints, and
    all weight (see :mod:`kernels.covering.check_list`).

    Parameters
    ----------
    stored
        ``uint16[H, W]``, multipliers as shares of the weight, 65,535 for all of it; any give a
        valid bound.
    weight, spans, allowed, covered
        As for :func:`kernels.covering.greedy_list.greedy_list`.
    n_most
        Most stations.

    Returns
    -------
    float64[n_most + 1]
        Weight covered with N stations at most, ``covered`` included; never falls with N.
    """
    unit = bound_unit(weight)
    everything = int(row_units(weight, 1 / unit).sum())
    table = span_table(selected(spans, np.flatnonzero(allowed)), weight.shape)
    least = np.full(n_most + 1, everything, dtype=np.int64)
    for shares in (stored, np.full(weight.shape, WHOLE, np.uint16)):
        running = running_units(shares, weight, covered, 1 / unit)
        gains = span_sums(running, table)
        used = min(n_most, gains.size)
        greatest = np.sort(np.partition(gains, gains.size - used)[gains.size - used :])[::-1]
        values = np.full(n_most + 1, everything - int(running[:, -1].sum()), dtype=np.int64)
        values[1 : used + 1] += np.cumsum(greatest)
        values[used + 1 :] = values[used]
        np.minimum(least, values, out=least)
    return _rounded_up(least, unit)


def _rounded_up(values: Ints, unit: float) -> Floats:
    """Return whole numbers of a unit as float64, never less than they are."""
    rounded = values.astype(np.float64)
    # Of 2**62 and more than 2**53 a float64 holds multiples of 2**9 only.
    below = rounded.astype(np.int64) < values
    rounded[below] = np.nextafter(rounded[below], np.inf)
    return rounded * unit


@compiled_exact_parallel
def row_units(weight, scale):  # type: ignore[no-untyped-def]
    """Sum of the weight of each row in units, every cell rounded up."""
    units = np.zeros(weight.shape[0], np.int64)
    for row in numba.prange(weight.shape[0]):
        total = np.int64(0)
        for column in range(weight.shape[1]):
            total += np.int64(np.ceil(np.float64(weight[row, column]) * scale))
        units[row] = total
    return units


@compiled_exact_parallel
def running_units(stored, weight, covered, scale):  # type: ignore[no-untyped-def]
    """Running sums along rows of the multipliers in units, every cell rounded down."""
    running = np.zeros((weight.shape[0], weight.shape[1] + 1), np.int64)
    for row in numba.prange(weight.shape[0]):
        total = np.int64(0)
        for column in range(weight.shape[1]):
            if not covered[row, column]:
                units = np.int64(np.float64(weight[row, column]) * scale)
                total += units * np.int64(stored[row, column]) // np.int64(WHOLE)
            running[row, column + 1] = total
    return running


def footprint_sums(values: Raster, spans: Spans) -> Floats:
    """Return the sum of a raster over each footprint."""
    sums: Floats = span_sums(running_sums(values), span_table(spans, values.shape))
    return sums


class ListSearch:
    """Multipliers on their way down, for one number of stations; ``best``: the lowest bound's.

    ``cost`` (float64[n]) of each candidate, about 1; ``last_gain``: what one of cost 1 is worth.
    """

    def __init__(
        self,
        weight: Raster,
        spans: Spans,
        allowed: Bools,
        cost: Floats,
        start: Ints,
        last_gain: float,
    ) -> None:
        self.weight = weight
        self.price = last_gain * _FIRST_PRICE_SHARE
        worth = footprint_sums(weight, spans)
        taking_part = np.flatnonzero(allowed & (worth > _WORTH_A_STATION * self.price * cost))
        self.cost = cost[taking_part]
        self.table = span_table(selected(spans, taking_part), weight.shape)
        held = running_sums((weight > 0).astype(np.float32))
        self.step = 1 / np.maximum(span_sums(held, self.table), 1.0)
        times = times_served(np.ones(taking_part.size), self.table, weight.shape[1])
        self.cell_step = (1 / np.maximum(times, 1)).astype(np.float32)
        self.share = np.isin(taking_part, start).astype(np.float64)
        self.leap = self.share.copy()
        self.multiplier = self._first_multipliers(spans, start)
        self.running = running_sums(self.multiplier)
        self.best, self.value = self.multiplier.copy(), np.inf

    def _first_multipliers(self, spans: Spans, start: Ints) -> Raster:
        """All that the plan leaves out; of what it serves, what the candidates would share."""
        width = self.weight.shape[1]
        paid = self.step * self.price * self.cost
        each = times_served(paid, self.table, width) * self.cell_step
        served = np.zeros(self.weight.shape, dtype=bool)
        cover_spans(served, spans, start)
        return np.where(served, np.minimum(self.weight, each), self.weight).astype(np.float32)

    def run(self, wanted: float, iterations: int, progress: Callable[[int], object] | None) -> None:
        """Take ``iterations`` steps towards the multipliers for stations of cost ``wanted``."""
        for iteration in range(1, iterations + 1):
            gain = span_sums(self.running, self.table)
            if iteration % _STEPS_PER_PRICE == 1:
                self._keep_if_lower(gain, wanted)
            slope, price = _BALANCE * self.price, self.price * self.cost
            step_candidates(self.share, self.leap, gain, self.step, 1 / slope, price)
            step_span_multipliers(
                self.multiplier,
                self.running,
                self.leap,
                self.weight,
                self.cell_step,
                slope,
                self.table,
            )
            if iteration % _STEPS_PER_PRICE == 0:
                taken = float((self.share * self.cost).sum())
                # No money is left where the must-have sites cost all of it.
                self._change_price(taken / max(wanted, 1e-9), iteration)
            if progress is not None:
                progress(1)
        self._keep_if_lower(span_sums(self.running, self.table), wanted)

    def _keep_if_lower(self, gain: Floats, wanted: float) -> None:
        value = self._most(gain, wanted) - float(self.running[:, -1].sum())
        if value < self.value:
            self.best[:], self.value = self.multiplier, value

    def _most(self, gain: Floats, wanted: float) -> float:
        """Greatest sum of gains for so much, by the price where costs differ."""
        if (self.cost == 1).all():
            used = min(int(wanted), gain.size)
            return float(np.partition(gain, gain.size - used)[gain.size - used :].sum())
        net = np.maximum(gain - self.price * self.cost, 0.0)
        return float(net.sum()) + self.price * wanted

    def _change_price(self, taken: float, iteration: int) -> None:
        change = iteration / _STEPS_PER_PRICE
        exponent = _PRICE_EXPONENT / (1 + change / _PRICE_CHANGES_TO_HALVE)
        self.price *= max(0.5, min(2.0, taken)) ** exponent
