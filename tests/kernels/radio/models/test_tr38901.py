"""Path loss of 3GPP TR 38.901 against hand arithmetic, a naive twin and the reference folder."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.models import tr38901 as tr

SCENARIOS = {"Rma": tr.RMA, "Uma": tr.UMA, "UmiStreetCanyon": tr.UMI, "Umi": tr.UMI}
BASE_HEIGHT_M = {tr.RMA: 35.0, tr.UMA: 25.0, tr.UMI: 10.0, tr.INH_MIXED: 3.0}


def loss_db(scenario, sight, distance_m, frequency_ghz, *, bs=None, ut=1.5, h=5.0, w=20.0):
    bs = BASE_HEIGHT_M[scenario] if bs is None else bs
    return tr.path_loss_db(scenario, sight, distance_m, frequency_ghz, bs, ut, h, w)


def ground_m(slant_m, bs, ut=1.5):
    return math.sqrt(slant_m**2 - (bs - ut) ** 2)


def test_reference_rows(reference_dir):
    """All rows of the reference that are of TR 38.901; the rest is vehicles and shadowing."""
    path = reference_dir / "radio" / "tr38901" / "tr38901_pathloss.csv"
    rows = list(csv.reader(path.read_text().splitlines()))[1:]
    checked = 0
    for name, distance, line_of_sight, frequency_hz, _, received in rows:
        short = name.removeprefix("ThreeGpp").removesuffix("PropagationLossModelTestCase")
        scenario = tr.INH_MIXED if short == "IndoorOffice" else SCENARIOS.get(short)
        if scenario is None:
            continue
        sight = tr.LOS if line_of_sight == "true" else tr.NLOS
        found = loss_db(scenario, sight, float(distance), float(frequency_hz) / 1e9)
        assert found == pytest.approx(-float(received), abs=0.01), (name, distance, sight)
        checked += 1
    assert checked == 26


@pytest.mark.parametrize(
    ("scenario", "sight", "slant_m", "frequency_ghz", "expected_db"),
    [
        # UMa PL1: 28 + 22 log10(100) + 20 log10(2) = 28 + 44 + 6.0206
        (tr.UMA, tr.LOS, 100.0, 2.0, 78.0206),
        # UMa PL2 beyond d'BP = 4 x 24 x 0.5 x 2.5e9 / 3e8 = 400 m:
        # 28 + 40 x 3 + 20 log10(2.5) - 9 log10(400^2 + 23.5^2) = 155.9588 - 9 x 5.205617
        (tr.UMA, tr.LOS, 1000.0, 2.5, 109.1083),
        # UMa NLOS: 13.54 + 39.08 x 3 + 20 log10(2) = 136.8006
        (tr.UMA, tr.NLOS, 1000.0, 2.0, 136.8006),
        # UMi PL1: 32.4 + 21 x 2 + 6.0206
        (tr.UMI, tr.LOS, 100.0, 2.0, 80.4206),
        # UMi NLOS: 35.3 x 2 + 22.4 + 21.3 log10(2) = 93 + 6.4119
        (tr.UMI, tr.NLOS, 100.0, 2.0, 99.4119),
        # RMa PL1, h = 5: 20 log10(40 pi x 100 x 2 / 3) + 0.03 x 5^1.72 x 2 - 0.044 x 5^1.72
        # + 0.002 log10(5) x 100 = 78.4621 + 0.9557 - 0.7009 + 0.1398
        (tr.RMA, tr.LOS, 100.0, 2.0, 78.8567),
        # InH: 32.4 + 17.3 + 6.0206, and NLOS 38.3 + 17.3 + 24.9 log10(2)
        (tr.INH_MIXED, tr.LOS, 10.0, 2.0, 55.7206),
        (tr.INH_MIXED, tr.NLOS, 10.0, 2.0, 63.0956),
    ],
)
def test_hand_arithmetic(scenario, sight, slant_m, frequency_ghz, expected_db):
    distance_m = ground_m(slant_m, BASE_HEIGHT_M[scenario])
    assert loss_db(scenario, sight, distance_m, frequency_ghz) == pytest.approx(
        expected_db, abs=1e-3
    )


def naive_rma_nlos_db(distance_m, f, bs, ut, h, w):
    slant_km = np.hypot(distance_m, bs - ut) / 1000.0
    slope = 43.42 - 3.1 * np.log10(bs)
    return (
        161.04
        - 7.1 * np.log10(w)
        + 7.5 * np.log10(h)
        - 24.37 * np.log10(bs)
        + 3.7 * (h / bs) ** 2 * np.log10(bs)
        + slope * np.log10(slant_km)
        + 20 * np.log10(f)
        - 3.2 * np.log10(11.75 * ut) ** 2
        + 4.97
    )


@given(
    distance_m=st.floats(10.0, 5000.0),
    f=st.floats(0.5, 30.0),
    bs=st.floats(10.0, 150.0),
    ut=st.floats(1.0, 10.0),
    h=st.floats(5.0, 50.0),
    w=st.floats(5.0, 50.0),
)
def test_rma_nlos_is_the_greater_of_formula_and_line_of_sight(distance_m, f, bs, ut, h, w):
    line_of_sight = loss_db(tr.RMA, tr.LOS, distance_m, f, bs=bs, ut=ut, h=h)
    expected = max(line_of_sight, naive_rma_nlos_db(distance_m, f, bs, ut, h, w))
    found = loss_db(tr.RMA, tr.NLOS, distance_m, f, bs=bs, ut=ut, h=h, w=w)
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("scenario", [tr.RMA, tr.UMA, tr.UMI, tr.INH_MIXED])
@pytest.mark.parametrize("sight", [tr.LOS, tr.NLOS])
@given(frequency_ghz=st.floats(0.5, 30.0), ut=st.floats(1.5, 10.0), near=st.floats(10.0, 4000.0))
def test_loss_does_not_fall_with_distance(scenario, sight, frequency_ghz, ut, near):
    far = near * 1.05
    before = loss_db(scenario, sight, near, frequency_ghz, ut=ut)
    assert loss_db(scenario, sight, far, frequency_ghz, ut=ut) >= before - 0.01


@pytest.mark.parametrize("scenario", [tr.RMA, tr.UMA, tr.UMI])
@given(frequency_ghz=st.floats(0.5, 6.0), ut=st.floats(1.5, 10.0))
def test_line_of_sight_is_continuous_at_the_breakpoint(scenario, frequency_ghz, ut):
    bs = BASE_HEIGHT_M[scenario]
    if scenario == tr.RMA:
        edge = tr.rma_breakpoint_m(frequency_ghz, bs, ut)
        # PL2 starts at the breakpoint itself and not at its slant distance, as the table says.
        step_db = 10.0 * math.log10(1.0 + ((bs - ut) / edge) ** 2) + 0.02
    else:
        edge = tr.urban_breakpoint_m(frequency_ghz, bs, ut, 1.0)
        step_db = 1e-6
    before = loss_db(scenario, tr.LOS, edge * (1.0 - 1e-12), frequency_ghz, ut=ut)
    after = loss_db(scenario, tr.LOS, edge * (1.0 + 1e-12), frequency_ghz, ut=ut)
    assert abs(after - before) <= step_db


def test_high_terminals_average_over_the_environment_height():
    """UMa, h_UT = 16.5 m: h_E is 1 m or one of 12 and 15 m, with the standard's probabilities."""
    distance_m, f, bs, ut = 800.0, 2.0, 25.0, 16.5
    c = (3.5 / 10.0) ** 1.5 * 1.25 * 8.0**3 * math.exp(-800.0 / 150.0)
    slant = math.hypot(distance_m, bs - ut)

    def two_slope(h_e):
        edge = 4.0 * (bs - h_e) * (ut - h_e) * f * 1e9 / 3e8
        if distance_m <= edge:
            return 28.0 + 22.0 * math.log10(slant) + 20.0 * math.log10(f)
        fall = 9.0 * math.log10(edge**2 + (bs - ut) ** 2)
        return 28.0 + 40.0 * math.log10(slant) + 20.0 * math.log10(f) - fall

    expected = (two_slope(1.0) + c * (two_slope(12.0) + two_slope(15.0)) / 2.0) / (1.0 + c)
    assert loss_db(tr.UMA, tr.LOS, distance_m, f, ut=ut) == pytest.approx(expected, abs=1e-9)
    assert tr.uma_one_metre_probability(distance_m, ut) == pytest.approx(1.0 / (1.0 + c))


