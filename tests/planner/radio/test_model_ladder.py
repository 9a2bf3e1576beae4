"""The ladder names every model once, says something in every cell, and its numbers are computed."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from kernels.radio.models.tr38901 import HIGH_LOSS, LOW_LOSS, penetration_sigma_db
from kernels.radio.p1812.variability import location_sigma_db
from planner.radio.model_ladder import MODEL_LADDER, NO_FIGURE, REFERENCES, ladder_markdown
from planner.radio.propagation import propagation_model, propagation_models
from planner.radio.propagation_model import Link
from planner.scenario.radio import MODEL_KEYS, ClassRadio, UrbanRadio


def test_every_model_stands_on_one_rung():
    keys = [key for rung in MODEL_LADDER for key in rung.keys]
    assert sorted(keys) == list(propagation_models())


def test_the_scenario_names_every_model():
    assert list(propagation_models()) == list(MODEL_KEYS)
    for section in (ClassRadio, UrbanRadio):
        text = section.model_fields["model"].description
        assert all(key in text for key in MODEL_KEYS)


def test_every_rung_says_something():
    for rung in MODEL_LADDER:
        texts = [getattr(rung, f.name) for f in fields(rung) if f.name not in ("keys", "reach_m")]
        assert all(texts)


def test_validity_is_that_of_the_models():
    for rung in MODEL_LADDER:
        for key in rung.keys:
            model = propagation_model(key)
            (band,) = (r for r in model.valid_ranges if r.quantity == "frequency_ghz")
            assert (band.least, band.most) == rung.band_ghz
            assert model.distance_limits_m("nlos") == rung.reach_m


def test_an_error_is_published_with_its_source_or_said_to_be_unknown():
    for rung in MODEL_LADDER:
        assert NO_FIGURE in rung.error or "[" in rung.error or "bound" in rung.error
    text = " ".join(rung.error for rung in MODEL_LADDER)
    assert all(f"[{number}]" in text for number in range(1, len(REFERENCES) + 1))


@pytest.mark.parametrize(
    ("key", "link", "sight", "spread_db"),
    [
        ("okumura_hata_city", Link(0.9, 30.0), "nlos", 7.0),
        ("okumura_hata_open", Link(0.9, 30.0), "nlos", 8.4),
        ("cost231_hata_city", Link(1.8, 30.0), "nlos", 7.9),
        ("inh_mixed", Link(2.6, 3.0), "los", 3.0),
        ("inh_mixed", Link(2.6, 3.0), "nlos", 8.03),
        ("rma", Link(2.6, 35.0), "nlos", 8.0),
        ("uma", Link(2.6, 25.0), "nlos", 6.0),
        ("umi", Link(2.6, 10.0), "nlos", 7.82),
        ("umi", Link(2.6, 10.0), "los", 4.0),
    ],
)
def test_spreads_are_those_of_the_models(key, link, sight, spread_db):
    found = propagation_model(key).sigma_db(np.array([5000.0]), link, sight)[0]
    assert found == pytest.approx(spread_db, abs=0.05)


def test_spreads_of_p1812_and_of_walls():
    assert location_sigma_db(2.6, 1.5, 10.0, 100.0) == pytest.approx(2.1, abs=0.05)
    assert penetration_sigma_db(LOW_LOSS) == 4.4
    assert penetration_sigma_db(HIGH_LOSS) == 6.5


def test_markdown_has_a_line_for_every_rung():
    table, notes = ladder_markdown().split("\n\n")
    lines = table.splitlines()
    assert len(lines) == 2 + len(MODEL_LADDER)
    assert len({line.count("|") for line in lines}) == 1
    assert "| `okumura_hata_large_city`" in table
    assert "1 km to 20 km" in table
    assert len(notes.splitlines()) == len(REFERENCES)
