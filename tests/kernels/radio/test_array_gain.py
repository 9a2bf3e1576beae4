"""Gain of an array by an estimate: a Monte Carlo, both forms against each other, the limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.array_gain import array_gain, array_gain_for_sinr


@pytest.mark.parametrize("snr", [0.003, 0.02, 0.3])
def test_against_drawn_channels(snr):
    """64 antennas, 12 pilots: least-squares estimate, matched combining, mean power received."""
    rng = np.random.default_rng(1)
    antennas, pilots, draws = 64, 12, 4000

    def drawn(power):
        parts = rng.normal(size=(2, draws, antennas)) * math.sqrt(power / 2.0)
        return parts[0] + 1j * parts[1]

    channel = drawn(1.0)
    estimate = channel + drawn(1.0 / (pilots * snr))
    weights = estimate / np.linalg.norm(estimate, axis=1, keepdims=True)
    received = np.abs((np.conj(weights) * channel).sum(axis=1)) ** 2
    assert array_gain(snr, antennas, pilots) == pytest.approx(received.mean(), rel=0.03)


@given(st.floats(1e-4, 1e3), st.floats(1.0, 300.0), st.integers(1, 1000))
def test_both_forms_agree(sinr, full, pilots):
    gain = array_gain_for_sinr(sinr, full, pilots)
    assert 1.0 - 1e-9 <= gain <= full * (1.0 + 1e-9)
    assert array_gain(sinr / gain, full, pilots) == pytest.approx(gain, rel=1e-6)


def test_limits():
    assert array_gain(0.0, 32.0, 8) == 1.0
    assert array_gain(1e9, 32.0, 8) == pytest.approx(32.0)
    assert array_gain(0.0, 32.0, 0) == array_gain_for_sinr(0.0, 32.0, 0) == 32.0
    for bad in ((-1.0, 32.0, 8), (1.0, 0.5, 8), (1.0, 32.0, -1), (math.nan, 32.0, 8)):
        assert math.isnan(array_gain(*bad))
        assert math.isnan(array_gain_for_sinr(*bad))
