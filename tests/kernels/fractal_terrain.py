"""Deterministic fractal terrain, and the naive twin of the terrain sweep on it."""

from __future__ import annotations

import numpy as np

from kernels.radio.models.p526 import VERTICAL, delta_bullington_loss_db
from kernels.radio.profile import profile_heights_m, profile_points


def fractal_terrain_m(side, relief_m=800.0, seed=1, exponent=1.9):
    """Terrain of a power-law spectrum: float32 (side x side), heights from 0 to ``relief_m``."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    frequency[0, 0] = 1.0
    spectrum = rng.normal(size=frequency.shape) + 1j * rng.normal(size=frequency.shape)
    spectrum /= frequency**exponent
    spectrum[0, 0] = 0.0
    height = np.fft.irfft2(spectrum, (side, side))
    height = (height - height.min()) / (height.max() - height.min())
    return (height * relief_m).astype(np.float32)


def naive_diffraction_db(
    terrain_m, station, receiver, *, mast_m, rx_height_m, cell_km, radius_km, frequency_ghz
):
    """Delta-Bullington loss over the straight profile from cell to cell, point by point."""
    start, end = tuple(map(float, station)), tuple(map(float, receiver))
    heights_m = profile_heights_m(terrain_m, start, end, profile_points(start, end))
    distance_km = np.hypot(end[0] - start[0], end[1] - start[1]) * cell_km
    distances_km = np.linspace(0.0, distance_km, heights_m.size)
    tx_m, rx_m = heights_m[0] + mast_m, heights_m[-1] + rx_height_m
    return delta_bullington_loss_db(
        distances_km, heights_m, tx_m, rx_m, radius_km, frequency_ghz, VERTICAL
    )