@given(distance_m=st.floats(18.5, 5000.0), ut=st.floats(13.0, 22.5))
def test_high_terminals_have_a_loss_everywhere(distance_m, ut):
    assert math.isfinite(loss_db(tr.UMA, tr.LOS, distance_m, 2.6, ut=ut))


@pytest.mark.parametrize(
    ("scenario", "distance_m", "ut", "expected"),
    [
        (tr.RMA, 10.0, 1.5, 1.0),
        (tr.RMA, 1010.0, 1.5, math.exp(-1.0)),
        (tr.UMA, 18.0, 1.5, 1.0),
        (tr.UMA, 63.0, 1.5, 18 / 63 + math.exp(-1.0) * (1 - 18 / 63)),
        (
            tr.UMA,
            150.0,
            23.0,
            (0.12 + math.exp(-150 / 63) * 0.88) * (1 + 1.25 * 1.5**3 * math.exp(-1.0)),
        ),
        (tr.UMI, 36.0, 1.5, 0.5 + 0.5 * math.exp(-1.0)),
        (tr.INH_MIXED, 1.2, 1.5, 1.0),
        (tr.INH_MIXED, 5.9, 1.5, math.exp(-1.0)),
        (tr.INH_MIXED, 39.1, 1.5, 0.32 * math.exp(-1.0)),
        (tr.INH_OPEN, 5.0, 1.5, 1.0),
        (tr.INH_OPEN, 49.0, 1.5, math.exp(-44 / 70.8)),
        (tr.INH_OPEN, 260.7, 1.5, 0.54 * math.exp(-1.0)),
    ],
)
def test_line_of_sight_probability(scenario, distance_m, ut, expected):
    assert tr.los_probability(scenario, distance_m, ut) == pytest.approx(expected, abs=1e-9)


