"""Footprints of a plan's stations of several kinds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kernels.footprints.spans import Spans, joined
from kernels.footprints.sums import Sums
from planner.sites.footprints import Footprints, Rows

Cells = npt.NDArray[np.int64]


@dataclass(frozen=True)
class MixedFootprints(Footprints):
    """Footprints of stations of several kinds, each station being of one.

    ``cell`` and ``kind`` (int64[n]) of each station. Where several stand in one cell, the first
    mention of the cell in a call means the first of them, the second the second, and so on.
    """

    kinds: tuple[Footprints, ...]
    cell: Cells
    kind: Cells

    @property
    def radio_tier(self) -> str:
        """The method of the footprints, in words."""
        return self.kinds[0].radio_tier

    @property
    def situations(self) -> int:
        """Situations of users, alike for all kinds."""
        return self.kinds[0].situations

    @property
    def discs(self) -> None:
        """None: a cell may have stations of several kinds."""
        return None

    def of_stations(self, rows: Rows) -> MixedFootprints:
        """Return the footprints of some stations only."""
        return MixedFootprints(self.kinds, self.cell[rows], self.kind[rows])

    def order(self, *_: object) -> Cells:
        """Refuse: the kinds are chosen together with their places, not afterwards."""
        raise TypeError("stations of several kinds are ordered by siting within limits")

    def improved(self, *_: object, **__: object) -> Cells:
        """Refuse: the kinds are moved together with their places, not afterwards."""
        raise TypeError("stations of several kinds are improved by siting within limits")

    def spans_of(self, cells: Cells) -> Spans:
        """Return what stations in ``cells`` serve as spans, in their order."""
        return joined([self.kinds[kind].spans_of(part) for kind, part in self._parts(cells)])

    def known(self, cells: Cells) -> npt.NDArray[np.bool_]:
        """Mark the ``cells`` whose stations have footprints here: those of the plan."""
        return np.isin(cells, self.cell)

    def sums(self, *_: object) -> Sums:
        """Refuse: each kind has products of its own."""
        raise TypeError("stations of several kinds have footprints of several kinds")

    def price(self, *_: object) -> Cells:
        """Refuse: each kind has footprints of its own."""
        raise TypeError("stations of several kinds have footprints of several kinds")

    def by_kind(self, cells: Cells) -> tuple[tuple[Footprints, Cells], ...]:
        """Return the footprints of each kind, and those of ``cells`` whose stations are of it."""
        kind = self._kinds_of(cells)
        return tuple((own, cells[kind == number]) for number, own in enumerate(self.kinds))

    def _kinds_of(self, cells: Cells) -> Cells:
        """Return the kind of the station that each mention of a cell means."""
        by_cell = np.argsort(self.cell, kind="stable")
        ascending = self.cell[by_cell]
        first = np.searchsorted(ascending, cells)
        last = np.searchsorted(ascending, cells, side="right") - 1
        found: Cells = self.kind[by_cell[np.minimum(first + _mentions_before(cells), last)]]
        return found

    def _parts(self, cells: Cells) -> list[tuple[int, Cells]]:
        """Split stations into runs of one kind, in their order."""
        if not len(cells):
            return []
        kind = self._kinds_of(cells)
        starts = np.flatnonzero(np.diff(kind)) + 1
        return [
            (int(own[0]), part)
            for own, part in zip(np.split(kind, starts), np.split(cells, starts), strict=True)
        ]


def _mentions_before(cells: Cells) -> Cells:
    """Return how often each cell was mentioned before."""
    order = np.argsort(cells, kind="stable")
    ascending = cells[order]
    before = np.empty_like(order)
    before[order] = np.arange(len(cells)) - np.searchsorted(ascending, ascending)
    return before
