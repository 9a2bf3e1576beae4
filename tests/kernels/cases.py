"""Cases that tests of several kernels share."""

from __future__ import annotations

import numpy as np

from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.spans import Spans, cover_spans
from tests.kernels.naive import naive_footprint


def spans_of_masks(masks) -> Spans:
    """Spans of boolean rasters, cell by cell."""
    first, start, length = [0], [], []
    for mask in masks:
        for row, line in enumerate(mask):
            before = False
            for column, marked in enumerate(line):
                if marked and not before:
                    start.append(row * mask.shape[1] + column)
                    length.append(0)
                if marked:
                    length[-1] += 1
                before = marked
        first.append(len(start))
    return Spans(np.array(first, np.int64), np.array(start, np.int32), np.array(length, np.uint16))


def covered_weight(weight, area_class, radius_cells, stations) -> float:
    """Weight on the cells that stations with discs cover, counted from nothing."""
    covered = np.zeros(area_class.shape, bool)
    cover_spans(covered, disc_spans(area_class, radius_cells, stations))
    return float(weight[covered].sum(dtype=np.float64))


class ListCase:
    """A random raster with discs as footprints of some of its cells."""

    def __init__(self, seed, shape=(19, 27), n_candidates=120):
        rng = np.random.default_rng(seed)
        self.weight = np.floor(rng.gamma(0.5, 40.0, shape))
        self.area_class = rng.integers(0, 2, shape).astype(np.uint8)
        self.area_class[rng.random(shape) < 0.1] = 255
        self.radius = np.array([2.0, 3.2])
        self.cells = np.sort(rng.choice(self.weight.size, n_candidates, replace=False))
        self.masks = [naive_footprint(self.area_class, self.radius, cell) for cell in self.cells]
        self.spans = spans_of_masks(self.masks)
        self.covered = rng.random(shape) < 0.1
