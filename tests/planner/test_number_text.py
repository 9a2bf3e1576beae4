"""Shares as text: never 100 per cent while somebody is missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.number_text import is_all, percent, percent_aimed, percent_at_most


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.9342, "93.4%"),
        (0.9996, "> 99.9%"),
        (0.99999, "> 99.9%"),
        (1.0 - 1e-9, "100.0%"),
        (1.0, "100.0%"),
        (0.0001, "< 0.1%"),
        (0.0, "0.0%"),
        (None, "—"),
        (float("nan"), "—"),
    ],
)
def test_share_of_an_unknown_number(share: float | None, expected: str) -> None:
    assert percent(share, unit="%") == expected


def test_one_person_of_a_province_is_missing() -> None:
    people = 126_012_510.0
    assert percent((people - 1.0) / people, of=people, unit="%") == "> 99.9%"
    assert percent((people - 0.01) / people, of=people, unit="%") == "100% (model)"


def test_a_reader_s_unit_does_not_wrap() -> None:
    assert percent(0.5) == "50.0\N{NO-BREAK SPACE}%"


@given(st.floats(1.0, 2e9), st.floats(0.0, 1.0))
def test_hundred_means_that_less_than_half_a_person_is_missing(people: float, share: float) -> None:
    text = percent(share, of=people, unit="%")
    if text == "100% (model)":
        assert is_all(share, of=people)
    assert (text == "0.0%") == (share == 0.0)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.995, "99.5%"), (0.9999, "99.99%"), (1.0, "100%"), (0.07, "7%")]
)
def test_an_aim_keeps_its_digits(share: float, expected: str) -> None:
    assert percent_aimed(share, unit="%") == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.01241, "1.3%"), (0.00001, "0.1%"), (0.012, "1.2%"), (1.0, "100.0%"), (0.0, "0.0%")],
)
def test_an_upper_limit_is_never_rounded_down(share: float, expected: str) -> None:
    assert percent_at_most(share, unit="%") == expected
