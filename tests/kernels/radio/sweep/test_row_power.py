"""Cells behind an antenna, which have its least gain without a look at its tables."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.radio.sweep.row_power import back_span, reach_behind
from kernels.radio.sweep.table import angle_lines, angle_nodes_deg


def lines_of(first_deg):
    """Lines of a pattern 30 dB down from an azimuth on, and 20 dB and more before it."""
    azimuth = np.abs(angle_nodes_deg())
    return angle_lines(np.where(azimuth >= first_deg, 1e-3, 1e-2 - 1e-5 * azimuth))


@pytest.mark.parametrize("first_deg", [90.0, 100.0, 135.0, 170.0])
def test_a_pattern_is_at_its_least_up_to_a_segment_before_it_rises(first_deg) -> None:
    quarter = np.radians(180.0 - first_deg)
    reached = np.sin(quarter) / (np.sin(quarter) + np.cos(quarter))
    found = reach_behind(lines_of(first_deg), np.float32(1e-3))
    assert reached - 3.0 / 256 < found < reached


def test_a_pattern_that_is_not_at_its_least_behind_reaches_nowhere() -> None:
    assert reach_behind(lines_of(100.0), np.float32(0.9e-3)) == 0.0
    assert reach_behind(lines_of(181.0), np.float32(1e-3)) == 0.0


def test_cells_behind_are_those_of_the_cone_but_for_the_antenna_itself() -> None:
    rng = np.random.default_rng(5)
    some = 0
    for _ in range(500):
        behind = np.float32(rng.uniform(0.05, 0.95))
        azimuth = rng.choice([rng.uniform(0, 2 * np.pi), rng.integers(4) * np.pi / 2])
        facing = np.array([np.sin(azimuth), np.cos(azimuth)], np.float32)
        facing[np.abs(facing) < 1e-6] = 0.0
        step, count = rng.choice([5.0, 20.0, 100.0]), int(rng.integers(1, 257))
        from_m = (rng.uniform(-count * step, 10.0), rng.choice([0.0, rng.normal(0, 900.0)]), step)
        begin, end = back_span(count, from_m, facing, behind)
        assert 0 <= begin <= end <= count
        east = from_m[0] + step * np.arange(count)
        u = east * facing[0] + from_m[1] * facing[1]
        v = east * facing[1] - from_m[1] * facing[0]
        inside = -behind * u - (1.0 - behind) * np.abs(v)
        found = np.zeros(count, bool)
        found[begin:end] = True
        assert (inside[found] > 1.9).all()
        assert (inside[~found] < 2.1).all()
        some += found.any() and not found.all()
    assert some > 100
