"""RSRP, SINR and throughput of single cells, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.radio.sweep.kept import nothing_served
from kernels.radio.sweep.maps import Receiver, signal_maps

NOISE_MW = 1e-12


def receiver(**changes) -> Receiver:
    gain = np.full(256, np.nan)
    gain[:2] = 1.0, 0.01
    made = Receiver(gain, NOISE_MW, 1.0, 1.0, 0.0, 0.6, -10.0, 4.4, 1, 60.0)
    return made._replace(**changes)


def served(best, others):
    made = nothing_served(1, len(best), np.zeros((1, len(best)), np.float32))
    made.best_mw[0] = best
    made.others_mw[0] = others
    return made


def test_signal_noise_and_interference() -> None:
    classes = np.array([[0, 0, 1, 255, 0]], np.uint8)
    powers = served([1e-9, 1e-9, 1e-9, 1e-9, 0.0], [0.0, 1e-9, 1e-9, 0.0, 0.0])
    rsrp, sinr, rate = signal_maps(powers, classes, receiver())
    assert rsrp[0, :3] == pytest.approx([-90.0, -90.0, -110.0], abs=1e-4)
    # 1e-9 over 1e-12; over 1e-9 and 1e-12; both a hundredth, the noise not.
    expected = [30.0, -10 * np.log10(1.001), 10 * np.log10(1e-11 / (1e-11 + 1e-12))]
    assert sinr[0, :3] == pytest.approx(expected, abs=1e-4)
    assert np.isnan(rsrp[0, 3:]).all()
    assert np.isnan(rate[0, 3])
    assert rate[0, 4] == 0.0
    assert rate[0, 0] == pytest.approx(60.0 * 4.4)
    assert rate[0, 1] == pytest.approx(60.0 * 0.6 * np.log2(1 + 1 / 1.001), rel=1e-5)


def test_nothing_is_received_below_the_least_sinr_and_a_beam_helps() -> None:
    classes = np.zeros((1, 1), np.uint8)
    weak = served([1e-13], [1e-11])
    assert signal_maps(weak, classes, receiver())[2][0, 0] == 0.0
    _, sinr, rate = signal_maps(weak, classes, receiver(full_gain=10**1.5))
    assert sinr[0, 0] == pytest.approx(10 * np.log10(1e-13 / 1.1e-11), abs=1e-4)
    ratio = 10 ** (0.1 * (float(sinr[0, 0]) + 15.0))
    assert rate[0, 0] == pytest.approx(60.0 * 0.6 * np.log2(1 + ratio), rel=1e-4)


def test_a_beam_is_the_wider_the_weaker_the_sounding() -> None:
    """At 1e-11 mW an element's pilots have a ratio of 2: a gain of 1 + 31 x 2 / 3 of 32."""
    classes = np.zeros((1, 2), np.uint8)
    beam = receiver(full_gain=32.0, broadcast_gain=4.0, known_per_mw=2e11)
    _, sinr, rate = signal_maps(served([1e-11, 1e-14], [1e-10] * 2), classes, beam)
    # The second is so weak that the broadcast beams' 4 are more, which it has already.
    for column, gain in enumerate([(1.0 + 31.0 * 2.0 / 3.0) / 4.0, 1.0]):
        ratio = 10 ** (0.1 * float(sinr[0, column])) * gain
        expected = 60.0 * 0.6 * np.log2(1 + ratio) if ratio >= 0.1 else 0.0
        assert rate[0, column] == pytest.approx(expected, rel=1e-4)


def test_more_interference_never_raises_sinr() -> None:
    classes = np.zeros((1, 50), np.uint8)
    powers = served([1e-9] * 50, np.geomspace(1e-15, 1e-3, 50))
    _, sinr, rate = signal_maps(powers, classes, receiver())
    assert (np.diff(sinr[0]) <= 0).all()
    assert (np.diff(rate[0]) <= 0).all()
