"""A nested plan: prefixes, what the early part gains, and what it may cost the whole."""

from dataclasses import replace

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.covering.cooling import Cooling
from kernels.covering.greedy_raster import greedy_order
from kernels.covering.improve_raster import improve
from kernels.covering.nested import improve_nested
from kernels.footprints.field import Field
from tests.kernels.covering.test_improve_raster import QUICK, random_field


def worth(field: Field, sites, n_early, early_worth):
    """What the early part and the whole cover, as the plan counts them."""
    gain = field.gains(sites)
    return early_worth * gain[:n_early].sum() + gain.sum()


@given(
    seed=st.integers(0, 2**32 - 1),
    n_early=st.integers(1, 25),
    more=st.integers(0, 25),
    early_worth=st.sampled_from([0.25, 1.0, 4.0]),
)
@settings(max_examples=25, deadline=None)
def test_early_part_and_whole_together_are_worth_no_less_than_the_whole_alone(
    seed, n_early, more, early_worth
):
    field = random_field(seed, (45, 40))
    n = n_early + more
    sites, gain = improve_nested(
        n_early, n, field, replace(QUICK, seed=seed), early_worth=early_worth
    )
    alone, _ = improve(greedy_order(field, n)[0], field, replace(QUICK, seed=seed))
    found = worth(field, sites, n_early, early_worth)
    assert found >= worth(field, alone, n_early, early_worth) * (1 - 1e-6)
    assert sites.size <= n
    assert len(set(sites.tolist())) == sites.size
    assert field.candidate.flat[sites].all()
    assert gain.tolist() == field.gains(sites).tolist()
    assert np.all(np.diff(gain[:n_early]) <= 1e-6)
    assert np.all(np.diff(gain[n_early:]) <= 1e-6)


def test_an_early_part_that_counts_more_covers_more_and_the_whole_no_more():
    field = random_field(4, (80, 80))
    shares = []
    for early_worth in (0.0, 10.0):
        sites, gain = improve_nested(25, 100, field, QUICK, early_worth=early_worth)
        assert sites.size == 100
        shares.append((gain[:25].sum(), gain.sum()))
    (little_early, little_all), (much_early, much_all) = shares
    assert much_early > little_early
    assert much_all < little_all


def test_same_for_any_number_of_threads():
    before = numba.get_num_threads()
    field = random_field(9, (300, 280))
    found = []
    try:
        for threads in range(1, before + 1):
            numba.set_num_threads(threads)
            found.append(improve_nested(300, 900, field, QUICK)[0].tolist())
    finally:
        numba.set_num_threads(before)
    assert all(sites == found[0] for sites in found)


def test_numbers_out_of_range_are_refused():
    field = random_field(1, (20, 20))
    for n_early in (0, 6):
        with pytest.raises(ValueError, match="n_early must be from 1 to 5"):
            improve_nested(n_early, 5, field, Cooling())
    for early_worth in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="early_worth"):
            improve_nested(2, 5, field, Cooling(), early_worth=early_worth)
