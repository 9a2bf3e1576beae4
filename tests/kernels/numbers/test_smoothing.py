"""Smoothing: conservation, the Gaussian it stands for, and the edge of the array."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from kernels.numbers.smoothing import PASSES, box_half_width, gaussian_like_sum


def naive(value: np.ndarray, half: int) -> np.ndarray:
    """The same boxes, cell by cell."""
    out = value.astype(float)
    for _ in range(PASSES):
        padded = np.pad(out, half)
        windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * half + 1,) * 2)
        out = windows.sum(axis=(2, 3)) / (2 * half + 1) ** 2
    return out


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (12, 17), (300, 3)])
@pytest.mark.parametrize("sigma", [0.1, 1.0, 2.5, 8.0])
def test_equals_naive_boxes(shape: tuple[int, int], sigma: float) -> None:
    value = np.random.default_rng(3).gamma(0.5, 10.0, shape).astype(np.float32)
    smoothed = value.copy()
    gaussian_like_sum(smoothed, sigma)
    assert smoothed == pytest.approx(naive(value, box_half_width(sigma)), rel=2e-5, abs=1e-4)


def test_is_close_to_the_gaussian() -> None:
    value = np.zeros((81, 81), dtype=np.float32)
    value[40, 40] = 1000.0
    smoothed = value.copy()
    gaussian_like_sum(smoothed, 6.0)
    width = 2 * box_half_width(6.0) + 1
    sigma = np.sqrt(PASSES * (width**2 - 1) / 12)
    exact = gaussian_filter(value.astype(float), sigma, mode="constant")
    assert np.abs(smoothed - exact).max() < 0.13 * exact.max()


@given(st.floats(0.1, 6.0), st.integers(0, 10))
@settings(max_examples=25, deadline=None)
def test_people_far_from_the_edge_are_conserved(sigma: float, seed: int) -> None:
    value = np.zeros((90, 90), dtype=np.float32)
    value[40:50, 40:50] = np.random.default_rng(seed).random((10, 10))
    smoothed = value.copy()
    gaussian_like_sum(smoothed, sigma)
    assert smoothed.sum(dtype=float) == pytest.approx(value.sum(dtype=float), rel=1e-4)
    assert (smoothed >= 0).all()


@pytest.mark.parametrize("sigma", [1.0, 3.0, 10.0, 25.0])
def test_deviation_is_right_to_half_a_cell(sigma: float) -> None:
    width = 2 * box_half_width(sigma) + 1
    assert np.sqrt(PASSES * (width**2 - 1) / 12) == pytest.approx(sigma, abs=0.5)
