"""RSRP, SINR and throughput of each cell from the powers of a sweep."""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled_parallel
from kernels.radio.array_gain import array_gain
from kernels.radio.shannon import layered_efficiency_bit_s_hz
from kernels.radio.sweep.kept import Served

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]


class Receiver(NamedTuple):
    """Properties of the terminal and of the link.

    ``gain`` (float64, 256) by area class: share of the power behind the walls, NaN where no map is
    wanted; ``noise_mw`` in the bandwidth of the powers; the array's linear gain towards a served
    user: ``full_gain`` with a perfect estimate of the channel, ``broadcast_gain`` of the beams that
    the powers have, which is the least, ``known_per_mw`` the pilots times the signal-to-noise
    ratio of the user's sounding at one antenna for each mW received, 0 for full gain;
    ``shannon_share``, ``min_sinr_db``, ``most_bit_s_hz`` and ``layers`` as in
    :mod:`kernels.radio.shannon`; ``usable_mhz``: bandwidth times the share of time and of symbols
    that carries data.
    """

    gain: Floats
    noise_mw: float
    full_gain: float
    broadcast_gain: float
    known_per_mw: float
    shannon_share: float
    min_sinr_db: float
    most_bit_s_hz: float
    layers: int
    usable_mhz: float


@compiled_parallel
def signal_maps(
    served: Served, cell_class: npt.NDArray[np.uint8], receiver: Receiver
) -> tuple[Singles, Singles, Singles]:
    """Return RSRP (dBm), SINR (dB) and throughput (Mbit/s) of each cell, float32 (H, W).

    NaN where no sector reaches and outside the classes, but throughput is 0 where none reaches.
    """
    height, width = served.best_mw.shape
    rsrp_dbm = np.full((height, width), np.nan, np.float32)
    sinr_db = np.full((height, width), np.nan, np.float32)
    throughput_mbit_s = np.full((height, width), np.nan, np.float32)
    for row in numba.prange(height):
        for column in range(width):
            gain = receiver.gain[cell_class[row, column]]
            if math.isnan(gain):
                continue
            signal_mw = gain * served.best_mw[row, column]
            throughput_mbit_s[row, column] = 0.0
            if not signal_mw > 0.0:
                continue
            unwanted_mw = gain * served.others_mw[row, column] + receiver.noise_mw
            ratio_db = 10.0 * math.log10(signal_mw / unwanted_mw)
            rsrp_dbm[row, column] = 10.0 * math.log10(signal_mw)
            sinr_db[row, column] = ratio_db
            beam_gain = receiver.full_gain
            if receiver.known_per_mw > 0.0:
                known = signal_mw * receiver.known_per_mw
                beam_gain = array_gain(known, receiver.full_gain, 1.0)
            beam_db = 10.0 * math.log10(max(beam_gain / receiver.broadcast_gain, 1.0))
            throughput_mbit_s[row, column] = receiver.usable_mhz * layered_efficiency_bit_s_hz(
                ratio_db + beam_db,
                receiver.shannon_share,
                receiver.min_sinr_db,
                receiver.most_bit_s_hz,
                receiver.layers,
            )
    return rsrp_dbm, sinr_db, throughput_mbit_s
