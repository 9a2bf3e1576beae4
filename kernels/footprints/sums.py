"""The two products over footprints that a bound needs.

Implemented by :class:`kernels.footprints.disc_sums.DiscSums` for rasters on which every cell may be
a candidate, and by :class:`kernels.footprints.span_sums.SpanSums` for listed candidates.
"""

from __future__ import annotations

from typing import Protocol

from kernels.arrays import Bools, Raster, Values
from kernels.footprints.packed import Packing


class Sums(Protocol):
    """Products of the footprints of n candidates on a raster (H, W)."""

    @property
    def size(self) -> int:
        """Places in the products."""

    def gained(self, values: Values, out: Values | None = None) -> Values:
        """Return the sum of ``values`` (float32 or int64[H, W]) over each footprint, [size]."""

    def add_served(self, served: Raster, shares: Raster, wanted: Raster) -> None:
        """Add to each cell of ``served`` the ``shares`` ([size]) of the candidates serving it."""

    def at_candidates(self, places: Values) -> Values:
        """Return what places ([size]) hold of the candidates, row by row ([n])."""

    def spread(self, values: Values) -> Raster:
        """Put a value of each candidate ([n]) into its place; 0 elsewhere."""

    def only(self, chosen: Bools) -> Sums:
        """Return the products of some of the candidates (bool[n])."""

    def coarser(self, weight: Raster, factor: int) -> tuple[Raster, Bools, Sums] | None:
        """Return weight, candidates and footprints on a coarser raster; None where it has none."""

    def packed(self, weight: Raster) -> tuple[Packing, Bools, Sums] | None:
        """Return how the candidates are packed, and they with what they serve of ``weight``.

        None where they are not: see :mod:`kernels.footprints.packed`.
        """

    def step_work(self, weight: Raster) -> float:
        """Work of both products: cells with weight times rows of the widest disc, or as long."""

    @property
    def useful_steps(self) -> int:
        """Steps of a search after which its bound hardly falls any more."""
