"""The correction of a published model: what it finds again, how little few samples move it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.errors import PlannerWarning
from planner.measurements import correction
from planner.measurements.correction import entry_losses, fit_correction, warn_of_held_slopes
from planner.measurements.links import LinkDetails, carrier_groups
from planner.radio.antenna import antenna_pattern
from planner.radio.calibrated import class_model
from planner.radio.off_axis import off_axis_loss
from planner.radio.propagation_model import Link
from planner.radio.sectors import class_building_loss_db
from planner.scenario import load_scenario
from planner.scenario.radio import AntennaSection

CLASSES = ("dense_urban", "urban", "suburban", "rural")


def excess(cells, per_cell, seed=0):
    """Return excess loss of 7 dB and 5 dB a decade in towns, with cells' own errors of 4 dB."""
    rng = np.random.default_rng(seed)
    cell = np.repeat(np.arange(cells), per_cell)
    distance = 10 ** rng.uniform(1.5, 3.3, len(cell))
    angle = rng.uniform(0, 2 * np.pi, len(cell))
    x, y = distance * np.cos(angle) + 10_000 * cell, distance * np.sin(angle)
    value = 7.0 + 5.0 * np.log10(distance / 100) + rng.normal(0, 4, cells)[cell]
    value += rng.normal(0, 6, len(cell))
    return value, distance, np.full(len(cell), "urban"), cell, (x, y)


def test_what_was_put_in_is_found_within_its_own_error() -> None:
    found = fit_correction(*excess(60, 200), classes=CLASSES)
    (urban,) = found.classes
    assert abs(urban.offset_db - 7.0) < 3 * urban.offset_se_db
    assert abs(urban.slope_db_per_decade - 5.0) < 3 * urban.slope_se_db
    assert urban.offset_se_db < 1.5
    assert np.allclose(np.sqrt(np.diag(found.covariance)), [urban.offset_se_db, urban.slope_se_db])
    assert found.common_sigma_db == pytest.approx(4.0, abs=1.5)


def test_standard_errors_are_those_of_repeated_draws() -> None:
    """Over 40 draws, the spread of the offset and its said error agree: cells are accounted for."""
    found = [
        fit_correction(*excess(20, 60, seed), classes=CLASSES).classes[0] for seed in range(40)
    ]
    offsets = np.array([one.offset_db for one in found])
    said = np.mean([one.offset_se_db for one in found])
    assert offsets.std() == pytest.approx(said, rel=0.4)


def test_few_samples_move_little() -> None:
    value, distance, kind, cell, place = excess(1, 3)
    found = fit_correction(value + 20, distance, kind, cell, place, classes=CLASSES).classes[0]
    assert 0 < found.offset_db < 27.0
    assert found.offset_se_db > 2.5
    assert found.shadow_sigma_db is None


def test_outliers_move_little() -> None:
    value, distance, kind, cell, place = excess(40, 150)
    wild = value.copy()
    wild[::50] += 80.0
    clean, dirty = (
        fit_correction(v, distance, kind, cell, place, classes=CLASSES).classes[0].offset_db
        for v in (value, wild)
    )
    assert abs(dirty - clean) < 0.6


def test_a_correction_changes_loss_spread_and_radius() -> None:
    from planner.radio import service_radii

    plain = load_scenario("qingzhen")
    fitted = load_scenario(
        "qingzhen",
        {
            "radio.urban.correction.offset_db": 6.0,
            "radio.urban.correction.slope_db_per_decade": 2.0,
            "radio.urban.correction.shadow_sigma_db": 9.0,
        },
    )
    link = Link(2.6, 25.0, 1.5)
    at = np.array([100.0, 1000.0])
    models = [class_model(one.radio, "urban") for one in (plain, fitted)]
    for sight in ("nlos", "los"):
        losses = [model.sight_loss_db(at, link, sight) for model in models]
        assert losses[1] - losses[0] == pytest.approx([6.0, 8.0])
    assert models[1].sigma_db(at, link, "nlos") == pytest.approx(9.0)
    radii = [
        {one.area_class: one.radius_m for one in service_radii(some.radio, some.service)}
        for some in (plain, fitted)
    ]
    assert radii[1]["urban"] < 0.8 * radii[0]["urban"]
    assert radii[1]["rural"] == radii[0]["rural"]


