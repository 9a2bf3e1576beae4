"""Service radius: round trip, direction of every influence, presets, overrides, refusals."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import InputError
from planner.ground.area_class import AREA_CLASSES
from planner.radio import (
    PUBLISHED_SITE_SPACING_M,
    budget_dict,
    budget_table,
    budget_text,
    service_radii,
)
from planner.radio.propagation import propagation_model
from planner.radio.propagation_model import Link
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection

CLASSES = tuple(known.key for known in AREA_CLASSES)


def radii_m(radio=None, service=None):
    found = service_radii(RadioSection(**radio or {}), ServiceSection(**service or {}))
    return np.array([row.radius_m for row in found])


def test_one_for_each_class_in_the_order_of_codes():
    found = service_radii(RadioSection(), ServiceSection())
    assert tuple(row.area_class for row in found) == CLASSES


def test_the_published_dense_urban_spacing_is_compared_with():
    """424 m at 2.6 GHz and 322 m at 3.5 GHz are published; nothing is tuned to them.

    The generous preset was, at 2.6 GHz. The sober one plans more densely than was published, by
    less than a factor of two and a half in spacing.
    """
    for band, published_m in PUBLISHED_SITE_SPACING_M.items():
        generous = service_radii(RadioSection(band=band, preset="2019-generous"), ServiceSection())
        assert generous[0].site_spacing_m == pytest.approx(published_m, rel=0.20)
        sober = service_radii(RadioSection(band=band), ServiceSection())
        assert published_m / 2.5 < sober[0].site_spacing_m < published_m
        assert budget_dict(sober)["published_site_spacing_m"][band] == published_m
    # 2 / (sqrt(3) s^2) sites per area: the 6.4 per km2 that go with the published spacing.
    assert 2.0 / math.sqrt(3.0) / 0.424**2 == pytest.approx(6.4, abs=0.05)


OLD_RADII_M = {
    "n41": (247.386, 511.911, 1025.891, 1243.748),
    "n78": (217.380, 470.543, 956.456, 1156.545),
    "n28": (456.476, 831.723, 1552.942, 1912.647),
}


@pytest.mark.parametrize("band", OLD_RADII_M)
def test_the_generous_preset_gives_the_radii_of_before(band):
    low = {key: {"high_loss_building_share": 0.0} for key in ("urban", "suburban")}
    found = radii_m({"band": band, "preset": "2019-generous"}, low)
    assert found == pytest.approx(OLD_RADII_M[band], abs=0.01)


@pytest.mark.parametrize("band", OLD_RADII_M)
def test_sober_values_reach_less_far_one_by_one(band):
    """Each of them alone shortens every radius that it concerns, or leaves it."""
    generous = {"band": band, "preset": "2019-generous"}
    before = radii_m(generous)
    for sober in (
        {"ue_power_dbm": 23.0},
        {"body_loss_db": 3.0},
        {"cell_load": 0.5},
        {"uplink_interference_margin_db": 3.16},
        {"array_pilots": 32},
        {"antenna": {"direction_in_budget": "mean"}},
        {"suburban": {"model": "uma", "base_height_m": 25.0}},
    ):
        assert np.all(radii_m(generous | sober) <= before + 1e-9), sober
    more = {key: {"high_loss_building_share": 0.2} for key in ("urban", "suburban")}
    fewer = {key: {"high_loss_building_share": 0.0} for key in ("urban", "suburban")}
    assert np.all(radii_m(generous, more) <= radii_m(generous, fewer))


def test_a_higher_load_never_lengthens_the_range():
    found = np.array([radii_m({"cell_load": load}) for load in (0.0, 0.2, 0.4, 0.6, 0.8)])
    assert np.all(np.diff(found, axis=0) < 0.0)


def test_a_deaf_control_channel_limits_the_radius():
    """Each channel in turn, made to need more than the data does."""
    for channel in ("ssb", "prach", "pucch"):
        control = {f"{channel}_min_sinr_db": 20.0}
        rows = service_radii(RadioSection(control=control), ServiceSection())
        assert rows[3].binding == channel
        assert rows[3].radius_m < service_radii(RadioSection(), ServiceSection())[3].radius_m
        assert rows[3].budget.value("binding") == channel


def test_control_channels_by_hand():
    """SSB: 53 - 10 log10(273 x 12) = 17.847 dBm in an element of 30 kHz.

    With 10 + 8 dB of antenna, -3.4084 off axis, -3 body: 29.438 dBm; noise -174 + 44.771 + 7
    = -122.229, SINR -6 dB: -128.229 dBm; noise rise 10 log10(1 + 0.5 x 10^0.8) = 6.187 dB:
    151.480 dB. PRACH: 23 + 18 - 3.4084 - 3 + 174 - 60.207 - 5 + 3.6 - 3.1577 = 143.827 dB. PUCCH:
    360 kHz is 55.563 dB: 34.592 + 174 - 55.563 - 5 - 0 - 3.1577 = 144.871 dB.
    """
    row = service_radii(RadioSection(), ServiceSection())[0]
    assert row.budget.value("ssb_max_loss_db", "downlink") == pytest.approx(151.480, abs=2e-3)
    assert row.budget.value("prach_max_loss_db", "uplink") == pytest.approx(143.827, abs=2e-3)
    assert row.budget.value("pucch_max_loss_db", "uplink") == pytest.approx(144.871, abs=2e-3)


@pytest.mark.parametrize("band", ["n41", "n78", "n28"])
@pytest.mark.parametrize("kind", ["indoor", "outdoor"])
def test_loss_at_the_radius_is_the_allowable_one(band, kind):
    radio, service = RadioSection(band=band), ServiceSection(kind=kind)
    for row in service_radii(radio, service):
        place = getattr(radio, row.area_class)
        link = Link(
            radio.frequency_ghz,
            place.base_height_m,
            row.budget.value("ue_height_m"),
            place.building_height_m,
            place.street_width_m,
        )
        loss = propagation_model(place.model).loss_db(row.radius_m, link)
        assert loss.loss_db[0] == pytest.approx(row.mapl_db, abs=1e-6)
        assert row.site_spacing_m == pytest.approx(math.sqrt(3.0) * row.radius_m)
        assert row.budget.value("area_share") == pytest.approx(0.95, abs=1e-6)


def test_every_line_adds_up():
    for row in service_radii(RadioSection(), ServiceSection()):
        value = row.budget.value
        for direction, mapl_db in (
            ("downlink", row.budget.mapl_downlink_db),
            ("uplink", row.budget.mapl_uplink_db),
        ):
            left_db = (
                value("max_loss_db", direction)
                - value("penetration_db")
                - value("fading_margin_db")
            )
            assert left_db == pytest.approx(mapl_db)
            assert value("mapl_db", direction) == mapl_db
        assert row.mapl_db == min(row.budget.mapl_downlink_db, row.budget.mapl_uplink_db)
        assert row.binding == value("binding") == "uplink"


def test_towns_have_smaller_radii_than_the_country_and_indoors_too():
    """Suburban users live on fewer floors than urban ones, and so are harder to reach."""
    for band in ("n41", "n78", "n28"):
        indoors, outdoors = (radii_m({"band": band}, {"kind": k}) for k in ("indoor", "outdoor"))
        assert indoors[0] < indoors[2] < indoors[1] < indoors[3]
        assert outdoors[0] < outdoors[2] <= outdoors[1] < outdoors[3]
        assert np.all(outdoors > 1.5 * indoors)


def test_lower_bands_reach_farther():
    n28, n41, n78 = (radii_m({"band": band}) for band in ("n28", "n41", "n78"))
    assert np.all(n28 > 1.4 * n41)
    assert np.all(n41 > n78)


@settings(deadline=None, max_examples=15)
@given(more_db=st.floats(0.1, 10.0))
def test_more_power_reaches_farther(more_db):
    assert np.all(radii_m({"ue_power_dbm": 23.0 + more_db}) > radii_m())


@settings(deadline=None, max_examples=15)
@given(probability=st.floats(0.6, 0.94))
def test_a_laxer_target_reaches_farther(probability):
    assert np.all(radii_m(service={"probability": probability}) > radii_m())


def test_the_edge_is_stricter_than_the_area():
    assert np.all(radii_m(service={"probability_of": "edge"}) < radii_m())
    found = service_radii(RadioSection(), ServiceSection(probability_of="edge"))
    for row in found:
        assert row.budget.value("edge_share") == pytest.approx(0.95, abs=1e-6)
        assert row.budget.value("area_share") > 0.95


def test_street_canyon_in_dense_urban_areas():
    radio = {"dense_urban": {"model": "umi", "base_height_m": 10.0}}
    assert radii_m(radio)[0] < radii_m()[0]


def test_given_radius_takes_the_place_of_the_budget():
    service = ServiceSection(radius_m={"dense_urban": 250.0})
    found = service_radii(RadioSection(), service)
    assert found[0].radius_m == 250.0
    assert found[0].origin == "scenario"
    assert found[0].mapl_db is None
    assert found[0].binding == ""
    assert [line.key for line in found[0].budget.lines] == ["radius_m", "site_spacing_m"]
    assert "given in the scenario" in found[0].budget.lines[0].note
    assert found[1].origin == "budget"


def test_given_radii_need_no_model():
    given_m = dict.fromkeys(CLASSES, 500.0)
    radio = RadioSection(**{key: {"model": "none_such"} for key in CLASSES})
    assert [r.radius_m for r in service_radii(radio, ServiceSection(radius_m=given_m))] == [
        500.0
    ] * 4


def test_the_end_of_validity_is_named():
    radio = RadioSection(band="n28", preset="2019-generous", ue_power_dbm=33.0)
    rural = service_radii(radio, ServiceSection(kind="outdoor"))[3]
    assert rural.origin == "model_limit"
    assert rural.radius_m == 5000.0
    assert "the limit of validity" in rural.budget.lines[-2].note
    assert rural.budget.value("area_share") > 0.95


def test_problems_of_all_classes_at_once():
    radio = RadioSection(
        dense_urban={"model": "hata"},
        urban={"base_height_m": 30.0},
        suburban={"model": "rma"},
        rural={"base_height_m": 5.0},
    )
    service = ServiceSection(suburban={"floors": 8})
    with pytest.raises(InputError) as caught:
        service_radii(radio, service)
    keys = {problem.key for problem in caught.value.problems}
    assert keys == {
        "radio.dense_urban.model",
        "radio.urban.base_height_m",
        "service.suburban.floors",
        "radio.rural.base_height_m",
    }


def test_outside_validity_can_be_flagged():
    radio = RadioSection(urban={"base_height_m": 30.0}, outside_validity="flag")
    urban = service_radii(radio, ServiceSection())[1]
    (line,) = [line for line in urban.budget.lines if line.key == "model"]
    assert "base_height_m outside the validity of Urban macro (UMa)" in line.note


def test_an_impossible_service_is_refused():
    with pytest.raises(InputError, match=r"service\.dense_urban: .*cannot be had"):
        service_radii(RadioSection(ue_power_dbm=-10.0), ServiceSection(probability=0.999))


MEASURED = {"offset_db": 18.0, "slope_db_per_decade": -30.0}
"""Measured loss that hardly grows with distance, and is largest below the antenna."""


def test_loss_that_is_largest_next_to_the_mast_has_a_radius_farther_away():
    radio = RadioSection(urban={"correction": MEASURED})
    urban = service_radii(radio, ServiceSection(probability=0.6))[1]
    shares = {line.key: line.value for line in urban.budget.lines}
    assert urban.radius_m > 50.0
    assert shares["area_share"] == pytest.approx(0.6, abs=1e-6)


def test_graded_service_takes_the_largest_share_where_the_asked_one_is_reached_nowhere():
    radio, asked = RadioSection(urban={"correction": MEASURED}), {"probability": 0.95}
    with pytest.raises(InputError, match=r"service\.urban: .*cannot be had"):
        service_radii(radio, ServiceSection(**asked))
    urban = service_radii(radio, ServiceSection(model="graded", **asked))[1]
    shares = {line.key: line.value for line in urban.budget.lines}
    assert 0.5 < shares["area_share"] < 0.95
    assert "reached at no distance" in urban.budget.lines[-2].note
    far = RadioSection(urban={"correction": {"offset_db": 60.0}})
    with pytest.raises(InputError, match=r"cannot be had"):
        service_radii(far, ServiceSection(model="graded", **asked))


def test_table_has_a_column_for_each_class():
    found = service_radii(RadioSection(), ServiceSection(radius_m={"urban": 480.0}))
    rows = budget_table(found)
    by_key = {(row["key"], row["direction"]): row for row in rows}
    assert len(by_key) == len(rows)
    assert set(CLASSES) < set(rows[0])
    assert rows[0]["label_en"] == "Carrier"
    assert rows[0]["label_zh"] == "载波频率"
    assert by_key["radius_m", "both"]["urban"] == 480.0
    assert by_key["mapl_db", "uplink"]["urban"] is None
    assert by_key["mapl_db", "uplink"]["rural"] == found[3].mapl_db
    assert by_key["building_height_m", "both"]["dense_urban"] is None
    assert "urban: given in the scenario" in by_key["radius_m", "both"]["note"]
    assert rows[-1]["key"] == "site_spacing_m"
    assert all(row["note"] for row in rows)


def test_text_and_json():
    found = service_radii(RadioSection(), ServiceSection(radius_m={"urban": 480.0}))
    text = budget_text(found)
    assert len(text.splitlines()) == len(budget_table(found)) + 1
    assert "Maximum allowable path loss (MAPL)" in text
    plain = json.loads(json.dumps(budget_dict(found)))
    assert plain["published_site_spacing_m"] == {"n41": 424.0, "n78": 322.0}
    assert [row["radius_m"] for row in plain["area_classes"]] == [row.radius_m for row in found]


def test_reading_the_sections_loads_no_numba():
    code = (
        "import sys, planner.scenario.radio\n"
        "assert not {'numba', 'scipy', 'numpy', 'geopandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