@given(
    scenario=st.sampled_from([tr.RMA, tr.UMA, tr.UMI, tr.INH_MIXED, tr.INH_OPEN]),
    distance_m=st.floats(0.0, 1e5),
    ut=st.floats(1.0, 22.5),
)
def test_probabilities_are_probabilities(scenario, distance_m, ut):
    assert 0.0 <= tr.los_probability(scenario, distance_m, ut) <= 1.0


@pytest.mark.parametrize(
    ("scenario", "sight", "distance_m", "expected_db"),
    [
        (tr.RMA, tr.LOS, 500.0, 4.0),
        (tr.RMA, tr.LOS, 1500.0, 6.0),
        (tr.RMA, tr.NLOS, 500.0, 8.0),
        (tr.UMA, tr.LOS, 500.0, 4.0),
        (tr.UMA, tr.NLOS, 500.0, 6.0),
        (tr.UMI, tr.LOS, 500.0, 4.0),
        (tr.UMI, tr.NLOS, 500.0, 7.82),
        (tr.INH_MIXED, tr.LOS, 50.0, 3.0),
        (tr.INH_OPEN, tr.NLOS, 50.0, 8.03),
    ],
)
def test_shadow_sigma(scenario, sight, distance_m, expected_db):
    assert tr.shadow_sigma_db(scenario, sight, distance_m, 1000.0) == expected_db


@pytest.mark.parametrize(
    ("material", "expected_db"),
    [(tr.GLASS, 2.7), (tr.IRR_GLASS, 24.05), (tr.CONCRETE, 19.0), (tr.WOOD, 5.27)],
)
def test_materials_at_3_5_ghz(material, expected_db):
    assert tr.material_loss_db(material, 3.5) == pytest.approx(expected_db)


