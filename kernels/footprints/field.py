"""The raster on which discs are placed: what is to be covered, and where stations may stand."""

from __future__ import annotations

from typing import NamedTuple

import numpy.typing as npt

from kernels.arrays import Bools, Classes, Floats, Weights
from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.spans import cover_spans, newly_covered_span_weight


class Field(NamedTuple):
    """A raster of candidates whose footprints are discs; never changed.

    The people of a cell may be in several *situations* (outdoors, deep inside), each with radii of
    its own: its weights are then a stack of Q rasters, one above the other.

    Attributes
    ----------
    weight
        ``float[Q * H, W]``, people (or whatever counts) in each cell, finite and not negative.
    area_class
        ``uint8[H, W]``, class of each cell; the weight of one beyond the radii (255) does not
        count.
    radius_cells
        ``float[Q, n_classes]``, or ``float[n_classes]`` of one situation, as of
        :func:`kernels.footprints.disc_spans.disc_spans`.
    candidate
        ``bool[H, W]``, cells that may take a station.
    covered
        ``bool[Q * H, W]``, what other stations, which stay, cover already.
    """

    weight: Weights
    area_class: Classes
    radius_cells: npt.ArrayLike
    candidate: Bools
    covered: Bools

    def after(self, cells: npt.ArrayLike) -> Field:
        """Return the field on which stations in ``cells`` (flat indices) stay too."""
        covered = self.covered.copy()
        cover_spans(covered, disc_spans(self.area_class, self.radius_cells, cells))
        return self._replace(covered=covered)

    def gains(self, cells: npt.ArrayLike) -> Floats:
        """Return the weight that each station adds to those before it, summed cell by cell."""
        spans = disc_spans(self.area_class, self.radius_cells, cells)
        return newly_covered_span_weight(self.weight, self.covered.copy(), spans)
