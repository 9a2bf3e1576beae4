"""Normal probabilities against table values and symmetry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.numbers.normal import normal_probabilities, normal_probability


@pytest.mark.parametrize(
    ("deviate", "expected"),
    [(0.0, 0.5), (1.0, 0.841344746), (1.644853627, 0.95), (-2.326347874, 0.01), (-8.0, 6.22e-16)],
)
def test_table_values(deviate, expected):
    assert normal_probability(deviate) == pytest.approx(expected, rel=1e-3, abs=1e-9 * expected)


@given(st.floats(-30.0, 30.0))
def test_both_tails_make_one(deviate):
    assert normal_probability(deviate) + normal_probability(-deviate) == pytest.approx(1.0)


def test_arrays_keep_infinity_and_nan():
    found = normal_probabilities(np.array([-np.inf, 0.0, np.inf, np.nan]))
    np.testing.assert_array_equal(found, [0.0, 0.5, 1.0, np.nan])