def test_indoor_samples_add_to_the_loss_into_buildings() -> None:
    rng = np.random.default_rng(0)
    cell = np.repeat(np.arange(30), 20)
    kind = np.full(600, "urban")
    found = entry_losses(rng.normal(24, 6, 600), kind, cell, {"urban": 18.0, "rural": 10.0})
    assert found["urban"][0] == pytest.approx(6.0, abs=1.0)
    assert "rural" not in found
    plain, fitted = (
        load_scenario("qingzhen", {"radio.urban.correction.building_loss_db": extra})
        for extra in (0.0, 6.0)
    )
    losses = [class_building_loss_db(one.radio, one.service, "urban") for one in (plain, fitted)]
    assert losses[1] - losses[0] == pytest.approx(6.0)


def details(cell, pattern_db=None, **known):
    return replace(LinkDetails.plain(cell, pattern_db=pattern_db), **known)


def test_an_antenna_whose_pattern_is_washed_out_is_found() -> None:
    """Of 60 % of the pattern's loss, the published one takes all: 40 % too much."""
    value, distance, kind, cell, place = excess(60, 200)
    pattern_db = np.random.default_rng(3).uniform(0, 25, len(value))
    found = fit_correction(
        value - 0.4 * pattern_db, distance, kind, cell, place, classes=CLASSES,
        links=details(cell, pattern_db),
    )  # fmt: skip
    weight, error = found.pattern_weight
    assert abs(weight - 0.6) < 3 * error
    assert error < 0.05
    assert found.classes[0].offset_db == pytest.approx(7.0, abs=3 * found.classes[0].offset_se_db)
    extra = found.loss_db(np.array(["urban"]), np.array([100.0]), details([0], np.array([10.0])))
    assert extra[0] == pytest.approx(found.classes[0].offset_db + 10.0 * (weight - 1.0))


def test_the_weight_of_the_pattern_reaches_maps_and_budget() -> None:
    plain, half = (AntennaSection(pattern_weight=weight) for weight in (1.0, 0.5))
    losses = [
        antenna_pattern(one, None, carrier_mhz=2600.0).loss_db([0.0, 65.0, 180.0], 0.0)
        for one in (plain, half)
    ]
    assert losses[1] == pytest.approx(0.5 * losses[0])
    assert off_axis_loss(half).mean_db == pytest.approx(0.5 * off_axis_loss(plain).mean_db)


def test_samples_at_the_floor_say_that_the_loss_is_at_least_that() -> None:
    """Cut where loss is high: taken as values they hide loss, left out even more."""
    value, distance, kind, cell, place = excess(60, 200)
    received = -60.0 - 30.0 * np.log10(distance / 100) - value
    low = received < -98.0
    cut = np.where(low, value - (-98.0 - received), value)
    assert 0.1 < low.mean() < 0.5
    found = [
        fit_correction(*given, classes=CLASSES, links=links).classes[0].slope_db_per_decade
        for given, links in (
            ((cut, distance, kind, cell, place), details(cell, censored=low)),
            ((cut, distance, kind, cell, place), None),
            ((cut[~low], distance[~low], kind[~low], cell[~low], tuple(p[~low] for p in place)),
             None),
        )
    ]  # fmt: skip
    assert abs(found[0] - 5.0) < 0.7 * abs(found[1] - 5.0)
    assert abs(found[0] - 5.0) < 0.7 * abs(found[2] - 5.0)


def test_sites_that_share_shadowing_are_told_from_those_that_do_not() -> None:
    rng = np.random.default_rng(8)
    squares = 300
    common, own = rng.normal(0, 5, squares), rng.normal(0, 5, (2, squares))
    for share, value in ((0.5, common + own), (0.0, np.sqrt(2) * own)):
        x = np.tile(np.arange(squares) * 60.0 + 20.0, 2)
        site = np.repeat([0, 1], squares)
        found = fit_correction(
            value.ravel(), np.full(2 * squares, 300.0), np.full(2 * squares, "urban"), site,
            (x, np.zeros(len(x))), classes=CLASSES,
        )  # fmt: skip
        assert found.shared_share == pytest.approx(share, abs=0.15)


def test_a_class_without_samples_keeps_its_published_model() -> None:
    found = fit_correction(*excess(20, 60), classes=CLASSES)
    assert [one.area_class for one in found.classes] == ["urban"]
    kinds = np.array(["rural", "urban"])
    extra = found.loss_db(kinds, np.array([500.0, 500.0]), details([0, 0]))
    assert extra[0] == 0.0
    assert extra[1] != 0.0


def of_carriers(seed=0, cells=60):
    """Return the excess of half of the cells at 2,600 MHz, of the others 4 dB more at 763 MHz."""
    value, distance, kind, cell, place = excess(cells, 100, seed)
    carrier = np.where(cell % 2 == 0, 2600.0, 763.0)
    return (value + 4.0 * (cell % 2), distance, kind, cell, place), carrier


