"""Rate over SINR: the numbers of 3GPP TR 36.942 Annex A, and the inverse."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.shannon import required_sinr_db, spectral_efficiency_bit_s_hz

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
