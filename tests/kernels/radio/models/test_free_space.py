"""Free-space loss: a textbook value and its slopes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.models.free_space import free_space_loss_db, free_space_losses_db


def test_one_kilometre_at_one_gigahertz():
    """20 log10(4 pi x 1000 / 0.299792458) = 92.4478 dB."""
    assert free_space_loss_db(1000.0, 1.0) == pytest.approx(92.4478, abs=1e-4)


@given(st.floats(1.0, 1e5), st.floats(0.1, 100.0))
def test_twice_as_far_or_as_fast_loses_six_decibels(distance_m, frequency_ghz):
    loss_db = free_space_loss_db(distance_m, frequency_ghz)
    six_db = 20.0 * math.log10(2.0)
    assert free_space_loss_db(2.0 * distance_m, frequency_ghz) == pytest.approx(loss_db + six_db)
    assert free_space_loss_db(distance_m, 2.0 * frequency_ghz) == pytest.approx(loss_db + six_db)


def test_nan_outside_the_domain():
    found = free_space_losses_db(np.array([0.0, -1.0, np.nan, 1000.0]), 1.0)
    np.testing.assert_array_equal(np.isnan(found), [True, True, True, False])
    assert math.isnan(free_space_loss_db(1.0, 0.0))