def test_carriers_have_offsets_of_their_own_between_which_planning_interpolates() -> None:
    given, carrier = of_carriers()
    cell = given[3]
    found = fit_correction(*given, classes=CLASSES, links=details(cell, carrier_mhz=carrier))
    low, high = found.carriers
    assert (low.key, high.key, low.cells, high.cells) == (763, 2600, 30, 30)
    assert low.offset_db - high.offset_db == pytest.approx(4.0, abs=2.5)
    assert len(found.covariance) == 4
    keys = {f"radio.carrier_loss_db.{one.key}": one.offset_db for one in found.carriers}
    link, at = Link(1.4, 25.0, 1.5), np.array([300.0])
    losses = [
        class_model(load_scenario("qingzhen", changes).radio, "urban").sight_loss_db(
            at, link, "nlos"
        )
        for changes in ({}, keys)
    ]
    assert low.offset_db > losses[1] - losses[0] > high.offset_db


def test_one_carrier_and_no_land_cover_leave_the_fit_as_it_was() -> None:
    given = excess(20, 60)
    plain = fit_correction(*given, classes=CLASSES)
    same = fit_correction(
        *given, classes=CLASSES,
        links=details(given[3], carrier_mhz=np.where(given[3] % 2 == 0, 2585.0, 2615.0)),
    )  # fmt: skip
    assert not plain.carriers
    assert not plain.covers
    assert same.classes == plain.classes


def test_land_cover_adds_where_its_users_are_and_few_samples_move_little() -> None:
    value, distance, kind, cell, place = excess(60, 200)
    cover = np.where(place[0] % 400.0 < 200.0, 10, 30)
    cover[:3] = 50
    value = value + np.where(cover == 10, 8.0, 0.0) + np.where(cover == 50, 20.0, 0.0)
    found = fit_correction(
        value, distance, kind, cell, place, classes=CLASSES, links=details(cell, cover=cover)
    )
    woods, fields, built = found.covers
    assert woods.offset_db - fields.offset_db == pytest.approx(8.0, abs=1.0)
    assert (built.samples, built.cells) == (3, 1)
    assert abs(built.offset_db) < 10.0
    assert built.offset_se_db > 2.0 * woods.offset_se_db or built.offset_se_db > 2.5


def test_groups_do_not_make_cells_left_out_worse() -> None:
    """Five folds by cell: with groups that say nothing as good as without, else better."""
    (value, distance, kind, cell, place), carrier = of_carriers(seed=5, cells=40)
    cover = np.where(np.random.default_rng(1).random(len(cell)) < 0.1, 10, 30)

    def error(links, more):
        squares = 0.0
        for fold in range(5):
            out = cell % 10 // 2 == fold
            fit = fit_correction(
                (value + more)[~out], distance[~out], kind[~out], cell[~out],
                (place[0][~out], place[1][~out]), classes=CLASSES, links=links.take(~out),
            )  # fmt: skip
            left = (value + more)[out] - fit.loss_db(kind[out], distance[out], links.take(out))
            squares += float(np.sum(left**2))
        return np.sqrt(squares / len(cell))

    plain = details(cell)
    said = replace(plain, carrier_mhz=carrier, cover=cover)
    flat = -4.0 * (cell % 2)
    assert error(said, flat) < error(plain, flat) + 0.05
    assert error(said, 0.0) < error(plain, 0.0) - 0.1


def test_a_slope_beyond_what_a_scenario_takes_is_held_and_the_offset_follows(monkeypatch) -> None:
    value, distance, kind, cell, place = excess(40, 150)
    steep = value - 45.0 * np.log10(distance / 100.0)
    (held,) = fit_correction(steep, distance, kind, cell, place, classes=CLASSES).classes
    monkeypatch.setattr(correction, "MOST_SLOPE_DB", 90.0)
    (free,) = fit_correction(steep, distance, kind, cell, place, classes=CLASSES).classes
    assert held.slope_db_per_decade == pytest.approx(-30.0)
    assert free.slope_db_per_decade < -35.0
    assert held.offset_db < free.offset_db - 2.0


def test_a_slope_at_its_limit_is_a_warning() -> None:
    value, distance, kind, cell, place = excess(40, 150)
    steep = value - 45.0 * np.log10(distance / 100.0)
    found = fit_correction(steep, distance, kind, cell, place, classes=CLASSES)
    with pytest.warns(PlannerWarning, match=r"-30\.0 dB a decade, stands at its limit"):
        warn_of_held_slopes(found.classes)


def test_carriers_close_to_each_other_are_one_band() -> None:
    names, row = carrier_groups(np.array([1805.0, 1850.0, 2110.0, 3500.0, 3700.0]))
    assert names == (1828, 2110, 3600)
    assert row.tolist() == [0, 0, 1, 2, 2]
