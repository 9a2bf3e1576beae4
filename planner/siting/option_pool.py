"""The options among which a plan's stations may move in one step of its improvement.

Where the options are few or listed, all of them. Where every cell is a candidate they would not
fit: then the stations as they are, and cells around them or on a lattice, another one each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from kernels.row_runs import (
    RowRuns,
    fixed_point,
    joined,
    run_gains,
    run_weight_unit,
    selected,
)
from planner.siting.construction import Construction
from planner.siting.limit_prices import LimitPrices
from planner.siting.options import Cells, Options
from planner.siting.picking import OptionPicker, RasterPicker
from planner.terrain_improvement import nearest_candidates

Ints = npt.NDArray[np.int64]

_MOST_OPTIONS = 250_000
_CELLS_PER_RADIUS = 3.0
"""Of the lattice, so that some thirty of its cells lie within the radius of their class."""

_LEAST_PRICE_SHARE = 0.75
"""An option that could never gain so much of its price is left out."""

_AROUND = 2
"""Cells each way around a station, where its place is settled."""


@dataclass(frozen=True)
class OptionPool:
    """Options with their footprints, in a raster of ``width`` columns; none twice."""

    picker: OptionPicker
    width: int

    @property
    def options(self) -> Options:
        """The options."""
        return self.picker.options

    @property
    def runs(self) -> RowRuns:
        """Their footprints."""
        return self.picker.runs

    @cached_property
    def near(self) -> npt.NDArray[np.int32]:
        """Options to which a station may move from each (int32[n, k]), -1 for none."""
        return nearest_candidates(self.options.cell, self.width)

    def numbers(self, stations: Options) -> Ints:
        """Return the numbers of options that are all among these."""
        order = np.argsort(_key(self.options))
        found = np.searchsorted(_key(self.options), _key(stations), sorter=order)
        return order[found]


def wide_pool(
    start: Construction,
    stations: Options,
    picker: RasterPicker,
    prices: LimitPrices,
    random: np.random.Generator,
) -> OptionPool:
    """Return stations and a lattice of cells, finer where radii are shorter.

    ``start``: the plan with nothing chosen.
    """
    cells = _lattice(picker, random)
    while len(cells) * len(picker.layers) > 4 * _MOST_OPTIONS:
        cells = cells[:: 1 + len(cells) * len(picker.layers) // (4 * _MOST_OPTIONS)]
    return _pool(start, stations, picker, prices, cells)


def close_pool(
    start: Construction, stations: Options, picker: RasterPicker, prices: LimitPrices
) -> OptionPool:
    """Return stations and the cells next to them; ``start``: the plan with nothing chosen."""
    height, width = start.weight.shape
    row, column = np.divmod(stations.cell, width)
    step = np.arange(-_AROUND, _AROUND + 1)
    row, column = np.broadcast_arrays(
        row[:, None, None] + step[:, None], column[:, None, None] + step
    )
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    cells = np.unique(row[inside] * width + column[inside])
    return _pool(start, stations, picker, prices, cells)


def _lattice(picker: RasterPicker, random: np.random.Generator) -> Cells:
    """Flat indices of a lattice for each class of cells, with an offset of its own."""
    first = picker.footprints[0]
    cells = np.zeros(first.area_class.shape, np.bool_)
    widest = np.max([footprints.radius_cells for footprints in picker.footprints], axis=0)
    for number, radius in enumerate(widest):
        step = max(1, round(float(radius) / _CELLS_PER_RADIUS))
        row, column = random.integers(0, step, 2)
        own = first.area_class[row::step, column::step] == number
        cells[row::step, column::step] |= own
    return np.flatnonzero(cells)


def _pool(
    start: Construction,
    stations: Options,
    picker: RasterPicker,
    prices: LimitPrices,
    cells: Cells,
) -> OptionPool:
    options = picker.options_at(cells[~start.closed.ravel()[cells]])
    options = options.taken(~np.isin(_key(options), _key(stations)))
    runs = start.runs_of(options)
    weight = prices.weight()
    unit = run_weight_unit(weight, runs)
    gain = run_gains(fixed_point(weight.ravel(), start.standing.ravel(), 1 / unit), *runs) * unit
    worth = np.flatnonzero(gain >= _LEAST_PRICE_SHARE * prices.of(options))
    if len(worth) > _MOST_OPTIONS:
        worth = worth[np.linspace(0, len(worth) - 1, _MOST_OPTIONS).astype(np.int64)]
    options = Options.joined([stations, options.taken(worth)])
    runs = joined([start.runs_of(stations), selected(runs, worth)])
    return OptionPool(OptionPicker(options, runs), start.weight.shape[1])


def _key(options: Options) -> Ints:
    """Number that tells options apart."""
    return (options.cell << 16) | (options.kind << 1) | options.group
