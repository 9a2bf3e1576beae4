"""Users that differ: strata, situations and their radii."""

from __future__ import annotations

import numpy as np
import pytest

from planner.radio import service_radii
from planner.radio.user_situations import situation_radii, user_strata
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection


def graded(**changes) -> ServiceSection:
    return ServiceSection(model="graded", **changes)


ALL_INDOORS = {"outdoor_share": 0.0, "window_share": 1.0, "deep_share": 0.0}


def test_users_alike_have_one_situation_with_the_service_radii():
    radio, service = RadioSection(), ServiceSection()
    (radii,) = situation_radii(radio, service)
    assert radii == tuple(one.radius_m for one in service_radii(radio, service))


def test_strata_have_in_all_the_share_that_the_service_radius_is_made_of():
    """Indoors alone, one station serves at its edge what the link budget says."""
    radio, service = RadioSection(), graded(**ALL_INDOORS, probability_of="edge")
    for strata, radius in zip(
        user_strata(radio, service), service_radii(radio, service), strict=True
    ):
        assert strata.at(np.array([radius.radius_m])).mean() == pytest.approx(0.95, abs=0.002)


def test_a_given_radius_means_the_service_within_it():
    radii = {"dense_urban": 300.0, "urban": 700.0, "suburban": 1500.0, "rural": 3000.0}
    service = graded(**ALL_INDOORS, radius_m=radii, probability_of="edge", probability=0.9)
    for strata, radius_m in zip(user_strata(RadioSection(), service), radii.values(), strict=True):
        assert strata.at(np.array([radius_m])).mean() == pytest.approx(0.9, abs=0.002)


def test_chances_fall_from_stratum_to_stratum_and_with_distance():
    for strata in user_strata(RadioSection(), graded()):
        assert (np.diff(strata.single) <= 1e-9).all()
        mean = (strata.served * np.gradient(strata.distance_m**2)).sum(axis=1)
        assert (np.diff(mean) <= 1e-6 * mean[0]).all()
        assert strata.served.min() >= 0.0
        assert strata.served.max() <= 1.0 + 1e-12


def test_what_is_common_to_all_sites_leaves_nothing_to_the_links():
    """With everything common a stratum is served or not; with nothing, links decide."""
    radio = RadioSection()
    common = user_strata(radio, graded(shadowing_correlation=1.0))[0]
    own = user_strata(radio, graded(shadowing_correlation=0.0))[0]
    assert np.abs(common.single - own.single).mean() < 0.02
    spread = (common.served * (1 - common.served)).mean(), (own.served * (1 - own.served)).mean()
    assert spread[0] < 0.7 * spread[1]


def test_deep_inside_is_harder_and_outdoors_easier():
    radio = RadioSection()
    outdoors = graded(outdoor_share=1.0, window_share=0.0, deep_share=0.0)
    inside = graded(**ALL_INDOORS)
    deep = graded(outdoor_share=0.0, window_share=0.0, deep_share=1.0)
    radii = [situation_radii(radio, one) for one in (outdoors, inside, deep)]
    for area in range(4):
        median = [one[2][area] for one in radii]
        assert median[0] > 1.3 * median[1] > 1.3 * 1.1 * median[2]


def test_radii_fall_with_the_situation_and_grow_with_their_factor():
    radio = RadioSection()
    radii = np.array(situation_radii(radio, graded()))
    assert radii.shape == (5, 4)
    assert (np.diff(radii, axis=0) < 0).all()
    alone = np.array(situation_radii(radio, graded(dense_urban={"reach_factor": 1.0})))
    assert (alone[:, 0] < radii[:, 0]).all()
    assert np.array_equal(alone[:, 1:], radii[:, 1:])
    farther = np.array(situation_radii(radio, graded(dense_urban={"reach_factor": 1.5})))
    assert farther[:, 0] == pytest.approx(1.5 * alone[:, 0])


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"outdoor_share": 0.5}, "add up to 1.3"),
        ({"shadowing_correlation": 1.5}, "less than or equal to 1"),
        ({"situations": 0}, "greater than or equal to 1"),
        ({"dense_urban": {"reach_factor": 0.9}}, "greater than or equal to 1"),
    ],
)
def test_situations_that_make_no_sense_are_refused(keys, said):
    with pytest.raises(ValueError, match=said):
        graded(**keys)
