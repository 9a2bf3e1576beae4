"""Nothing is lost and nothing left: kills, power failures and races of a save."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz import kills


@pytest.fixture(autouse=True)
def _no_waiting_for_the_real_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


@pytest.mark.parametrize("power", [False, True], ids=["kill", "power"])
def test_a_save_that_ends_at_any_change_is_there_or_not(tmp_path: Path, power: bool) -> None:
    survived = list(kills.killed_everywhere(tmp_path / "disk", power=power, every=9))
    assert len(survived) > 20


@pytest.mark.parametrize("power", [False, True], ids=["kill", "power"])
def test_a_recovery_that_ends_too(tmp_path: Path, power: bool) -> None:
    ends = list(
        kills.killed_everywhere(tmp_path / "disk", power=power, also_recovery=True, every=31)
    )
    assert len(ends) >= 10


def test_what_was_saved_survives_the_power(tmp_path: Path) -> None:
    assert kills.done_before_the_power_fails(tmp_path / "disk") == len(kills.STARTS)


def test_random_kills(tmp_path: Path) -> None:
    assert kills.killed_at_random(tmp_path / "disk", 10) > 0


def test_one_of_several_writers_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    saved, refused = kills.racing_writers(tmp_path / "disk", 16)
    assert saved >= 2
    assert saved + refused == 16
