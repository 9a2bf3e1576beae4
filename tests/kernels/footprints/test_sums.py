"""The two products of discs and of spans against sums over the cells of every footprint."""

import itertools

import numpy as np
import pytest

from kernels.footprints.disc_sums import DiscSums
from kernels.footprints.span_sums import SpanSums
from kernels.footprints.spans import span_cells
from tests.kernels.covering.cases import random_spans
from tests.kernels.naive import naive_footprint

SHAPE = (70, 530)
RADII = np.array([1.0, 2.0, 4.3])


def discs():
    """Candidates of a raster of two tiles each way, and the cells that each serves."""
    rng = np.random.default_rng(3)
    area_class = rng.choice(np.array([0, 1, 2, 255], np.uint8), size=SHAPE)
    candidate = rng.random(SHAPE) < 0.004
    prints = [
        np.flatnonzero(naive_footprint(area_class, RADII, cell))
        for cell in np.flatnonzero(candidate)
    ]
    return DiscSums(area_class, RADII, candidate), prints


def spans():
    """Ragged footprints, and the cells that each serves."""
    own = random_spans(np.random.default_rng(4), SHAPE, 150, 9)
    first, cells = span_cells(own)
    return SpanSums(own, SHAPE), [cells[a:b] for a, b in itertools.pairwise(first)]


of_both = pytest.mark.parametrize("kind", [discs, spans])


@of_both
def test_what_each_gains_is_the_sum_over_its_cells(kind):
    sums, prints = kind()
    rng = np.random.default_rng(1)
    exact = rng.integers(0, 2**40, SHAPE)
    found = sums.at_candidates(sums.gained(exact))
    assert found.tolist() == [exact.ravel()[cells].sum() for cells in prints]
    weight = rng.gamma(0.5, 40, SHAPE).astype(np.float32)
    expected = [weight.ravel()[cells].sum() for cells in prints]
    assert sums.at_candidates(sums.gained(weight)) == pytest.approx(expected, rel=1e-4, abs=1e-2)


@of_both
def test_cells_that_are_wanted_are_served_by_the_shares(kind):
    sums, prints = kind()
    rng = np.random.default_rng(2)
    wanted = rng.random(SHAPE) < 0.7
    shares = rng.random(len(prints)).astype(np.float32)
    expected = np.full(SHAPE, 0.5)
    for share, cells in zip(shares, prints, strict=True):
        np.add.at(expected.reshape(-1), cells, share)
    served = np.full(SHAPE, 0.5, np.float32)
    sums.add_served(served, sums.spread(shares), wanted.astype(np.float32))
    np.testing.assert_allclose(served[wanted], expected[wanted], atol=1e-4)


@of_both
def test_some_of_the_candidates_keep_their_footprints(kind):
    sums, prints = kind()
    chosen = np.arange(len(prints)) % 3 == 0
    exact = np.random.default_rng(5).integers(0, 1000, SHAPE)
    every = sums.at_candidates(sums.gained(exact))
    some = sums.only(chosen)
    assert some.at_candidates(some.gained(exact)).tolist() == every[chosen].tolist()
