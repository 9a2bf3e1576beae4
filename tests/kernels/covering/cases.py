"""Small problems of covering for tests: rasters of discs, and listed candidates with spans."""

from __future__ import annotations

from functools import partial

import numpy as np

from kernels.covering.bound_check import CheckedKind, check_bound, price_in_discs, price_in_spans
from kernels.covering.bound_limits import Limits
from kernels.covering.bound_value import Kind, ToCover
from kernels.covering.greedy_raster import greedy_order
from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.disc_sums import DiscSums
from kernels.footprints.field import Field
from kernels.footprints.span_sums import SpanSums
from kernels.footprints.spans import Spans, span_cells

RADII = [0.5, 1.0, 2.0, 2.83]


def random_spans(rng, shape, n_candidates, reach=4) -> Spans:
    """Ragged footprints: a few spans round a place, up to two in a row."""
    first, start, length = [0], [], []
    height, width = shape
    for _ in range(n_candidates):
        row, column = rng.integers(0, height), rng.integers(0, width)
        for y in range(max(0, row - reach // 2), min(height, row + reach // 2 + 1)):
            x = int(np.clip(column - rng.integers(0, reach), 0, width - 1))
            for _ in range(rng.integers(0, 3)):
                cells = int(rng.integers(1, reach + 1))
                if x + cells > width:
                    break
                start.append(y * width + x)
                length.append(cells)
                x += cells + int(rng.integers(1, 3))
        first.append(len(start))
    return Spans(np.array(first, np.int64), np.array(start, np.int32), np.array(length, np.uint16))


class SpanCase:
    """Listed candidates with ragged footprints, most of them allowed."""

    def __init__(self, seed, shape=(9, 11), n_candidates=12, reach=4):
        rng = np.random.default_rng(seed)
        self.weight = rng.gamma(0.5, 40.0, shape).astype(np.float32)
        self.weight[rng.random(shape) < 0.2] = 0
        self.spans = random_spans(rng, shape, n_candidates, reach)
        self.covered = rng.random(shape) < 0.1
        self.allowed = rng.random(n_candidates) < 0.9

    @property
    def place(self):
        return self.weight, self.spans, self.allowed, self.covered

    def served_by(self, candidate):
        first, cells = span_cells(self.spans)
        return cells[first[candidate] : first[candidate + 1]]

    def covered_weight(self, chosen) -> float:
        covered = self.covered.ravel().copy()
        for candidate in chosen:
            covered[self.served_by(candidate)] = True
        return float(self.weight.ravel()[covered].astype(float).sum())


def disc_raster(seed, shape, heaviest=50):
    """Draw weight (0 outside), area class, candidates and what is covered, of a small raster."""
    rng = np.random.default_rng(seed)
    weight = (rng.integers(0, heaviest + 1, shape) * rng.choice([1.0, 0.37])).astype(np.float32)
    weight[rng.random(shape) < 0.3] = 0
    area_class = rng.choice(np.array([0, 1, 2, 3, 255], np.uint8), size=shape)
    candidate = rng.random(shape) < 0.7
    covered = rng.random(shape) < 0.2
    weight[area_class == 255] = 0
    return weight, area_class, candidate, covered


def kind_of(footprints, area_class, radii, candidate, cost=1.0) -> Kind:
    """Return stations with discs: as a raster of candidates, or as a list of spans."""
    radii = np.asarray(radii, float)
    if footprints == "discs":
        sums = DiscSums(area_class, radii, candidate)
    else:
        cells = np.flatnonzero(candidate)
        sums = SpanSums(disc_spans(area_class, radii, cells), candidate.shape)
    return Kind(candidate, sums, np.atleast_1d(np.asarray(cost, float)))


def checked_kind_of(footprints, area_class, radii, candidate, cost=1.0) -> CheckedKind:
    """Return the same stations as the check takes them."""
    price = partial(price_in_discs, area_class=area_class, radius_cells=radii, candidate=candidate)
    if footprints == "spans":
        spans = disc_spans(area_class, radii, np.flatnonzero(candidate))
        price = partial(price_in, spans)
    return CheckedKind(candidate, price, cost)


def price_in(spans, price):
    """Sum a price over spans, the spans first."""
    return price_in_spans(price, *spans)


class BoundCase:
    """One kind of stations without limits, as discs or as the spans that these are."""

    def __init__(self, footprints, weight, area_class, radii, candidate, covered):
        self.to_cover = ToCover(weight, covered)
        self.place = (weight, area_class, radii, candidate, covered)
        self.kind = kind_of(footprints, area_class, radii, candidate)
        self.checked = checked_kind_of(footprints, area_class, radii, candidate)

    @classmethod
    def drawn(cls, footprints, seed, shape, heaviest=50):
        weight, area_class, candidate, covered = disc_raster(seed, shape, heaviest)
        return cls(footprints, weight, area_class, RADII, candidate, covered)

    def plan(self, n_stations):
        """Cells of the greedy's stations, and what each adds."""
        return greedy_order(Field(*self.place), n_stations)

    def check(self, stored, n_stations):
        """What the check says that multipliers prove."""
        return check_bound(stored, *self.to_cover, (self.checked,), Limits.none(n_stations))
