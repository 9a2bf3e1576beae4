"""Warnings on their way to the report and to the terminal."""

from __future__ import annotations

import warnings

import pytest

from planner.errors import PlannerWarning, noted_by, noting


def warn(*texts: str) -> None:
    for text in texts:
        warnings.warn(text, PlannerWarning, stacklevel=2)


def test_a_warning_is_shown_once_however_often_it_is_given() -> None:
    noted: list[str] = []
    with pytest.warns(PlannerWarning) as shown, noting(noted):
        warn("coarse", "far", "coarse")
    assert [str(one.message) for one in shown] == ["coarse", "far"]
    assert set(noted) == {"coarse", "far"}


def test_a_part_notes_its_own_and_a_silent_one_nothing() -> None:
    whole: list[str] = []
    part: list[str] = []
    with pytest.warns(PlannerWarning) as shown, noting(whole), noted_by(part):
        warn("of the part")
    with noting(whole), noted_by():
        warn("of nobody")
    assert (whole, part) == ([], ["of the part"])
    assert [str(one.message) for one in shown] == ["of the part"]
