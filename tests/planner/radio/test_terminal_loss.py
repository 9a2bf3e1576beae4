"""Losses at a terminal: what is refused, what is flagged, and the numbers behind the names."""

from __future__ import annotations

import csv
import math

import pytest

from planner.errors import InputError
from planner.radio.terminal_loss import (
    building_entry_loss,
    slant_clutter_loss,
    terminal_clutter_loss,
    terrestrial_clutter_loss,
)

CLUTTERS = ("water", "open_rural", "suburban", "urban", "forest", "dense_urban")


def reference_rows(reference_dir, name):
    path = reference_dir / "radio" / "p2108" / f"{name}ModelTestData.csv"
    for row in csv.DictReader(path.read_text().splitlines()):
        *given, refused, expected = (float(value) for value in row.values())
        yield given, bool(refused), expected


def check(call, refused, expected):
    if refused:
        with pytest.raises(InputError, match=r"outside the validity of ITU-R P\.2108"):
            call("refuse")
        assert not call("flag").valid
        return
    found = call("refuse")
    assert found.valid
    assert found.loss_db == pytest.approx(expected, abs=0.1)


def test_reference_terminal(reference_dir):
    for given, refused, expected in reference_rows(reference_dir, "HeightGainTerminalCorrection"):
        f, h, width, top, clutter = given

        def call(outside, f=f, h=h, width=width, top=top, name=CLUTTERS[int(clutter) - 1]):
            return terminal_clutter_loss(
                name, f, h, clutter_height_m=top, street_width_m=width, outside=outside
            )

        check(call, refused, expected)


def test_reference_terrestrial(reference_dir):
    for given, refused, expected in reference_rows(reference_dir, "TerrestrialStatistical"):
        f, d, percent = given

        def call(outside, f=f, d=d, percent=percent):
            return terrestrial_clutter_loss(f, d * 1000.0, percent / 100.0, outside=outside)

        check(call, refused, expected)


def test_reference_slant(reference_dir):
    for given, refused, expected in reference_rows(reference_dir, "AeronauticalStatistical"):
        f, angle, percent = given

        def call(outside, f=f, angle=angle, percent=percent):
            return slant_clutter_loss(f, angle, percent / 100.0, outside=outside)

        check(call, refused, expected)


def test_all_problems_at_once():
    with pytest.raises(InputError) as caught:
        terminal_clutter_loss("urban", 5.0, 0.0, clutter_height_m=-1.0, street_width_m=0.0)
    keys = [problem.key for problem in caught.value.problems]
    assert keys == ["frequency_ghz", "height_m", "clutter_height_m", "street_width_m"]
    assert "more than 0" in str(caught.value)
    assert "0.03 to 3" in str(caught.value)


def test_flagged_values_are_computed_where_the_formula_goes_on():
    found = terminal_clutter_loss("urban", 3.5, 1.5, outside="flag")
    assert not found.valid
    assert 0.0 < found.loss_db < 40.0
    assert math.isnan(terminal_clutter_loss("urban", 2.0, -1.0, outside="flag").loss_db)


def test_default_clutter_height_and_street():
    """Urban, 1.5 GHz, 6 m below 15 m across 27 m: as with the heights named."""
    named = terminal_clutter_loss("urban", 1.5, 6.0, clutter_height_m=15.0, street_width_m=27.0)
    assert terminal_clutter_loss("urban", 1.5, 6.0) == named


def test_both_ends_need_a_kilometre():
    assert terrestrial_clutter_loss(2.6, 500.0).valid
    with pytest.raises(InputError, match="at least 1000"):
        terrestrial_clutter_loss(2.6, 500.0, both_ends=True)


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(InputError, match=r"unknown clutter.*dense_urban"):
        terminal_clutter_loss("jungle", 1.0, 1.5)
    with pytest.raises(InputError, match=r"unknown building.*thermally_efficient"):
        building_entry_loss("tent", 1.0)


def test_building_entry():
    """1 GHz, horizontal, median: 10 log10(10^1.264 + 10^0.91 + 10^-0.3) dB."""
    assert building_entry_loss("traditional", 1.0).loss_db == pytest.approx(14.31, abs=0.01)
    modern = building_entry_loss("thermally_efficient", 3.5, probability=0.9)
    assert modern.loss_db > building_entry_loss("thermally_efficient", 3.5).loss_db
    with pytest.raises(InputError, match="neither included"):
        building_entry_loss("traditional", 1.0, probability=1.0)
    with pytest.raises(InputError, match=r"0\.08 to 100"):
        building_entry_loss("traditional", 120.0)
    with pytest.raises(InputError, match="elevation_deg"):
        building_entry_loss("traditional", 1.0, elevation_deg=120.0)
