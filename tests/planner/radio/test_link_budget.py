"""Link budget: its arithmetic by hand, line by line."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import InputError
from planner.radio.link_budget import downlink_budget, uplink_budget
from planner.scenario.radio import ClassService, RadioSection

SERVICE = ClassService(downlink_mbit_s=50.0, uplink_mbit_s=5.0)


def value(budget, key):
    (line,) = [line for line in budget.lines if line.key == key]
    return line.value


def test_uplink_by_hand():
    """273 blocks of 360 kHz are 98.28 MHz.

    5 Mbit/s / (0.229 x 0.92 x 98.28 MHz) = 0.24148 bit/s/Hz; over 0.4 Shannon that needs
    2^0.60369 - 1 = 0.51960, -2.8433 dB. Noise -174 + 79.9247 = -94.0753 dBm; sensitivity
    -94.0753 + 5 - 2.8433 = -91.9186 dBm. Most loss 26 + 25 + 91.9186 - 2 = 140.9186 dB.
    """
    budget = uplink_budget(RadioSection(), SERVICE, "dense_urban")
    assert value(budget, "edge_resource_blocks") == 273.0
    assert value(budget, "efficiency_bit_s_hz") == pytest.approx(0.24148, abs=1e-5)
    assert value(budget, "required_sinr_db") == pytest.approx(-2.8433, abs=2e-3)
    assert value(budget, "thermal_noise_dbm") == pytest.approx(-94.0753, abs=1e-3)
    assert value(budget, "sensitivity_dbm") == pytest.approx(-91.9186, abs=2e-3)
    assert budget.max_loss_db == pytest.approx(140.9186, abs=2e-3)


def test_downlink_by_hand():
    """50 Mbit/s / (0.743 x 0.86 x 98.28 MHz) = 0.79620 bit/s/Hz.

    Over 0.6 Shannon that needs 2^1.32700 - 1 = 1.50879, 1.7863 dB. Sensitivity
    -94.0753 + 7 + 1.7863 = -85.2890 dBm. EIRP 53 + 25 = 78 dBm; less 6 dB for interference
    78 + 85.2890 - 6 = 157.2890 dB.
    """
    budget = downlink_budget(RadioSection(), SERVICE, "dense_urban")
    assert value(budget, "required_sinr_db") == pytest.approx(1.7863, abs=2e-3)
    assert value(budget, "eirp_dbm") == 78.0
    assert budget.max_loss_db == pytest.approx(157.2890, abs=2e-3)


def test_slow_uplink_takes_fewer_blocks_at_the_least_sinr():
    """0.4 log2(1.1) = 0.055001 bit/s/Hz; 1 Mbit/s / 0.21068 / 0.055001 / 360 kHz = 239.7."""
    budget = uplink_budget(RadioSection(), ClassService(uplink_mbit_s=1.0), "rural")
    assert value(budget, "edge_resource_blocks") == 239.0
    assert -10.0 <= value(budget, "required_sinr_db") < -9.9


def test_one_block_is_the_least():
    budget = uplink_budget(RadioSection(), ClassService(uplink_mbit_s=1e-4), "rural")
    assert value(budget, "edge_resource_blocks") == 1.0
    assert value(budget, "required_sinr_db") == -10.0


@pytest.mark.parametrize(("direction", "rate"), [("downlink", 5000.0), ("uplink", 500.0)])
def test_a_rate_beyond_the_carrier_is_refused(direction, rate):
    budget = {"downlink": downlink_budget, "uplink": uplink_budget}[direction]
    service = ClassService(**{f"{direction}_mbit_s": rate})
    with pytest.raises(InputError, match=f"service.urban.{direction}_mbit_s.*at most") as caught:
        budget(RadioSection(), service, "urban")
    most = float(caught.value.problems[0].expected.split()[2])
    budget(RadioSection(), ClassService(**{f"{direction}_mbit_s": most - 1.0}), "urban")


@pytest.mark.parametrize(
    ("key", "downlink_db", "uplink_db"),
    [
        ("base_power_dbm", 1.0, 0.0),
        ("base_antenna_gain_dbi", 1.0, 1.0),
        ("beamforming_gain_db", 1.0, 1.0),
        ("feeder_loss_db", -1.0, -1.0),
        ("base_noise_figure_db", 0.0, -1.0),
        ("ue_power_dbm", 0.0, 1.0),
        ("ue_antenna_gain_dbi", 1.0, 1.0),
        ("ue_noise_figure_db", -1.0, 0.0),
        ("body_loss_db", -1.0, -1.0),
        ("downlink_interference_margin_db", -1.0, 0.0),
        ("uplink_interference_margin_db", 0.0, -1.0),
    ],
)
def test_one_decibel_more_of_each_line(key, downlink_db, uplink_db):
    base = RadioSection()
    changed = RadioSection(**{key: getattr(base, key) + 1.0})
    for budget, change_db in ((downlink_budget, downlink_db), (uplink_budget, uplink_db)):
        before = budget(base, SERVICE, "urban").max_loss_db
        assert budget(changed, SERVICE, "urban").max_loss_db - before == pytest.approx(change_db)


@given(st.floats(0.1, 40.0), st.floats(1.01, 1.5))
def test_a_faster_service_never_reaches_farther(rate, factor):
    slow, fast = (ClassService(uplink_mbit_s=r) for r in (rate, min(rate * factor, 40.0)))
    before = uplink_budget(RadioSection(), slow, "urban").max_loss_db
    # Whole resource blocks leave steps of less than a block's share.
    blocks = uplink_budget(RadioSection(), slow, "urban")
    step_db = 10.0 * math.log10(1.0 + 1.0 / value(blocks, "edge_resource_blocks"))
    assert uplink_budget(RadioSection(), fast, "urban").max_loss_db <= before + step_db


def test_every_line_says_where_it_comes_from():
    radio = RadioSection(ue_power_dbm=23.0)
    for budget in (downlink_budget, uplink_budget):
        for line in budget(radio, SERVICE, "urban").lines:
            assert line.note, line.key
            assert line.label_en, line.key
            assert line.label_zh, line.key
    up = uplink_budget(radio, SERVICE, "urban")
    notes = {line.key: line.note for line in up.lines}
    assert notes["ue_power_dbm"] == "given in the scenario"
    assert notes["base_noise_figure_db"].startswith("quoted: ")
    assert notes["beamforming_gain_db"].startswith("assumption: ")
