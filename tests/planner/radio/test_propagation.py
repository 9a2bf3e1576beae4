"""Contract of every propagation model, and what a planner gets outside its validity.

A new model adds one row to ``MODELS``.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import InputError
from planner.radio.propagation import propagation_model, propagation_models
from planner.radio.propagation_model import Link

# A link inside the validity of each model, and its loss there: computed from the published
# formula apart from this code (terminal at 1.5 m).
MODELS = {
    # 46.3 + 33.9 log10 1800 - 13.82 log10 30 + slope x log10 5 - a, base 30 m, 5 km
    "cost231_hata_city": (Link(1.8, 30.0), 5000.0, 160.8181),
    "cost231_hata_metropolis": (Link(1.8, 30.0), 5000.0, 163.8181),
    # 20 log10(4 pi d / wavelength), 2.6 GHz
    "free_space": (Link(2.6, 25.0), 1000.0, 100.7497),
    # 38.3 log10 d + 17.3 + 24.9 log10 2.6, slant 50.0225 m
    "inh_mixed": (Link(2.6, 3.0), 50.0, 92.7109),
    "inh_open": (Link(2.6, 3.0), 50.0, 92.7109),
    # Area mode, 20 km, irregularity 90 m: computed with another program of 1.2.2
    "itm_hills": (Link(0.7, 45.0), 20_000.0, 140.0762),
    "itm_mountains": (Link(0.7, 45.0), 20_000.0, 152.1756),
    "itm_plains": (Link(0.7, 45.0), 20_000.0, 135.9782),
    # 69.55 + 26.16 log10 900 - 13.82 log10 30 + slope x log10 5 - a, base 30 m, 5 km
    "okumura_hata_city": (Link(0.9, 30.0), 5000.0, 151.0244),
    "okumura_hata_large_city": (Link(0.9, 30.0), 5000.0, 151.0412),
    "okumura_hata_open": (Link(0.9, 30.0), 5000.0, 122.5180),
    "okumura_hata_suburban": (Link(0.9, 30.0), 5000.0, 141.0818),
    # 161.04 - 7.1 log10 20 + 7.5 log10 5 - (24.37 - 3.7/49) log10 35 + ... , 2.6 GHz
    "rma": (Link(2.6, 35.0), 1000.0, 127.8424),
    # 13.54 + 39.08 log10 d + 20 log10 2.6
    "uma": (Link(2.6, 25.0), 1000.0, 139.0841),
    # 22.4 + 35.3 log10 d + 21.3 log10 2.6
    "umi": (Link(2.6, 10.0), 1000.0, 137.1398),
}


def inside(model):
    least_m, most_m = model.distance_limits_m("nlos")
    return np.geomspace(least_m, most_m, 50)


def test_every_model_has_a_row_here():
    assert set(propagation_models()) == set(MODELS)


@pytest.mark.parametrize("key", MODELS)
class TestContract:
    def test_names_and_sources(self, key):
        model = propagation_model(key)
        assert model.key == key
        assert model.name_en
        assert model.name_zh
        assert model.edition
        assert model.reference
        assert model.indoor_depth_most_m > 0.0

    def test_loss_is_the_published_one(self, key):
        link, distance_m, expected_db = MODELS[key]
        found = propagation_model(key).loss_db(distance_m, link)
        assert found.loss_db[0] == pytest.approx(expected_db, abs=0.01)
        assert found.valid.all()

    def test_arrays_of_the_same_length(self, key):
        model, (link, *_) = propagation_model(key), MODELS[key]
        distances_m = inside(model)
        for sight in ("los", "nlos"):
            loss = model.loss_db(distances_m, link, sight)
            assert loss.loss_db.shape == loss.valid.shape == (50,)
            assert np.all(np.diff(loss.loss_db) > -0.01)
            assert np.all(model.sigma_db(distances_m, link, sight) >= 0.0)
        share = model.los_probability(distances_m, link)
        assert np.all((share >= 0.0) & (share <= 1.0))

    def test_no_line_of_sight_never_loses_less(self, key):
        model, (link, *_) = propagation_model(key), MODELS[key]
        distances_m = inside(model)
        blocked = model.loss_db(distances_m, link, "nlos").loss_db
        assert np.all(blocked >= model.loss_db(distances_m, link, "los").loss_db)

    def test_refuses_or_flags_a_distance_outside(self, key):
        model, (link, *_) = propagation_model(key), MODELS[key]
        least_m, most_m = model.distance_limits_m("nlos")
        distances_m = np.array([least_m / 2.0, least_m * 1.5, most_m * 2.0])
        with pytest.raises(InputError, match="outside the validity") as caught:
            model.loss_db(distances_m, link)
        assert caught.value.problems[0].key == "distance_2d_m"
        flagged = model.loss_db(distances_m, link, outside="flag")
        np.testing.assert_array_equal(flagged.valid, [False, True, False])

    def test_refuses_a_frequency_outside(self, key):
        model, (link, *_) = propagation_model(key), MODELS[key]
        slow = Link(0.01, link.base_height_m)
        distance_m = model.distance_limits_m("nlos")[0] * 1.5
        with pytest.raises(InputError, match="validity"):
            model.loss_db(distance_m, slow)
        assert not model.loss_db(distance_m, slow, outside="flag").valid.any()

    def test_not_a_number_is_refused(self, key):
        model, (link, *_) = propagation_model(key), MODELS[key]
        with pytest.raises(InputError, match="validity"):
            model.loss_db([model.distance_limits_m("nlos")[0] * 1.5, np.nan], link)


def test_all_problems_at_once():
    with pytest.raises(InputError) as caught:
        propagation_model("uma").loss_db(1.0, Link(0.1, 30.0, ue_height_m=50.0))
    keys = {problem.key for problem in caught.value.problems}
    assert keys == {"frequency_ghz", "base_height_m", "ue_height_m", "distance_2d_m"}


def test_rural_macro_reaches_farther_in_line_of_sight():
    model = propagation_model("rma")
    assert model.distance_limits_m("los") == (10.0, 10_000.0)
    assert model.distance_limits_m("nlos") == (10.0, 5000.0)


def test_unknown_model_names_the_known_ones():
    with pytest.raises(InputError, match=rf"radio\.rural\.model.*{', '.join(sorted(MODELS))}"):
        propagation_model("guesswork", "radio.rural.model")


@given(st.floats(10.0, 5000.0), st.floats(0.5, 30.0))
def test_free_space_is_the_least_of_all(distance_m, frequency_ghz):
    """No terrestrial model loses less than free space, but for the guided street canyon."""
    free = propagation_model("free_space").loss_db(distance_m, Link(frequency_ghz, 25.0))
    for key in ("uma", "rma"):
        height_m = MODELS[key][0].base_height_m
        model = propagation_model(key)
        loss = model.loss_db(distance_m, Link(frequency_ghz, height_m), "nlos")
        assert loss.loss_db[0] > free.loss_db[0] - 1.0
