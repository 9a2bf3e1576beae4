"""Rate over SINR: the numbers of 3GPP TR 36.942 Annex A, and the inverse."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.shannon import (
    layered_efficiency_bit_s_hz,
    layered_required_sinr_db,
    required_sinr_db,
    spectral_efficiency_bit_s_hz,
)

DOWNLINK = (0.6, -10.0, 4.4)


def test_cut_off_at_both_ends():
    assert spectral_efficiency_bit_s_hz(-10.01, *DOWNLINK) == 0.0
    # 0.6 log2(1.1) at -10 dB, 0.6 log2(2) at 0 dB
    assert spectral_efficiency_bit_s_hz(-10.0, *DOWNLINK) == pytest.approx(0.082502, abs=1e-6)
    assert spectral_efficiency_bit_s_hz(0.0, *DOWNLINK) == pytest.approx(0.6)
    assert spectral_efficiency_bit_s_hz(40.0, *DOWNLINK) == 4.4


@given(st.floats(-10.0, 20.0))
def test_required_sinr_is_the_inverse(sinr_db):
    efficiency = spectral_efficiency_bit_s_hz(sinr_db, *DOWNLINK)
    assert required_sinr_db(efficiency, 0.6) == pytest.approx(sinr_db, abs=1e-9)


def test_nan_outside_the_domain():
    assert math.isnan(required_sinr_db(0.0, 0.6))
    assert math.isnan(required_sinr_db(1.0, 0.0))
    assert math.isnan(spectral_efficiency_bit_s_hz(math.nan, *DOWNLINK))


def test_layers_by_hand():
    """At 30 dB four layers have 17.96 dB each: 4 x 0.6 log2(1 + 62.5) = 14.373 bit/s/Hz."""
    assert layered_efficiency_bit_s_hz(30.0, *DOWNLINK, 4) == pytest.approx(14.373, abs=1e-3)
    # At 0 dB one layer carries more than two of -6 dB.
    assert layered_efficiency_bit_s_hz(0.0, *DOWNLINK, 4) == pytest.approx(0.6)
    assert layered_efficiency_bit_s_hz(60.0, *DOWNLINK, 4) == pytest.approx(17.6)
    assert layered_efficiency_bit_s_hz(-10.01, *DOWNLINK, 4) == 0.0


@given(st.floats(-10.0, 50.0), st.integers(1, 8))
def test_layers_never_harm_and_their_inverse_holds(sinr_db, layers):
    one = spectral_efficiency_bit_s_hz(sinr_db, *DOWNLINK)
    rate = layered_efficiency_bit_s_hz(sinr_db, *DOWNLINK, layers)
    assert rate >= one
    needed_db = layered_required_sinr_db(rate, 0.6, 4.4, layers)
    assert needed_db <= sinr_db + 1e-9
    reached = layered_efficiency_bit_s_hz(needed_db + 1e-9, 0.6, -99.0, 4.4, layers)
    assert reached == pytest.approx(rate, rel=1e-6)


def test_no_layers_carry_more_than_their_caps():
    assert math.isnan(layered_required_sinr_db(8.9, 0.6, 4.4, 2))
    assert layered_required_sinr_db(8.7, 0.6, 4.4, 2) > 20.0
