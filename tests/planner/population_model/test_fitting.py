import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from planner.population_model.census import rounded_to_total, shared_out
from planner.population_model.fitting import fitted_people, rounded_people

# Two counties on five cells in a row; they share the middle one, three quarters to one.
SHARE = csr_array(np.array([[1, 1, 0.75, 0, 0], [0, 0, 0.25, 1, 1]]))
WEIGHT = np.array([1.0, 3.0, 2.0, 1.0, 1.0])


def test_counties_get_their_people() -> None:
    people = np.array([1000, 10])
    fitted = fitted_people(WEIGHT, SHARE, people)
    np.testing.assert_allclose(SHARE @ fitted, people, rtol=1e-9)


def test_inside_a_county_the_weights_decide() -> None:
    fitted = fitted_people(WEIGHT, SHARE, np.array([1000, 10]))
    assert fitted[1] / fitted[0] == pytest.approx(3)
    assert fitted[3] == pytest.approx(fitted[4])


def test_shared_cell_has_a_density_between() -> None:
    fitted = fitted_people(WEIGHT, SHARE, np.array([1000, 10]))
    density = fitted / WEIGHT
    assert density[4] < density[2] < density[0]


def test_fit_that_holds_already_changes_nothing() -> None:
    people = np.array([11, 5])
    weight = np.array([4.0, 4.0, 4.0, 2.0, 2.0])
    np.testing.assert_array_equal(fitted_people(weight, SHARE, people), weight)


def test_county_of_nobody_is_empty() -> None:
    fitted = fitted_people(WEIGHT, SHARE, np.array([1000, 0]))
    assert fitted[3] == fitted[4] == 0


def test_people_without_a_cell_are_refused() -> None:
    with pytest.raises(ValueError, match="no cell"):
        fitted_people(np.array([1.0, 1, 1, 0, 0]) * [1, 1, 0, 0, 0], SHARE, np.array([5, 5]))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0.1, 50), min_size=5, max_size=5),
    st.integers(100, 100_000),
    st.integers(100, 100_000),
)
def test_rounding_loses_nobody(weights: list[float], first: int, second: int) -> None:
    people = np.array([first, second])
    fitted = fitted_people(np.array(weights), SHARE, people)
    rounded = rounded_people(fitted, SHARE, people)
    assert rounded.dtype == np.int64
    assert rounded.sum() == people.sum()
    assert (rounded >= 0).all()
    assert np.abs(SHARE @ rounded - people).max() < 1 + 1e-6


@given(st.integers(0, 10_000), st.lists(st.floats(0.01, 100), min_size=1, max_size=30))
def test_shared_out_is_exact_and_near(total: int, weights: list[float]) -> None:
    weight = np.array(weights)
    shared = shared_out(total, weight)
    assert shared.sum() == total
    assert np.abs(shared - total * weight / weight.sum()).max() < 1 + 1e-6


def test_largest_remainder() -> None:
    # Hamilton's method on a textbook case.
    np.testing.assert_array_equal(rounded_to_total(np.array([4.7, 1.6, 3.7]), 10), [5, 1, 4])
