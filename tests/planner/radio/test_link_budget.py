"""Link budget: its arithmetic by hand, line by line."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import InputError
from planner.radio.link_budget import downlink_budget, uplink_budget
from planner.scenario.radio import RadioSection
from planner.scenario.service import ClassService

SERVICE = ClassService(downlink_mbit_s=50.0, uplink_mbit_s=5.0)
GENEROUS = RadioSection(preset="2019-generous")


def value(budget, key):
    (line,) = [line for line in budget.lines if line.key == key]
    return line.value


def test_uplink_by_hand():
    """273 blocks of 360 kHz are 98.28 MHz.

    5 Mbit/s / (0.229 x 0.92 x 98.28 MHz) = 0.24148 bit/s/Hz; over 0.4 Shannon that needs
    2^0.60369 - 1 = 0.51960, -2.8433 dB. Noise -174 + 79.9247 = -94.0753 dBm; sensitivity
    -94.0753 + 5 - 2.8433 = -91.9186 dBm. Most loss 26 + 25 + 91.9186 - 2 = 140.9186 dB.
    """
    budget = uplink_budget(GENEROUS, SERVICE, "dense_urban")
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
    budget = downlink_budget(
        RadioSection(preset="2019-generous", downlink_layers=1), SERVICE, "dense_urban"
    )
    assert value(budget, "required_sinr_db") == pytest.approx(1.7863, abs=2e-3)
    assert value(budget, "eirp_dbm") == 78.0
    assert budget.max_loss_db == pytest.approx(157.2890, abs=2e-3)


def test_slow_uplink_takes_fewer_blocks_at_the_least_sinr():
    """0.4 log2(1.1) = 0.055001 bit/s/Hz; 1 Mbit/s / 0.21068 / 0.055001 / 360 kHz = 239.7."""
    budget = uplink_budget(GENEROUS, ClassService(uplink_mbit_s=1.0), "rural")
    assert value(budget, "edge_resource_blocks") == 239.0
    assert -10.0 <= value(budget, "required_sinr_db") < -9.9


def test_sober_uplink_by_hand():
    """Half of 273 blocks are free: 136 of 360 kHz, 48.96 MHz.

    5 Mbit/s / (0.229 x 0.92 x 48.96 MHz) = 0.48475 bit/s/Hz; over 0.4 Shannon that needs
    2^1.21187 - 1 = 1.31637, 1.1938 dB. The array: n s = 32 x 1.31637 = 42.124, full gain 31.623;
    (1 - 42.124 + sqrt(41.124^2 + 4 x 31.623 x 42.124)) / 2 = 21.329, 13.290 dB. Noise
    -174 + 76.898 = -97.102 dBm, sensitivity -90.908 dBm. Noise rise at half load
    10 log10(1 + 0.5 x 10^0.33) = 3.1577 dB; 3.4084 dB off the main direction. Most loss
    23 - 3 + 10 + 13.290 - 3.4084 + 90.908 - 3.1577 = 127.632 dB.
    """
    budget = uplink_budget(RadioSection(), SERVICE, "dense_urban")
    assert value(budget, "edge_resource_blocks") == 136.0
    assert value(budget, "required_sinr_db") == pytest.approx(1.1938, abs=1e-3)
    assert value(budget, "array_gain_db") == pytest.approx(13.290, abs=1e-3)
    assert value(budget, "uplink_interference_margin_db") == pytest.approx(3.1577, abs=1e-3)
    assert value(budget, "off_axis_loss_db") == pytest.approx(3.4084, abs=1e-3)
    assert budget.max_loss_db == pytest.approx(127.632, abs=3e-3)


def test_sober_downlink_fits_the_beam_that_its_own_loss_allows():
    """At the greatest loss, the sounding gives the gain with which that loss is the greatest."""
    radio = RadioSection()
    budget = downlink_budget(radio, SERVICE, "dense_urban")
    gain_db, loss_db = value(budget, "array_gain_db"), budget.max_loss_db
    noise_dbm = -174.0 + 10.0 * math.log10(48 * 360e3) + 5.0 + value_of_margin(radio, "uplink")
    # The budget's maximum loss has the mean off-axis loss taken off already.
    snr = 10.0 ** (0.1 * (23.0 - 3.0 + 10.0 - loss_db - noise_dbm))
    rho = 32.0 * snr / (1.0 + 32.0 * snr)
    assert 10.0 * math.log10(1.0 + (10.0**1.5 - 1.0) * rho) == pytest.approx(gain_db, abs=1e-6)
    sensitivity_dbm = value(budget, "sensitivity_dbm")
    margin_db = value_of_margin(radio, "downlink")
    left_db = 53.0 + 10.0 + gain_db - 3.4084 - 3.0 - sensitivity_dbm - margin_db
    assert left_db == pytest.approx(loss_db, abs=1e-3)


def value_of_margin(radio, direction):
    over = 10.0 ** (0.1 * getattr(radio, f"{direction}_interference_over_noise_db"))
    return 10.0 * math.log10(1.0 + radio.cell_load * over)


@pytest.mark.parametrize("direction", ["downlink", "uplink"])
def test_a_higher_load_never_reaches_farther(direction):
    budget = {"downlink": downlink_budget, "uplink": uplink_budget}[direction]
    losses_db = [
        budget(RadioSection(cell_load=load), SERVICE, "urban").max_loss_db
        for load in (0.0, 0.1, 0.3, 0.5, 0.7, 0.85)
    ]
    assert all(later < before for before, later in pairwise(losses_db))


def test_more_pilots_never_reach_less_far_and_none_at_all_means_a_perfect_estimate():
    for budget in (downlink_budget, uplink_budget):
        losses_db = [
            budget(RadioSection(array_pilots=n), SERVICE, "urban").max_loss_db
            for n in (1, 4, 32, 500, 0)
        ]
        assert losses_db == sorted(losses_db)


def test_the_terminal_takes_the_blocks_that_reach_farthest():
    """Against every number of blocks, one by one."""
    radio, service = RadioSection(), ClassService(uplink_mbit_s=1.0)
    best = uplink_budget(radio, service, "rural")
    found = []
    for blocks in range(1, 137):
        efficiency = 1e6 / (0.229 * 0.92 * blocks * 360e3)
        if efficiency > 2.0:
            continue
        s = max(2.0 ** (efficiency / 0.4) - 1.0, 0.1)
        known = 32.0 * s
        gain = 0.5 * (1.0 - known + math.sqrt((known - 1.0) ** 2 + 4.0 * 10.0**1.5 * known))
        found.append((10.0 * math.log10(max(gain, 10.0**0.8) / s / blocks), blocks))
    assert value(best, "edge_resource_blocks") == max(found)[1]


def test_several_layers_carry_the_acceptance_classes():
    """300 and 800 Mbit/s, which 4.4 bit/s/Hz on one layer cannot carry."""
    for rate in (300.0, 800.0):
        service = ClassService(downlink_mbit_s=rate)
        near = downlink_budget(RadioSection(cell_load=0.0), service, "dense_urban")
        assert 10.0 < value(near, "required_sinr_db") < 30.0
        with pytest.raises(InputError, match="at most"):
            downlink_budget(RadioSection(cell_load=0.0, downlink_layers=1), service, "dense_urban")


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
    base = GENEROUS
    changed = RadioSection(preset="2019-generous", **{key: getattr(base, key) + 1.0})
    for budget, change_db in ((downlink_budget, downlink_db), (uplink_budget, uplink_db)):
        before = budget(base, SERVICE, "urban").max_loss_db
        assert budget(changed, SERVICE, "urban").max_loss_db - before == pytest.approx(change_db)


@given(st.floats(0.1, 20.0), st.floats(1.01, 1.5))
def test_a_faster_service_never_reaches_farther(rate, factor):
    slow, fast = (ClassService(uplink_mbit_s=r) for r in (rate, min(rate * factor, 20.0)))
    before = uplink_budget(RadioSection(), slow, "urban").max_loss_db
    # Whole resource blocks leave steps of less than a block's share.
    blocks = uplink_budget(RadioSection(), slow, "urban")
    step_db = 10.0 * math.log10(1.0 + 1.0 / value(blocks, "edge_resource_blocks"))
    assert uplink_budget(RadioSection(), fast, "urban").max_loss_db <= before + step_db


def test_every_line_says_where_it_comes_from():
    radio = RadioSection(ue_power_dbm=24.0)
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
