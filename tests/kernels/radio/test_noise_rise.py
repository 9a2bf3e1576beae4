"""Noise rise: by hand, monotone, its domain."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.noise_rise import noise_rise_db


def test_by_hand():
    """Interference as strong as the noise doubles it: 3.0103 dB; at half load 1.5 times."""
    assert noise_rise_db(1.0, 0.0) == pytest.approx(3.0103, abs=1e-4)
    assert noise_rise_db(0.5, 0.0) == pytest.approx(1.7609, abs=1e-4)
    assert noise_rise_db(0.0, 10.0) == 0.0
    assert math.isnan(noise_rise_db(1.1, 0.0))
    assert math.isnan(noise_rise_db(math.nan, 0.0))


@given(st.floats(0.0, 0.9), st.floats(0.01, 0.1), st.floats(-20.0, 20.0))
def test_it_rises_with_the_load(load, more, over_db):
    assert noise_rise_db(load + more, over_db) > noise_rise_db(load, over_db)