@pytest.mark.parametrize(
    ("building", "frequency_ghz", "expected_db"),
    [
        # 5 - 10 log10(0.3 x 10^-0.3 + 0.7 x 10^-2.5): glass 3 dB, concrete 25 dB at 5 GHz
        (tr.LOW_LOSS, 5.0, 13.1653),
        # 5 - 10 log10(0.7 x 10^-2.45 + 0.3 x 10^-2.5) = 5 - 10 log10(0.00343237)
        (tr.HIGH_LOSS, 5.0, 29.6441),
        (tr.LOW_LOSS, 2.6, 12.2558),
        (tr.HIGH_LOSS, 2.6, 24.3615),
    ],
)
def test_walls(building, frequency_ghz, expected_db):
    assert tr.wall_loss_db(building, frequency_ghz) == pytest.approx(expected_db, abs=1e-3)


def test_spread_and_depth_of_buildings():
    assert tr.penetration_sigma_db(tr.LOW_LOSS) == 4.4
    assert tr.penetration_sigma_db(tr.HIGH_LOSS) == 6.5
    assert tr.indoor_loss_db(10.0) == 5.0
    assert math.isnan(tr.indoor_loss_db(-1.0))
    assert math.isnan(tr.penetration_sigma_db(7))
    assert math.isnan(tr.wall_loss_db(7, 2.6))
    assert math.isnan(tr.material_loss_db(7, 2.6))
    assert math.isnan(tr.material_loss_db(tr.WOOD, 0.0))


@pytest.mark.parametrize("scenario", [tr.RMA, tr.UMA, tr.UMI, tr.INH_MIXED])
@pytest.mark.parametrize("sight", [tr.LOS, tr.NLOS])
@pytest.mark.parametrize(
    "wrong",
    [
        {"distance_m": -1.0},
        {"distance_m": math.nan},
        {"frequency_ghz": 0.0},
        {"frequency_ghz": math.nan},
        {"bs": 0.0},
        {"ut": -1.5},
        {"ut": math.nan},
    ],
)
def test_nan_outside_the_domain(scenario, sight, wrong):
    link = {"distance_m": 100.0, "frequency_ghz": 2.6} | wrong
    assert math.isnan(loss_db(scenario, sight, **link))


def test_nan_where_an_antenna_is_below_the_environment():
    assert math.isnan(loss_db(tr.UMA, tr.LOS, 100.0, 2.6, ut=1.0))
    assert math.isnan(loss_db(tr.UMI, tr.NLOS, 100.0, 2.6, ut=0.5))
    assert math.isnan(loss_db(tr.RMA, tr.LOS, 100.0, 2.6, h=0.0))
    assert math.isnan(loss_db(tr.RMA, tr.NLOS, 100.0, 2.6, w=0.0))


def test_unknown_scenario_is_nan():
    assert math.isnan(tr.path_loss_db(9, tr.LOS, 100.0, 2.6, 25.0, 1.5, 5.0, 20.0))
    assert math.isnan(tr.los_probability(9, 100.0, 1.5))
    assert math.isnan(tr.shadow_sigma_db(9, tr.LOS, 100.0, 1000.0))


@pytest.mark.parametrize("scenario", [tr.RMA, tr.UMA, tr.UMI, tr.INH_OPEN])
@pytest.mark.parametrize("sight", [tr.LOS, tr.NLOS])
def test_array_calls_repeat_the_scalar_ones(scenario, sight):
    distances_m = np.array([0.0, 5.0, 20.0, 333.0, 4000.0, -1.0, np.nan])
    link = (2.6, 20.0, 1.7, 6.0, 15.0)
    np.testing.assert_array_equal(
        tr.path_losses_db(scenario, sight, distances_m, *link),
        [tr.path_loss_db(scenario, sight, d, *link) for d in distances_m],
    )
    np.testing.assert_array_equal(
        tr.los_probabilities(scenario, distances_m, 1.7),
        [tr.los_probability(scenario, d, 1.7) for d in distances_m],
    )
    np.testing.assert_array_equal(
        tr.shadow_sigmas_db(scenario, sight, distances_m, 1000.0),
        [tr.shadow_sigma_db(scenario, sight, d, 1000.0) for d in distances_m],
    )
