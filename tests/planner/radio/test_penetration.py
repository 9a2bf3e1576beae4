"""Loss into buildings: the mix against its own definition and against a simulation."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from pydantic import ValidationError

from planner.radio import service_radii
from planner.radio.penetration import (
    OUTDOORS,
    building_losses,
    class_building_losses,
    entry_losses,
    loss_sigma_db,
    mean_loss_db,
)
from planner.radio.sectors import class_building_loss_db
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection


def test_outdoors_costs_nothing():
    assert mean_loss_db(OUTDOORS) == 0.0
    assert loss_sigma_db(OUTDOORS) == 0.0


def test_low_loss_buildings_alone():
    """2.6 GHz: wall 12.2558 dB, mean depth 25/3 m at 0.5 dB/m; sigma 4.4 and 25/sqrt(18) x 0.5."""
    (building,) = building_losses(2.6, 0.0, 25.0)
    assert building.share == 1.0
    assert building.mean_db == pytest.approx(12.2558 + 4.1667, abs=1e-3)
    assert building.sigma_db == pytest.approx(math.hypot(4.4, 2.9463), abs=1e-3)


def test_mix_against_a_simulation():
    rng = np.random.default_rng(1)
    n = 400_000
    high = rng.random(n) < 0.2
    depth_m = np.minimum(rng.uniform(0.0, 25.0, n), rng.uniform(0.0, 25.0, n))
    wall_db = np.where(high, 24.3615, 12.2558)
    loss_db = wall_db + 0.5 * depth_m + rng.normal(0.0, np.where(high, 6.5, 4.4))
    buildings = building_losses(2.6, 0.2, 25.0)
    assert mean_loss_db(buildings) == pytest.approx(loss_db.mean(), abs=0.05)
    assert loss_sigma_db(buildings) == pytest.approx(loss_db.std(), abs=0.05)


def test_high_loss_buildings_cost_more():
    losses = [mean_loss_db(building_losses(2.6, share, 25.0)) for share in (0.0, 0.3, 1.0)]
    assert losses == sorted(losses)
    assert losses[2] - losses[0] == pytest.approx(24.3615 - 12.2558, abs=1e-3)


class TestBuildingEntryLoss:
    """ITU-R P.2109-2, coefficients of Table 1; at 1 GHz the logarithms vanish."""

    TRADITIONAL = (12.64, 9.6, 9.1, 4.5)
    EFFICIENT = (28.19, 13.5, 27.8, 9.4)

    @staticmethod
    def losses_db(mean_1, sigma_1, mean_2, sigma_2, deviates):
        """Eq. (1): the three terms of a place add as powers, with one deviate for both spreads."""
        first, second = mean_1 + sigma_1 * deviates, mean_2 + sigma_2 * deviates
        return 10.0 * np.log10(10 ** (first / 10) + 10 ** (second / 10) + 10**-0.3)

    def test_one_probability_is_one_loss(self):
        """Medians by hand: 10 log10(10^1.264 + 10^0.91 + 10^-0.3), 10 log10(10^2.819 + ...)."""
        traditional, efficient = entry_losses(1.0, 0.3, 0.5)
        assert (traditional.share, efficient.share) == (0.7, 0.3)
        assert traditional.mean_db == pytest.approx(14.3130, abs=1e-3)
        assert efficient.mean_db == pytest.approx(31.0114, abs=1e-3)
        assert traditional.sigma_db == efficient.sigma_db == 0.0
        (worse,) = entry_losses(1.0, 0.0, 0.9)
        expected = self.losses_db(*self.TRADITIONAL, NormalDist().inv_cdf(0.9))
        assert worse.mean_db == pytest.approx(float(expected), abs=1e-6)

    def test_strata_against_a_simulation(self):
        rng = np.random.default_rng(2109)
        deviates = rng.normal(size=400_000)
        efficient = rng.random(400_000) < 0.25
        loss_db = np.where(
            efficient,
            self.losses_db(*self.EFFICIENT, deviates),
            self.losses_db(*self.TRADITIONAL, deviates),
        )
        buildings = entry_losses(1.0, 0.25)
        assert sum(building.share for building in buildings) == pytest.approx(1.0)
        assert mean_loss_db(buildings) == pytest.approx(loss_db.mean(), abs=0.05)
        assert loss_sigma_db(buildings) == pytest.approx(loss_db.std(), rel=0.01)
        # Share of places whose loss leaves the service, 8 dB of shadow fading besides.
        faded_db = loss_db + rng.normal(0.0, 8.0, 400_000)
        for spare_db in (10.0, 25.0, 40.0):
            served = sum(
                b.share * NormalDist().cdf((spare_db - b.mean_db) / math.hypot(8.0, b.sigma_db))
                for b in buildings
            )
            assert served == pytest.approx(np.mean(faded_db <= spare_db), abs=2e-3)

    def test_the_scenario_chooses(self):
        by_3gpp = ServiceSection()
        by_itu = ServiceSection(penetration_model="p2109")
        sure = ServiceSection(penetration_model="p2109", penetration_probability=0.8)
        chosen = [
            class_building_losses(s, "dense_urban", 2.6, 25.0) for s in (by_3gpp, by_itu, sure)
        ]
        assert chosen[0] == building_losses(2.6, 0.2, 25.0)
        assert chosen[1] == entry_losses(2.6, 0.2)
        assert chosen[2] == entry_losses(2.6, 0.2, 0.8)

    def test_a_probability_without_its_model_is_refused(self):
        with pytest.raises(ValidationError, match="needs penetration_model"):
            ServiceSection(penetration_probability=0.8)
        for wrong in (0.0, 1.0, float("nan")):
            with pytest.raises(ValidationError):
                ServiceSection(penetration_model="p2109", penetration_probability=wrong)

    def test_link_budget_says_which(self):
        radio = RadioSection()
        row = service_radii(radio, ServiceSection(penetration_model="p2109"))[0]
        assert row.budget.value("penetration_model") == "ITU-R P.2109"
        mean_db = mean_loss_db(entry_losses(2.6, 0.2))
        assert row.budget.value("penetration_db") == pytest.approx(mean_db)
        assert class_building_loss_db(
            radio, ServiceSection(penetration_model="p2109"), "dense_urban"
        ) == pytest.approx(mean_db)
        with pytest.raises(KeyError):
            row.budget.value("indoor_depth_m")
        notes = {line.key: line.note for line in row.budget.lines}
        assert "P.2109-2" in notes["penetration_db"]
        sure = ServiceSection(penetration_model="p2109", penetration_probability=0.5)
        fixed = service_radii(radio, sure)[0]
        assert fixed.budget.value("penetration_probability") == 0.5
        assert fixed.radius_m > row.radius_m
