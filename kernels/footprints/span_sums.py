"""Two products of listed candidates whose footprints are spans.

What a candidate gains is the sum over its spans of the difference of two running sums, and who
serves a cell is a running sum of differences put down at both ends of every span. So a product
costs as much as there are spans and cells of the raster, not as there are cells in footprints. One
thread computes a row or a candidate: the result does not depend on the number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numba
import numpy as np

from kernels.arrays import Bools, Counts, Floats, Ints, Numbers, Raster, Values
from kernels.compiled import compiled, compiled_exact_parallel
from kernels.footprints.packed import Packing
from kernels.footprints.spans import Spans, selected

_WORK_OF_A_SPAN = 30.0
"""Time of a span or a cell in both products, against that of a cell in a row of a disc."""


class SpanTable(NamedTuple):
    """Spans by candidate and by row, for a raster of a given number of columns.

    ``first`` (int64[n + 1]): as of Spans; ``begin`` (int32): where each span begins in a raster of
    one column more, in which a row's running sum starts at 0, and ``length`` (uint16).
    ``row_first`` (int64[H + 1]): first span of each row; ``row_begin`` (int32, column),
    ``row_length`` (uint16) and ``row_owner`` (int32, candidate).
    """

    first: Ints
    begin: Numbers
    length: Counts
    row_first: Ints
    row_begin: Numbers
    row_length: Counts
    row_owner: Numbers


@dataclass(frozen=True)
class SpanSums:
    """Footprints of n candidates as ``spans`` on a raster of ``shape`` (H, W)."""

    spans: Spans
    shape: tuple[int, int]

    @property
    def size(self) -> int:
        """Places in the products: the candidates."""
        return int(self.spans.first.size - 1)

    @property
    def layers(self) -> tuple[SpanSums, ...]:
        """These: a span may lie anywhere."""
        return (self,)

    @cached_property
    def _table(self) -> SpanTable:
        return _table(self.spans, *self.shape)

    @cached_property
    def _running(self) -> Floats:
        return np.zeros((self.shape[0], self.shape[1] + 1))

    def gained(self, values: Values, out: Values | None = None) -> Values:
        """Return the sum of ``values`` ([H, W]) over each footprint, [size], in their type."""
        total = np.empty(self.size, values.dtype) if out is None else out
        running: Values = self._running
        if values.dtype == np.int64:
            running = np.zeros(running.shape, np.int64)
        _run_up(running, values)
        _span_sums(total, running.reshape(-1), self._table)
        return total

    def add_served(self, served: Raster, shares: Raster, wanted: Raster) -> None:
        """Add to ``served`` ([H, W]) how much of its stations serves each cell.

        ``shares`` ([size]): how much of each candidate is built; ``wanted`` ([H, W]): above
        0 in cells that count; what others are given means nothing.
        """
        _add_served(served, shares, wanted, self._table)

    def at_candidates(self, places: Values) -> Values:
        """Return what places ([size]) hold of the candidates: all of it."""
        return places

    def spread(self, values: Values) -> Raster:
        """Put a value of each candidate into its place."""
        return np.asarray(values, np.float32)

    def only(self, chosen: Bools) -> SpanSums:
        """Return the products of some of the candidates (bool[n])."""
        return SpanSums(selected(self.spans, np.flatnonzero(chosen)), self.shape)

    def step_work(self, held: Bools) -> float:
        """Work of both products, in the measure of discs: spans and cells of the raster."""
        return _WORK_OF_A_SPAN * (self.spans.length.size + held.size)

    @property
    def useful_steps(self) -> int:
        """Steps of a search after which its bound hardly falls any more."""
        return 1000

    def coarser(self, weight: Raster, factor: int) -> tuple[Raster, Bools, SpanSums] | None:
        """Return None: the raster does not bound the work."""

    def packed(self, weight: Raster) -> tuple[Packing, Bools, SpanSums] | None:
        """Return None: the raster does not bound the work."""


@compiled
def _table(spans: Spans, height: int, width: int) -> SpanTable:
    first, start, length = spans
    begin = np.empty(start.size, np.int32)
    row_first = np.zeros(height + 1, np.int64)
    for span in range(start.size):
        row = start[span] // width
        begin[span] = start[span] + row
        row_first[row + 1] += 1
    row_first = np.cumsum(row_first)
    free = row_first[:-1].copy()
    row_begin = np.empty(start.size, np.int32)
    row_length = np.empty(start.size, np.uint16)
    row_owner = np.empty(start.size, np.int32)
    for candidate in range(first.size - 1):
        for span in range(first[candidate], first[candidate + 1]):
            row = start[span] // width
            row_begin[free[row]] = start[span] - row * width
            row_length[free[row]] = length[span]
            row_owner[free[row]] = candidate
            free[row] += 1
    return SpanTable(first, begin, length, row_first, row_begin, row_length, row_owner)


@compiled_exact_parallel
def _run_up(running: Values, values: Values) -> None:
    """Put running sums along each row of ``values`` ([H, W]), 0 first, into ``running``."""
    for row in numba.prange(values.shape[0]):
        total = running.dtype.type(0)
        for column in range(values.shape[1]):
            total += values[row, column]
            running[row, column + 1] = total


@compiled_exact_parallel
def _span_sums(total: Values, running: Values, table: SpanTable) -> None:
    """Put the sum over the footprint of each candidate into ``total`` ([n])."""
    for candidate in numba.prange(total.size):
        own = running.dtype.type(0)
        for span in range(table.first[candidate], table.first[candidate + 1]):
            begin = table.begin[span]
            own += running[begin + table.length[span]] - running[begin]
        total[candidate] = own


@compiled_exact_parallel
def _add_served(served: Raster, share: Raster, wanted: Raster, table: SpanTable) -> None:
    """Add to each cell that is wanted the shares of the candidates that serve it."""
    width = served.shape[1]
    for row in numba.prange(served.shape[0]):
        change = np.zeros(width + 1)
        for span in range(table.row_first[row], table.row_first[row + 1]):
            built = np.float64(share[table.row_owner[span]])
            if built != 0.0:
                begin = table.row_begin[span]
                change[begin] += built
                change[begin + table.row_length[span]] -= built
        total = 0.0
        for column in range(width):
            total += change[column]
            if wanted[row, column] > 0.0:
                served[row, column] += total
