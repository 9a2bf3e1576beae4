"""The options among which a plan's stations may move in one step of its improvement.

Where the options are few or listed, all of them. Where every cell is a candidate they would not
fit: then the stations as they are, cells around them, and a lattice, another one each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from kernels.footprints.spans import (
    Spans,
    cover_spans,
    fixed_point,
    joined,
    selected,
    span_gains,
    span_weight_unit,
)
from planner.sites.search_effort import nearest_candidates
from planner.siting.construction import Construction
from planner.siting.limit_prices import LimitPrices
from planner.siting.options import Cells, Options
from planner.siting.picking import OptionPicker, RasterPicker

Ints = npt.NDArray[np.int64]

_MOST_OPTIONS = 300_000
"""Around the stations, and as many on the lattice."""

_CELLS_PER_RADIUS = 1.5
"""Of the lattice, so that some seven of its cells lie within the radius of their class."""

_LEAST_PRICE_SHARE = 0.6
"""An option that gains less of its price is left out: on the lattice beside the stations that are
there, around these in their place."""


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
    def spans(self) -> Spans:
        """Their footprints."""
        return self.picker.spans

    @cached_property
    def near(self) -> npt.NDArray[np.int32]:
        """Options to which a station may move from each (int32[n, k]), -1 for none."""
        return nearest_candidates(self.options.cell, self.width)

    def numbers(self, stations: Options) -> Ints:
        """Return the numbers of options that are all among these."""
        order = np.argsort(_key(self.options))
        found = np.searchsorted(_key(self.options), _key(stations), sorter=order)
        return order[found]


def moving_pool(
    start: Construction,
    stations: Options,
    picker: RasterPicker,
    prices: LimitPrices,
    random: np.random.Generator,
    *,
    step_share: float,
) -> OptionPool:
    """Return stations, eight cells around each, and a lattice, finer where radii are shorter.

    ``start``: the plan with nothing chosen; ``step_share``: distance in rows and columns of the
    eight cells, as a share of the radius of the station's class, at least one cell.
    """
    spans = start.spans_of(stations)
    served = start.standing.copy()
    cover_spans(served, spans, np.arange(len(stations)))
    options, parts = stations, [spans]
    for cells, covered in (
        (_around(stations.cell, picker, step_share), start.standing),
        (_lattice(picker, random), served),
    ):
        more = picker.options_at(np.unique(cells[~start.closed.ravel()[cells]]))
        more = more.taken(~np.isin(_key(more), _key(options)))
        more, spans = _worth_it(start, more, prices, covered)
        options = Options.joined([options, more])
        parts.append(spans)
    return OptionPool(OptionPicker(options, joined(parts)), start.weight.shape[1])


def _around(cells: Cells, picker: RasterPicker, step_share: float) -> Cells:
    """Flat indices of ``cells`` and eight cells around each."""
    area_class = picker.footprints[0].area_class
    height, width = area_class.shape
    radius = np.zeros(256)
    radius[: picker.footprints[0].radius_cells.shape[1]] = _widest(picker)
    step = np.maximum(1, np.rint(step_share * radius[area_class.ravel()[cells]])).astype(np.int64)
    row, column = np.divmod(cells, width)
    way = np.arange(-1, 2)
    row, column = np.broadcast_arrays(
        row[:, None, None] + step[:, None, None] * way[:, None],
        column[:, None, None] + step[:, None, None] * way,
    )
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    return np.asarray(row[inside] * width + column[inside])


def _widest(picker: RasterPicker) -> npt.NDArray[np.float64]:
    """Longest radius of all kinds in each class, in cells, for users neither easy nor hard."""
    of_kinds = [np.median(kind.radius_cells, axis=0) for kind in picker.footprints]
    return np.asarray(np.max(of_kinds, axis=0))


def _lattice(picker: RasterPicker, random: np.random.Generator) -> Cells:
    """Flat indices of a lattice for each class of cells, with an offset of its own."""
    area_class = picker.footprints[0].area_class
    cells = np.zeros(area_class.shape, np.bool_)
    for number, radius in enumerate(_widest(picker)):
        step = max(1, round(float(radius) / _CELLS_PER_RADIUS))
        row, column = random.integers(0, step, 2)
        own = area_class[row::step, column::step] == number
        cells[row::step, column::step] |= own
    return np.flatnonzero(cells)


def _worth_it(
    start: Construction, options: Options, prices: LimitPrices, covered: npt.NDArray[np.bool_]
) -> tuple[Options, Spans]:
    """Return the options that would gain enough beside what is covered, with their footprints."""
    spans = start.spans_of(options)
    weight = prices.weight()
    unit = span_weight_unit(weight, spans)
    gain = span_gains(fixed_point(weight.ravel(), covered.ravel(), 1 / unit), *spans) * unit
    worth = np.flatnonzero(gain >= _LEAST_PRICE_SHARE * prices.of(options))
    if len(worth) > _MOST_OPTIONS:
        worth = worth[np.linspace(0, len(worth) - 1, _MOST_OPTIONS).astype(np.int64)]
    return options.taken(worth), selected(spans, worth)


def _key(options: Options) -> Ints:
    """Number that tells options apart."""
    return (options.cell << 16) | (options.kind << 1) | options.group
