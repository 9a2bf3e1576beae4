"""Exact sums of the upper bound that a raster of multipliers gives.

For multipliers ``0 <= lambda_i <= w_i`` no plan covers more than

    sum_i (w_i - lambda_i) + sum of c_j over its stations,   c_j = sum of lambda_i that j serves

(weak duality of the covering relaxation, see :mod:`kernels.covering.bound_steps`), nor more than
the sum of all w_i. Cells covered before have ``lambda_i = 0``. Everything is summed in whole
numbers of a unit, the weights rounded up and the multipliers down, so that the value is a bound for
the weights as they are, and the same in any order and on any number of threads. What the c_j of any
plan within limits add up to is :mod:`kernels.covering.bound_limits`'s.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from kernels.arrays import Bools, Floats, Ints, Raster, Weights
from kernels.compiled import compiled_exact_parallel
from kernels.footprints.sums import Sums

Shares = npt.NDArray[np.uint16]

WHOLE = 65535
"""Multiplier of a cell that equals its weight; 0 is none."""


class ToCover(NamedTuple):
    """The weight to cover.

    ``weight`` (float[H, W], at least 0): people, or what else counts, 0 where nothing can be
    served; of a stack of rasters that hold the same, one of them. ``covered`` (bool[H, W], or of
    the stack): covered before.
    """

    weight: Weights
    covered: Bools

    def uncovered(self) -> Raster:
        """Return the weight where it is not covered, 0 elsewhere (float32, as ``covered``)."""
        left = np.zeros(self.covered.shape, np.float32)
        np.copyto(self._stack(left), self.weight, where=~self._stack(self.covered))
        return left

    def done(self) -> float:
        """Return the weight that is covered before."""
        covered = self._stack(self.covered)
        weight = np.broadcast_to(self.weight, covered.shape)
        return float(weight[covered].sum(dtype=np.float64))

    def _stack(self, raster: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return raster.reshape(-1, *self.weight.shape)


class Kind(NamedTuple):
    """A kind of station.

    ``candidate`` (bool[H, W]): cells that may take one; ``sums``: products of their footprints,
    row by row; ``cost`` (float64[n], or [1] for all): of each of them.
    """

    candidate: Bools
    sums: Sums
    cost: Floats = np.ones(1)


class Gains(NamedTuple):
    """Sums of multipliers: constant and all weight in units, and c of each kind where it may be.

    ``place`` (bool[H, W]): cells that may take a station of any kind. Of each kind: ``gain``
    (int64) and ``cost`` of its candidates, and ``where`` (bool[places]) they stand.
    """

    unit: float
    constant: int
    everything: int
    place: Bools
    gain: tuple[Ints, ...]
    cost: tuple[Floats, ...]
    where: tuple[Bools, ...]


def bound_unit(weight: Weights, cells: int | None = None) -> float:
    """Return the unit of the sums: a power of two, so fine that no sum passes 2**62.

    ``cells``: of the raster, if ``weight`` is one of a stack that hold the same.

    Raises
    ------
    ValueError
        When a weight is negative, infinite or not a number.
    """
    lowest, highest = float(weight.min(initial=0.0)), float(weight.max(initial=0.0))
    if not (lowest >= 0 and math.isfinite(highest)):
        raise ValueError("weights must be finite and at least 0 (masked cells: 0)")
    cell_bits = math.frexp(highest)[1]
    total_bits = math.frexp(highest * (weight.size if cells is None else cells))[1]
    return 2.0 ** -min(46 - cell_bits, 61 - total_bits)


def stored_multipliers(multiplier: Raster, weight: Weights) -> Shares:
    """Return multipliers (float32[H, W]) as shares of the weight, uint16[H, W].

    :data:`WHOLE` is all of the weight; 0 where the weight is 0.
    """
    stored = np.zeros(weight.shape, dtype=np.uint16)
    store_multipliers(stored, multiplier, weight)
    return stored


def gains_of(stored: Shares | None, to_cover: ToCover, kinds: tuple[Kind, ...]) -> Gains:
    """Sum up multipliers, as :func:`stored_multipliers` gives them, over every footprint.

    None: multipliers equal to the weights, which give the sum of the best single stations.
    """
    weight, covered = to_cover
    unit = bound_unit(weight, covered.size)
    layers = list(zip(*(kind.sums.layers for kind in kinds), strict=True))
    every = np.full((covered.shape[0] // len(layers), covered.shape[1]), WHOLE, np.uint16)
    gains = [np.zeros(kind.sums.size, np.int64) for kind in kinds]
    everything = constant = 0
    # In turns: whole numbers of a raster take four times the memory of what they come from.
    for part, layer in enumerate(layers):
        rows = slice(part * every.shape[0], (part + 1) * every.shape[0])
        own = weight[rows] if weight.shape == covered.shape else weight
        shares = every if stored is None else stored[rows]
        whole, sums_of_rows = _units(shares, own, covered[rows], 1 / unit)
        everything += int(sums_of_rows.sum())
        constant -= int(whole.sum())
        for gain, sums in zip(gains, layer, strict=True):
            np.add(gain, sums.gained(whole), out=gain)
    place = np.logical_or.reduce([kind.candidate for kind in kinds])
    return Gains(
        unit,
        everything + constant,
        everything,
        place,
        tuple(kind.sums.at_candidates(gain) for kind, gain in zip(kinds, gains, strict=True)),
        tuple(kind.cost for kind in kinds),
        tuple(kind.candidate[place] for kind in kinds),
    )


def rounded_up(values: Ints, unit: float) -> Floats:
    """Return whole numbers of a unit as float64, never less than they are."""
    rounded = values.astype(np.float64)
    # Of 2**62 and more than 2**53 a float64 holds multiples of 2**9 only.
    below = rounded.astype(np.int64) < values
    rounded[below] = np.nextafter(rounded[below], np.inf)
    return rounded * unit


@compiled_exact_parallel
def _units(stored: Shares, weight: Weights, covered: Bools, scale: float) -> tuple[Ints, Ints]:
    """Return multipliers in units, rounded down, and each row's sum of weights, rounded up."""
    multiplier = np.zeros(covered.shape, np.int64)
    rows = np.zeros(covered.shape[0], np.int64)
    for y in numba.prange(covered.shape[0]):
        total = np.int64(0)
        row = weight[y % weight.shape[0]]
        for x in range(covered.shape[1]):
            if row[x] == 0:
                continue  # The division is slow, and the people of a phase live in few cells.
            units = np.float64(row[x]) * scale
            total += np.int64(np.ceil(units))
            if not covered[y, x]:
                multiplier[y, x] = np.int64(units) * np.int64(stored[y, x]) // np.int64(WHOLE)
        rows[y] = total
    return multiplier, rows


@compiled_exact_parallel
def store_multipliers(stored: Shares, multiplier: Raster, weight: Weights) -> None:
    """Put multipliers as shares of the weight into ``stored`` (uint16[H, W])."""
    for y in numba.prange(weight.shape[0]):
        for x in range(weight.shape[1]):
            share = np.float32(0.0)
            if weight[y, x] > 0:
                share = min(np.float32(1.0), max(share, multiplier[y, x] / weight[y, x]))
            stored[y, x] = np.uint16(np.rint(share * np.float32(WHOLE)))
