"""The ladder names every model once, says something in every cell, and its spreads are computed."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from planner.radio.model_ladder import MODEL_LADDER, ladder_markdown
from planner.radio.propagation import propagation_model, propagation_models
from planner.radio.propagation_model import Link


def test_every_model_stands_on_one_rung():
    keys = [key for rung in MODEL_LADDER for key in rung.keys]
    assert sorted(keys) == list(propagation_models())


def test_every_rung_says_something():
    for rung in MODEL_LADDER:
        texts = [getattr(rung, field.name) for field in fields(rung) if field.name != "keys"]
        assert all(texts)


@pytest.mark.parametrize(
    ("key", "link", "spread_db"),
    [
        ("okumura_hata_city", Link(0.9, 30.0), 7.0),
        ("okumura_hata_open", Link(0.9, 30.0), 8.4),
        ("cost231_hata_city", Link(1.8, 30.0), 7.9),
        ("inh_mixed", Link(2.6, 3.0), 8.03),
    ],
)
def test_spreads_are_those_of_the_models(key, link, spread_db):
    found = propagation_model(key).sigma_db(np.array([5000.0]), link, "nlos")[0]
    assert found == pytest.approx(spread_db, abs=0.05)


def test_markdown_has_a_line_for_every_rung():
    lines = ladder_markdown().splitlines()
    assert len(lines) == 2 + len(MODEL_LADDER)
    assert len({line.count("|") for line in lines}) == 1
    assert "`uma`" in ladder_markdown()
