"""Sums by zone against NumPy, and their conservation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kernels.numbers.zones import scale_by_zone, zone_class_sum, zone_sum

SHAPE = (7, 5)
values = hnp.arrays(np.float32, SHAPE, elements=st.floats(0, 1e5, width=32))
zones = hnp.arrays(np.int16, SHAPE, elements=st.integers(-1, 3))
classes = hnp.arrays(np.uint8, SHAPE, elements=st.sampled_from([0, 1, 2, 3, 255]))
flags = hnp.arrays(np.bool_, SHAPE)


@given(values, zones)
@settings(max_examples=50, deadline=None)
def test_zone_sum_is_the_naive_sum(value: np.ndarray, zone: np.ndarray) -> None:
    naive = [value[zone == z].astype(float).sum() for z in range(4)]
    assert zone_sum(value, zone, 4) == pytest.approx(naive, rel=1e-12, abs=1e-9)


@given(values, zones, classes, flags)
@settings(max_examples=50, deadline=None)
def test_zone_class_sum_is_the_naive_sum(value, zone, klass, flag) -> None:
    total, cells = zone_class_sum(value, zone, klass, flag, 4, 4)
    for z in range(4):
        for c in range(4):
            for f in (False, True):
                here = (zone == z) & (klass == c) & (flag == f)
                assert total[z, c, int(f)] == pytest.approx(value[here].astype(float).sum())
                assert cells[z, c, int(f)] == here.sum()


@given(values, zones)
@settings(max_examples=50, deadline=None)
def test_scaling_reaches_the_wanted_totals_and_empties_the_outside(value, zone) -> None:
    wanted = np.array([10.0, 0.0, 1e6, 123.456])
    found = zone_sum(value, zone, 4)
    factor = np.divide(wanted, found, out=np.zeros(4), where=found > 0)
    scaled = value.copy()
    scale_by_zone(scaled, zone, factor, np.zeros(4))
    reached = zone_sum(scaled, zone, 4)
    assert reached[found > 0] == pytest.approx(wanted[found > 0], rel=1e-6)
    assert (scaled[zone < 0] == 0).all()


def test_offset_spreads_evenly() -> None:
    zone = np.zeros((2, 2), dtype=np.int16)
    value = np.zeros((2, 2), dtype=np.float32)
    scale_by_zone(value, zone, np.array([0.0]), np.array([2.5]))
    assert (value == 2.5).all()
