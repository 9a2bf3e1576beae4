"""Tables over squared distance and direction: nodes, segments, error of a power law."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.sweep import table as tables


@given(st.floats(1.0, 1e9))
def test_every_squared_distance_lies_in_its_segment(squared) -> None:
    nodes = tables.squared_nodes_m2(1.0, 1e5)
    k = tables.squared_segment(squared) - tables.squared_segment(1.0)
    assert nodes[k] <= np.float32(squared) < nodes[k + 1]


@pytest.mark.parametrize("exponent", [2.0, 2.2, 3.908, 4.342])
def test_a_power_law_is_within_some_thousandths_of_a_decibel(exponent) -> None:
    nodes = tables.squared_nodes_m2(10.0, 10_000.0)
    zero, slope = tables.lines(nodes, nodes ** (-exponent / 2)).astype(float).T
    squared = np.geomspace(100.0, 1e8, 50_001)
    k = np.searchsorted(nodes, squared, side="right") - 1
    off = 10.0 * np.log10((zero[k] + slope[k] * squared) * squared ** (exponent / 2))
    assert np.abs(off).max() < 0.005


def test_nodes_of_direction_go_clockwise_from_the_front_once_around() -> None:
    angle = tables.angle_nodes_deg()
    quarter = tables.ANGLE_SEGMENTS // 4
    assert angle[[0, quarter, 3 * quarter]] == pytest.approx([0.0, 90.0, -90.0])
    assert abs(angle[2 * quarter]) == pytest.approx(180.0)
    assert np.diff(np.unwrap(angle, period=360.0)).min() > 0.0


def test_nodes_of_the_sine_go_from_zenith_to_nadir() -> None:
    depression = tables.sine_nodes_deg()
    assert depression[[0, tables.SINE_SEGMENTS // 2, -1]] == pytest.approx([-90.0, 0.0, 90.0])


@pytest.mark.parametrize(
    ("made", "nodes", "end"),
    [
        (tables.angle_lines, tables.angle_nodes_deg, 4.0),
        (tables.sine_lines, tables.sine_nodes_deg, 2.0),
    ],
)
def test_lines_go_through_their_values_and_one_more_follows(made, nodes, end) -> None:
    values = 1.5 + np.cos(np.radians(nodes()))
    zero, slope = made(values).T
    at = np.linspace(0.0, end, values.size)
    assert zero + slope * at == pytest.approx(values, abs=1e-5)
