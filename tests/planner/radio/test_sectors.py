"""Sectors of sites, and the broadcast signal in the link budget."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from planner.radio.antenna import omni_pattern, sector_pattern
from planner.radio.sectors import (
    SECTORS,
    broadcast_gain_dbi,
    element_noise_dbm,
    element_power_db,
    scenario_budgets,
    sector_table,
    traffic_beam_gain_db,
    with_broadcast_lines,
)
from planner.radio.service_radius import service_radii
from planner.scenario import load_scenario
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection

SITES = pd.DataFrame(
    {
        "site": ["a", "b"],
        "lon": [113.0, 113.1],
        "lat": [23.0, 23.1],
        "area_class": ["urban", "rural"],
    }
)


def test_three_sectors_by_default() -> None:
    table = sector_table(SITES, RadioSection(), pattern=sector_pattern())
    assert list(table) == [name for name in SECTORS if name != "antenna"]
    assert table["site"].tolist() == ["a"] * 3 + ["b"] * 3
    assert table["azimuth_deg"].tolist() == [0.0, 120.0, 240.0] * 2
    assert table["height_m"].tolist() == [25.0] * 3 + [45.0] * 3
    assert set(table["power_dbm"]) == {53.0}
    assert set(table["load"]) == {0.5}


def test_an_omni_antenna_is_one_sector() -> None:
    assert len(sector_table(SITES, RadioSection(), pattern=omni_pattern())) == 2


def test_what_a_site_says_itself_stands() -> None:
    own = SITES.assign(
        azimuths_deg=[(10.0, 190.0), None], height_m=[math.nan, 60.0], load=[1.0, math.nan],
        band=[None, "n28"],
    )  # fmt: skip
    table = sector_table(own, RadioSection(), pattern=sector_pattern())
    assert table["azimuth_deg"].tolist() == [10.0, 190.0, 0.0, 120.0, 240.0]
    assert table["height_m"].tolist() == [25.0] * 2 + [60.0] * 3
    assert table["load"].tolist() == [1.0] * 2 + [0.5] * 3
    assert table["band"].tolist() == ["n41"] * 2 + ["n28"] * 3


def test_power_and_noise_of_a_resource_element() -> None:
    radio = RadioSection()
    # 100 MHz at 30 kHz: 273 resource blocks of 12 subcarriers; kT = -174 dBm/Hz; 7 dB.
    assert element_power_db(radio) == pytest.approx(-10 * math.log10(3276))
    assert element_noise_dbm(radio) == pytest.approx(-174 + 10 * math.log10(30e3) + 7)
    assert broadcast_gain_dbi(radio, sector_pattern()) == 18.0
    assert traffic_beam_gain_db(radio) == 7.0


def test_broadcast_lines_add_up() -> None:
    radio, service = RadioSection(), ServiceSection()
    radii = with_broadcast_lines(service_radii(radio, service), radio, service, sector_pattern())
    for radius in radii:
        value = radius.budget.value
        eirp = value("ssb_element_power_dbm", "downlink") + value(
            "ssb_antenna_gain_dbi", "downlink"
        )
        assert value("ssb_eirp_dbm", "downlink") == pytest.approx(eirp)
        outdoors = value("ssb_rsrp_outdoor_dbm", "downlink")
        assert outdoors == pytest.approx(eirp - radio.body_loss_db - radius.mapl_db)
        walls = value("penetration_db")
        assert value("ssb_rsrp_indoor_dbm", "downlink") == pytest.approx(outdoors - walls)


def test_outdoor_service_and_given_radii() -> None:
    radio = RadioSection()
    service = ServiceSection(kind="outdoor", radius_m={"rural": 3000.0})
    radii = with_broadcast_lines(service_radii(radio, service), radio, service, sector_pattern())
    with pytest.raises(KeyError):
        radii[0].budget.value("ssb_rsrp_indoor_dbm", "downlink")
    assert not any(line.key.startswith("ssb") for line in radii[3].budget.lines)


def test_budgets_as_text_and_json() -> None:
    scenario = load_scenario("guangdong-2020")
    asked = (scenario.radio, scenario.service, scenario.origin)
    assert "SSB RSRP at the radius, outdoors" in scenario_budgets(*asked)
    found = json.loads(scenario_budgets(*asked, as_json=True))
    keys = [line["key"] for line in found["area_classes"][0]["budget"]["lines"]]
    assert {"mapl_db", "ssb_rsrp_outdoor_dbm", "beamforming_gain_db"} <= set(keys)
    assert np.isfinite(found["area_classes"][0]["radius_m"])
