"""The greedy of lists: the order of the greedy on a raster, gains that a recount confirms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.covering.greedy_list import ListOptions, greedy_list
from kernels.covering.greedy_raster import greedy_order
from kernels.footprints.field import Field
from kernels.footprints.spans import newly_covered_span_weight
from tests.kernels.cases import ListCase


@given(st.integers(0, 10_000))
def test_the_order_is_that_of_the_greedy_on_a_raster(seed) -> None:
    case = ListCase(seed)
    candidate = np.zeros(case.weight.shape, bool)
    candidate.reshape(-1)[case.cells] = True
    expected, expected_gain = greedy_order(
        Field(case.weight, case.area_class, case.radius, candidate, case.covered), 40
    )
    weight = np.where(case.area_class == 255, 0.0, case.weight)
    allowed = np.ones(case.cells.size, bool)
    chosen, gain = greedy_list(weight, case.spans, allowed, case.covered, 40)
    assert case.cells[chosen].tolist() == expected.tolist()
    np.testing.assert_allclose(gain, expected_gain)


def test_candidates_that_are_not_allowed_are_never_chosen() -> None:
    case = ListCase(1)
    allowed = np.arange(case.cells.size) % 3 == 0
    chosen, gain = greedy_list(case.weight, case.spans, allowed, case.covered, 1000)
    assert allowed[chosen].all()
    assert (np.diff(gain) <= 0).all()
    assert len(set(chosen.tolist())) == chosen.size > 0


def test_gains_add_up_to_the_weight_that_is_counted_afresh(monkeypatch) -> None:
    monkeypatch.setattr("kernels.covering.greedy_list._STATIONS_PER_CALL", 7)
    case = ListCase(2)
    allowed = np.ones(case.cells.size, bool)
    counted: list[int] = []
    chosen, gain = greedy_list(
        case.weight, case.spans, allowed, case.covered, 50, progress=counted.append
    )
    covered = case.covered.copy()
    added = newly_covered_span_weight(case.weight, covered, case.spans, chosen)
    np.testing.assert_allclose(added, gain)
    assert counted[0] == 7
    assert sum(counted) == chosen.size


def test_nothing_to_gain_is_an_empty_order() -> None:
    case = ListCase(3)
    nothing = np.zeros_like(case.weight)
    allowed = np.ones(case.cells.size, bool)
    chosen, gain = greedy_list(nothing, case.spans, allowed, case.covered, 5)
    assert chosen.size == gain.size == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight": -np.ones((19, 27))}, "finite and at least 0"),
        ({"weight": np.full((19, 27), np.nan)}, "finite and at least 0"),
        ({"weight": np.ones((3, 3))}, "differ in shape"),
        ({"allowed": np.ones(3, bool)}, "120 candidates"),
        ({"n_stations": -1}, "at least 0"),
        ({"options": ListOptions.alike(120)._replace(cost=np.zeros(120))}, "cost"),
    ],
)
def test_bad_input_is_refused(change, message) -> None:
    case = ListCase(5)
    given_values = {
        "weight": case.weight, "spans": case.spans, "allowed": np.ones(120, bool),
        "covered": case.covered, "n_stations": 3,
    }  # fmt: skip
    with pytest.raises(ValueError, match=message):
        greedy_list(**(given_values | change))
