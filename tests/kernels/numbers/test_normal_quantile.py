"""Normal quantiles against the standard library and the published bound of the approximation."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.numbers.normal_quantile import normal_quantile, rational_exceeded_deviate

NORMAL = NormalDist()


@given(st.floats(1e-300, 1.0 - 1e-15))
def test_quantile_is_that_of_the_standard_library(probability):
    expected = NORMAL.inv_cdf(probability)
    assert normal_quantile(probability) == pytest.approx(expected, rel=1e-12, abs=1e-14)


@given(st.floats(1e-12, 1.0 - 1e-12))
def test_approximation_keeps_its_published_bound(exceedance):
    """Abramowitz and Stegun, 26.2.23: error below 4.5e-4."""
    assert abs(rational_exceeded_deviate(exceedance) + NORMAL.inv_cdf(exceedance)) < 4.5e-4


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1, 1.1, math.nan])
def test_no_deviate_outside_zero_and_one(probability):
    assert math.isnan(normal_quantile(probability))
    assert math.isnan(rational_exceeded_deviate(probability))


def test_median_is_at_zero():
    assert abs(normal_quantile(0.5)) < 1e-16
