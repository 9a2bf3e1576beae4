"""Okumura-Hata and COST 231-Hata against hand arithmetic, a naive twin and the reference."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.models import hata

AREAS = (hata.LARGE_CITY, hata.CITY, hata.SUBURBAN, hata.OPEN)
COST231 = (hata.COST231_CITY, hata.COST231_METROPOLIS)

frequencies = st.floats(0.15, 1.5)
bases = st.floats(30.0, 200.0)
mobiles = st.floats(1.0, 10.0)
distances = st.floats(1000.0, 20_000.0)


def test_reference_rows(reference_dir):
    path = reference_dir / "radio" / "hata" / "okumura_hata_cost231.csv"
    cities = {"LargeCity": hata.LARGE_CITY, "SmallCity": hata.CITY}
    rows = list(csv.DictReader(path.read_text().splitlines()))
    for row in rows:
        f, d, hb, hm = (float(row[key]) for key in ("freq_hz", "dist_m", "hb_m", "hm_m"))
        if f > 1.5e9:
            found = hata.cost231_hata_loss_db(hata.COST231_CITY, d, f / 1e9, hb, hm)
        else:
            suburban = row["env"] == "SubUrbanEnvironment"
            area = hata.SUBURBAN if suburban else cities[row["city"]]
            found = hata.okumura_hata_loss_db(area, d, f / 1e9, hb, hm)
        assert found == pytest.approx(float(row["loss_db"]), abs=0.01), row["name"]
    assert len(rows) == 4


@pytest.mark.parametrize(
    ("area", "expected_db"),
    [
        # 900 MHz, 10 km, base 100 m: 69.55 + 26.16 x 2.95424 - 13.82 x 2 + (44.9 - 13.1) x 1
        # = 150.9930; mobile 1.5 m: a = 2.54967 x 1.5 - 3.80862 = 0.01588
        (hata.CITY, 150.9771),
        # a = 3.2 log10(17.625)^2 - 4.97 = -0.00092
        (hata.LARGE_CITY, 150.9939),
        # 150.9771 - 2 log10(900 / 28)^2 - 5.4 = 150.9771 - 4.5426 - 5.4
        (hata.SUBURBAN, 141.0346),
        # 150.9771 - 4.78 x 8.72755 + 18.33 x 2.95424 - 40.94
        (hata.OPEN, 122.4706),
    ],
)
def test_hand_arithmetic(area, expected_db):
    found = hata.okumura_hata_loss_db(area, 10_000.0, 0.9, 100.0, 1.5)
    assert found == pytest.approx(expected_db, abs=1e-3)


def test_cost231_by_hand():
    """1800 MHz, 10 km, base 100 m, mobile 1.5 m.

    46.3 + 33.9 x 3.25527 - 27.64 + 31.8 = 160.8137, less a = 2.88080 x 1.5 - 4.27822 = 0.04298.
    """
    city = hata.cost231_hata_loss_db(hata.COST231_CITY, 10_000.0, 1.8, 100.0, 1.5)
    metropolis = hata.cost231_hata_loss_db(hata.COST231_METROPOLIS, 10_000.0, 1.8, 100.0, 1.5)
    assert city == pytest.approx(160.7707, abs=1e-3)
    assert metropolis - city == pytest.approx(3.0)


@given(st.sampled_from(AREAS), distances, frequencies, bases, mobiles)
def test_naive_twin(area, d, f, hb, hm):
    mhz, km = f * 1000.0, d / 1000.0
    gain = (1.1 * np.log10(mhz) - 0.7) * hm - (1.56 * np.log10(mhz) - 0.8)
    if area == hata.LARGE_CITY and mhz <= 300.0:
        gain = 8.29 * np.log10(1.54 * hm) ** 2 - 1.1
    elif area == hata.LARGE_CITY:
        gain = 3.2 * np.log10(11.75 * hm) ** 2 - 4.97
    slope = 44.9 - 6.55 * np.log10(hb)
    naive = 69.55 + 26.16 * np.log10(mhz) - 13.82 * np.log10(hb) - gain + slope * np.log10(km)
    if area == hata.SUBURBAN:
        naive -= 2 * np.log10(mhz / 28.0) ** 2 + 5.4
    elif area == hata.OPEN:
        naive += -4.78 * np.log10(mhz) ** 2 + 18.33 * np.log10(mhz) - 40.94
    assert hata.okumura_hata_loss_db(area, d, f, hb, hm) == pytest.approx(naive, abs=1e-9)


@given(st.sampled_from(AREAS + COST231), distances, frequencies, bases, mobiles)
def test_loss_rises_with_distance_and_falls_with_base_height(area, d, f, hb, hm):
    before, after = hata.hata_losses_db(area, np.array([d, d * 1.05]), f, hb, hm)
    assert after > before
    assert hata.hata_losses_db(area, np.array([d]), f, hb * 1.05, hm)[0] < before


@given(distances, frequencies, bases, st.floats(1.0, 2.0))
def test_the_more_built_up_the_more_loss(d, f, hb, hm):
    city, suburban, open_land = (
        hata.okumura_hata_loss_db(area, d, f, hb, hm)
        for area in (hata.CITY, hata.SUBURBAN, hata.OPEN)
    )
    assert city > suburban > open_land


@given(st.floats(1.0, 10.0))
def test_large_city_curves_differ_little_where_they_meet(hm):
    low, high = (hata.large_city_mobile_gain_db(f, hm) for f in (300.0, 300.001))
    assert abs(low - high) < 1.9


@given(st.sampled_from(AREAS + COST231), st.floats(0.1, 3.0))
def test_shadow_fading_stays_within_what_was_measured(area, f):
    assert 5.0 < hata.okumura_shadow_sigma_db(area, f) < 11.0


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan])
@pytest.mark.parametrize("position", range(4))
@pytest.mark.parametrize("area", [hata.CITY, hata.COST231_CITY])
def test_no_loss_where_it_has_no_meaning(area, position, bad):
    values = [2000.0, 0.9, 50.0, 1.5]
    values[position] = bad
    d, f, hb, hm = values
    assert math.isnan(hata.hata_losses_db(area, np.array([d]), f, hb, hm)[0])


def test_unknown_area_has_no_loss():
    assert math.isnan(hata.okumura_hata_loss_db(9, 2000.0, 0.9, 50.0, 1.5))
    assert math.isnan(hata.cost231_hata_loss_db(hata.CITY, 2000.0, 1.8, 50.0, 1.5))
    assert math.isnan(hata.okumura_shadow_sigma_db(9, 0.9))
