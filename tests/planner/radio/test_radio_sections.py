"""The sections [radio] and [service]: presets, bounds, refusals."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from planner.radio.default_sources import DEFAULT_SOURCES
from planner.scenario.radio import (
    RESOURCE_BLOCKS,
    AntennaSection,
    ClassRadio,
    ControlSection,
    MapsSection,
    RadioSection,
)
from planner.scenario.radio_presets import BAND_DEFAULTS, PRESET_DEFAULTS
from planner.scenario.service import ClassService, ServiceSection


def test_band_brings_its_defaults_and_what_is_given_stands():
    n28 = RadioSection(band="n28", ue_power_dbm=26.0)
    assert (n28.carrier_mhz, n28.duplex, n28.resource_blocks) == (700.0, "fdd", 160)
    assert n28.ue_power_dbm == 26.0
    assert RadioSection().carrier_mhz == 2600.0


def test_one_key_of_a_class_leaves_its_others():
    rural = RadioSection(rural={"base_height_m": 50.0}).rural
    assert (rural.model, rural.base_height_m) == ("rma", 50.0)
    dense = ServiceSection(dense_urban={"floors": 3}).dense_urban
    assert (dense.downlink_mbit_s, dense.floors) == (50.0, 3)


def test_a_preset_brings_its_defaults_the_band_and_what_is_given_stand():
    generous = RadioSection(preset="2019-generous")
    assert (generous.ue_power_dbm, generous.body_loss_db, generous.cell_load) == (26.0, 0.0, 0.0)
    assert (generous.suburban.model, generous.suburban.base_height_m) == ("rma", 35.0)
    assert generous.maps_load == 0.5
    assert RadioSection(preset="2019-generous", band="n28").ue_power_dbm == 23.0
    own = RadioSection(preset="2019-generous", suburban={"base_height_m": 30.0}, cell_load=0.2)
    assert (own.suburban.model, own.suburban.base_height_m, own.cell_load) == ("rma", 30.0, 0.2)
    assert RadioSection(cell_load=0.3).maps_load == 0.3


@pytest.mark.parametrize("preset", PRESET_DEFAULTS)
@pytest.mark.parametrize("band", BAND_DEFAULTS)
def test_what_is_written_out_reads_back_the_same(band, preset):
    section = RadioSection(band=band, preset=preset)
    assert RadioSection.model_validate_json(section.model_dump_json()) == section


@pytest.mark.parametrize(
    "wrong",
    [
        {"bandwidth_mhz": -100.0},
        {"bandwidth_mhz": 0.0},
        {"bandwidth_mhz": 55.0},
        {"bandwidth_mhz": 12.5},
        {"bandwidth_mhz": "wide"},
        {"carrier_mhz": 100.0},
        {"carrier_mhz": float("nan")},
        {"subcarrier_khz": 45},
        {"uplink_time_share": 0.0},
        {"uplink_time_share": 0.4},
        {"downlink_overhead": 1.0},
        {"base_power_dbm": 200.0},
        {"base_noise_figure_db": -1.0},
        {"body_loss_db": float("inf")},
        {"uplink_shannon_share": 1.1},
        {"band": "n1000"},
        {"band": ["n41"]},
        {"preset": "2030-fantasy"},
        {"preset": 1},
        {"cell_load": 1.0},
        {"cell_load": -0.1},
        {"array_pilots": -1},
        {"array_pilots": 1.5},
        {"downlink_layers": 0},
        {"uplink_interference_over_noise_db": float("nan")},
        {"control": {"ssb_min_sinr_db": -99.0}},
        {"control": {"prach_khz": 0.0}},
        {"control": {"pdcch_min_sinr_db": 0.0}},
        {"antenna": {"direction_in_budget": "back"}},
        {"colour": "red"},
        {"rural": {"base_height_m": 0.0}},
        {"rural": {"street_width_m": 0.0}},
        {"rural": {"model": "../etc"}},
        {"rural": {"terrain": 1}},
    ],
)
def test_impossible_radio_is_refused(wrong):
    with pytest.raises(ValidationError):
        RadioSection(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "underground"},
        {"probability": 1.0},
        {"probability": 1.5},
        {"probability": 0.0},
        {"probability_of": "roof"},
        {"radius_m": {"rural": 0.0}},
        {"radius_m": {"rural": -250.0}},
        {"radius_m": {"desert": 250.0}},
        {"urban": {"downlink_mbit_s": 0.0}},
        {"urban": {"uplink_mbit_s": -5.0}},
        {"urban": {"high_loss_building_share": 1.1}},
        {"urban": {"floors": 0}},
    ],
)
def test_impossible_service_is_refused(wrong):
    with pytest.raises(ValidationError):
        ServiceSection(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"antenna": {"pattern": "dish"}},
        {"antenna": {"pattern": "file"}},
        {"antenna": {"file": "antenna.msi"}},
        {"antenna": {"azimuths_deg": ()}},
        {"antenna": {"azimuths_deg": (0.0, 360.0)}},
        {"antenna": {"azimuths_deg": (-10.0,)}},
        {"antenna": {"horizontal_beamwidth_deg": 0.0}},
        {"antenna": {"electrical_tilt_deg": 45.0}},
        {"maps": {"load": 1.1}},
        {"maps": {"reach_m": 0.0}},
        {"maps": {"sight": "los"}},
    ],
)
def test_impossible_antennas_and_maps_are_refused(wrong):
    with pytest.raises(ValidationError):
        RadioSection(**wrong)


def test_broadcast_beams_gain_less_than_those_of_traffic():
    assert RadioSection().broadcast_beam_gain_db == 8.0
    assert RadioSection(band="n28").broadcast_beam_gain_db == 0.0
    assert RadioSection(antenna={"broadcast_beam_gain_db": 3.0}).broadcast_beam_gain_db == 3.0


def test_radio_must_be_a_table():
    with pytest.raises(ValidationError):
        RadioSection.model_validate("n41")


def test_every_number_has_a_source():
    apart = {"band", "preset", "outside_validity", "dense_urban", "urban", "suburban", "rural"}
    apart |= {"kind", "radius_m", "antenna", "maps", "control", "correction", "carrier_loss_db"}
    sections = (RadioSection, ServiceSection, ClassRadio, ClassService, ControlSection)
    fields = {name for section in sections for name in section.model_fields} - apart
    assert fields == set(DEFAULT_SOURCES)
    kinds = ("quoted", "derived", "assumption", "nominal")
    assert all(text.startswith(kinds) for text in DEFAULT_SOURCES.values())


def test_every_field_is_described():
    sections = (RadioSection, ServiceSection, ClassRadio, ClassService, AntennaSection)
    sections += (MapsSection, ControlSection)
    for section in sections:
        for name, field in section.model_fields.items():
            assert field.description or hasattr(field.annotation, "model_fields"), name


def test_resource_blocks_fit_the_channel():
    """A guard band of at least a block is left on both sides together."""
    for subcarrier_khz, table in RESOURCE_BLOCKS.items():
        for bandwidth_mhz, blocks in table.items():
            assert 0.75 < blocks * 12 * subcarrier_khz / 1e3 / bandwidth_mhz < 0.99
