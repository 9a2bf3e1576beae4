"""Recommendation P.1812 point to point: a naive twin, properties, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.radio.p1812 import path as p1812
from kernels.radio.p1812.terms import (
    FROM_CLUTTER,
    FROM_ZONES,
    INLAND,
    SEA,
    SMOOTH_ANALYTIC,
    SMOOTH_BY_POINTS,
    Conditions,
)
from tests.kernels.radio.models.test_p526 import naive_bullington_db


def naive_deviate(x):
    """Attachment 2, Eq. (96) to (97b)."""
    if x > 0.5:
        return -naive_deviate(1.0 - x)
    t = math.sqrt(-2.0 * math.log(x))
    top = (0.010328 * t + 0.802853) * t + 2.515516698
    return t - top / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)


def naive_first_term_db(d, h1, h2, radius, f, pol, eps, sigma):
    """§4.3.3, Eq. (29) to (36)."""
    k = 0.036 * (radius * f) ** (-1 / 3) * ((eps - 1) ** 2 + (18 * sigma / f) ** 2) ** -0.25
    if pol == 2:
        k *= (eps**2 + (18 * sigma / f) ** 2) ** 0.5
    beta = (1 + 1.6 * k**2 + 0.67 * k**4) / (1 + 4.5 * k**2 + 1.53 * k**4)
    x = 21.88 * beta * (f / radius**2) ** (1 / 3) * d
    fx = 11 + 10 * math.log10(x) - 17.6 * x if x >= 1.6 else -20 * math.log10(x) - 5.6488 * x**1.425
    gains = 0.0
    for h in (h1, h2):
        b = beta * 0.9575 * beta * (f**2 / radius) ** (1 / 3) * h
        if b > 2:
            g = 17.6 * (b - 1.1) ** 0.5 - 5 * math.log10(b - 1.1) - 8
        else:
            g = 20 * math.log10(b + 0.1 * b**3)
        gains += max(g, 2 + 20 * math.log10(k))
    return -fx - gains


def naive_sphere_db(d, h1, h2, radius, f, pol, sea):
    """§4.3.2, Eq. (22) to (28)."""

    def first_term(a):
        land = naive_first_term_db(d, h1, h2, a, f, pol, 22.0, 0.003)
        return sea * naive_first_term_db(d, h1, h2, a, f, pol, 80.0, 5.0) + (1 - sea) * land

    if d >= math.sqrt(2 * radius) * (math.sqrt(0.001 * h1) + math.sqrt(0.001 * h2)):
        return first_term(radius)
    c, m = (h1 - h2) / (h1 + h2), 250 * d * d / (radius * (h1 + h2))
    angle = math.acos(min(1, max(-1, 1.5 * c * math.sqrt(3 * m / (m + 1) ** 3))))
    b = 2 * math.sqrt((m + 1) / (3 * m)) * math.cos(math.pi / 3 + angle / 3)
    d1 = d / 2 * (1 + b)
    d2 = d - d1
    hse = ((h1 - 500 * d1**2 / radius) * d2 + (h2 - 500 * d2**2 / radius) * d1) / d
    hreq = 17.456 * math.sqrt(d1 * d2 * (0.2998 / f) / d)
    if hse > hreq:
        return 0.0
    marginal = 500 * (d / (math.sqrt(h1) + math.sqrt(h2))) ** 2
    return (1 - hse / hreq) * max(first_term(marginal), 0.0)


def naive_horizons(d, h, hts, hrs, ae, f):
    """Attachment 1, Eq. (76) to (82): horizon distances and angles."""
    total, inner = d[-1], range(1, len(d) - 1)

    def angle(height, antenna, distance):
        return 1e3 * math.atan((height - antenna) / (1e3 * distance) - distance / (2 * ae))

    up = [angle(h[i], hts, d[i]) for i in inner]
    direct = angle(hrs, hts, total)
    if max(up) > direct:
        down = [angle(h[i], hrs, total - d[i]) for i in inner]
        lt = 1 + up.index(max(up))
        lr = len(down) - down[::-1].index(max(down))
        return lt, lr, max(up), max(down)
    nu = [
        (h[i] + 500 / ae * d[i] * (total - d[i]) - (hts * (total - d[i]) + hrs * d[i]) / total)
        * math.sqrt(0.002 * total * f / (0.2998 * d[i] * (total - d[i])))
        for i in inner
    ]
    point = 1 + nu.index(max(nu))
    return point, point, direct, angle(hts, hrs, total)


def naive_surface(d, h, hts, hrs):
    """Attachment 1, Eq. (83) to (90): ends for diffraction and for ducting."""
    n, total = len(d), d[-1]
    v1 = sum((d[i] - d[i - 1]) * (h[i] + h[i - 1]) for i in range(1, n))
    v2 = sum(
        (d[i] - d[i - 1]) * (h[i] * (2 * d[i] + d[i - 1]) + h[i - 1] * (d[i] + 2 * d[i - 1]))
        for i in range(1, n)
    )
    hst, hsr = (2 * v1 * total - v2) / total**2, (v2 - v1 * total) / total**2
    over = [h[i] - (hts * (total - d[i]) + hrs * d[i]) / total for i in range(1, n - 1)]
    hobs = max(over)
    at = max(o / x for o, x in zip(over, d[1:-1], strict=True))
    ar = max(o / (total - x) for o, x in zip(over, d[1:-1], strict=True))
    hstp, hsrp = hst, hsr
    if hobs > 0:
        hstp, hsrp = hst - hobs * at / (at + ar), hsr - hobs * ar / (at + ar)
    return min(hstp, h[0]), min(hsrp, h[-1]), min(hst, h[0]), min(hsr, h[-1])


def naive_ducting_db(c, d, lt, lr, tt, tr, h, hts, hrs, duct, ae, b0):
    """§4.5 for a path over inland alone, Eq. (46) to (56a)."""
    f, total = c.frequency_ghz, d[-1]
    dlt, dlr = d[lt], total - d[lr]
    af = 102.45 + 20 * math.log10(f) + 20 * math.log10(dlt + dlr)
    if f < 0.5:
        af += 45.375 - 137 * f + 92.5 * f * f
    for t, x in ((tt - 0.1 * dlt, dlt), (tr - 0.1 * dlr, dlr)):
        if t > 0:
            af += 20 * math.log10(1 + 0.361 * t * math.sqrt(f * x)) + 0.264 * t * f ** (1 / 3)
    angle = 1e3 * total / ae + min(tt, 0.1 * dlt) + min(tr, 0.1 * dlr)
    slope = (duct[1] - duct[0]) / total
    hm = max(h[i] - (duct[0] + slope * d[i]) for i in range(min(lt, lr), max(lt, lr) + 1))
    mu3 = 1.0
    if hm > 10:
        mu3 = math.exp(-4.6e-5 * (hm - 10) * (43 + 6 * min(total - dlt - dlr, 40)))
    tau = 1 - math.exp(-4.12e-4 * total**2.41)
    alpha = max(-0.6 - 3.5e-9 * total**3.1 * tau, -3.4)
    roots = math.sqrt(hts - duct[0]) + math.sqrt(hrs - duct[1])
    mu2 = min((500 / ae * total**2 / roots**2) ** alpha, 1.0)
    beta = b0 * mu2 * mu3
    lb = math.log10(beta)
    gamma = 1.076 / (2.0058 - lb) ** 1.012
    gamma *= math.exp(-(9.51 - 4.8 * lb + 0.198 * lb**2) * 1e-6 * total**1.13)
    p = c.time_percent
    ap = -12 + (1.2 + 3.7e-3 * total) * math.log10(p / beta) + 12 * (p / beta) ** gamma
    return af + 5e-5 * ae * f ** (1 / 3) * angle + ap


def naive_loss_db(d, h, clutter, c):
    """The whole method for a path over inland, in the order and the form of the text."""
    f, p, total = c.frequency_ghz, c.time_percent, d[-1]
    hts, hrs = h[0] + c.tx_height_m, h[-1] + c.rx_height_m
    g = [h[0], *(a + b for a, b in zip(h[1:-1], clutter[1:-1], strict=True)), h[-1]]
    ae, ab = 6371 * 157 / (157 - c.lapse_rate), 3 * 6371.0
    tau = 1 - math.exp(-4.12e-4 * total**2.41)
    mu1 = (10 ** (-total / (16 - 6.6 * tau)) + 10 ** (-5 * (0.496 + 0.354 * tau))) ** 0.2
    mu1, phi = min(mu1, 1.0), abs(c.latitude_deg)
    if phi <= 70:
        b0 = 10 ** (-0.015 * phi + 1.67) * mu1 * mu1 ** (-0.935 + 0.0176 * phi)
    else:
        b0 = 4.17 * mu1 * mu1**0.3
    lt, lr, tt, tr = naive_horizons(d, h, hts, hrs, ae, f)
    hstd, hsrd, *duct = naive_surface(d, h, hts, hrs)
    theta = 1e3 * total / ae + tt + tr
    lbfs = 92.4 + 20 * math.log10(f) + 10 * math.log10(total**2 + ((hts - hrs) / 1e3) ** 2)
    es = 2.6 * (1 - math.exp(-0.1 * (d[lt] + total - d[lr])))
    lb0p, lb0b = lbfs + es * math.log10(p / 50), lbfs + es * math.log10(b0 / 50)

    def delta_bullington(radius):
        zero = [0.0] * len(d)
        smooth = naive_bullington_db(d, zero, hts - hstd, hrs - hsrd, radius, f)
        sphere = naive_sphere_db(total, hts - hstd, hrs - hsrd, radius, f, c.polarisation, 0.0)
        return naive_bullington_db(d, g, hts, hrs, radius, f) + max(sphere - smooth, 0.0)

    ld50, ldb = delta_bullington(ae), delta_bullington(ab)
    fi = naive_deviate(p / 100) / naive_deviate(b0 / 100) if p > b0 else 1.0
    ldp = ld50 if p == 50 else ld50 + (ldb - ld50) * fi
    lbd50, lbd = lbfs + ld50, lb0p + ldp
    lmin = lb0p + ldp if p < b0 else lbd50 + (lb0b + ldp - lbd50) * fi
    lba = naive_ducting_db(c, d, lt, lr, tt, tr, h, hts, hrs, duct, ae, b0)
    fj = 1 - 0.5 * (1 + math.tanh(3 * 0.8 * (theta - 0.3) / 0.3))
    fk = 1 - 0.5 * (1 + math.tanh(3 * 0.5 * (total - 20) / 20))
    lminbap = 2.5 * math.log(math.exp(lba / 2.5) + math.exp(lb0p / 2.5))
    lbda = lbd if lminbap > lbd else lminbap + (lbd - lminbap) * fk
    lbam = lbda + (lmin - lbda) * fj
    lf = 25 * math.log10(f) - 2.5 * math.log10(f / 2) ** 2
    lbs = 190.1 + lf + 20 * math.log10(total) + 0.573 * theta - 0.15 * c.refractivity
    lbs -= 10.125 * math.log10(50 / p) ** 0.7
    lbc = -5 * math.log10(10 ** (-0.2 * lbs) + 10 ** (-0.2 * lbam))
    sigma = math.hypot(c.location_sigma_db, c.entry_sigma_db)
    shift = c.entry_loss_db - naive_deviate(c.location_percent / 100) * sigma
    return max(lb0p, lbc + shift)


def any_profile(seed, count, relief):
    rng = np.random.default_rng(seed)
    d = np.concatenate([[0.0], np.cumsum(rng.uniform(0.05, 1.5, count - 1))])
    h = 100.0 + np.abs(np.cumsum(rng.normal(scale=relief, size=count)))
    clutter = rng.choice([0.0, 0.0, 10.0, 20.0], count)
    return d, h, clutter, np.full(count, INLAND, np.int8)


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(3, 70),
    relief=st.sampled_from([0.0, 1.0, 15.0]),
    conditions=st.builds(
        Conditions,
        frequency_ghz=st.floats(0.03, 6.0),
        polarisation=st.sampled_from([1, 2]),
        tx_height_m=st.floats(1.0, 500.0),
        rx_height_m=st.floats(1.0, 100.0),
        time_percent=st.one_of(st.just(50.0), st.floats(1.0, 50.0)),
        location_percent=st.floats(1.0, 99.0),
        latitude_deg=st.floats(-85.0, 85.0),
        lapse_rate=st.floats(20.0, 80.0),
        refractivity=st.floats(280.0, 400.0),
        location_sigma_db=st.floats(0.0, 8.0),
        entry_loss_db=st.floats(0.0, 30.0),
        entry_sigma_db=st.floats(0.0, 8.0),
        tx_coast_km=st.just(FROM_ZONES),
        rx_coast_km=st.just(FROM_ZONES),
        area_width_m=st.just(100.0),
        smooth_method=st.just(SMOOTH_BY_POINTS),
    ),
)
@settings(deadline=None, max_examples=100)
def test_against_naive_twin(seed, count, relief, conditions):
    d, h, clutter, zones = any_profile(seed, count, relief)
    found = p1812.path_loss_db(d, h, clutter, zones, conditions)
    assert found == pytest.approx(naive_loss_db(d, h, clutter, conditions), abs=1e-7)


@given(seed=st.integers(0, 10_000), count=st.integers(3, 60), percent=st.sampled_from([1.0, 50.0]))
@settings(deadline=None, max_examples=60)
def test_reciprocity(seed, count, percent):
    """Both ways the same: every relation treats the two ends alike."""
    d, h, clutter, zones = any_profile(seed, count, 10.0)
    there = Conditions(0.8, 1, 40.0, 5.0, percent)
    back = Conditions(0.8, 1, 5.0, 40.0, percent)
    turned = ((d[-1] - d[::-1]).copy(), h[::-1].copy(), clutter[::-1].copy(), zones)
    assert p1812.path_loss_db(*turned, back) == pytest.approx(
        p1812.path_loss_db(d, h, clutter, zones, there), abs=1e-7
    )


def test_short_clear_path_is_free_space():
    """1 km over flat ground, antennas at 200 m: 92.4 + 20 log10(2) + 20 log10(1) = 98.42 dB."""
    d = np.linspace(0.0, 1.0, 11)
    flat = np.zeros(11)
    loss = p1812.path_loss_db(
        d, flat, flat, np.full(11, INLAND, np.int8), Conditions(2.0, 1, 200.0, 200.0)
    )
    assert loss == pytest.approx(92.4 + 20 * math.log10(2.0), abs=0.02)


def test_flat_ground_loss_grows_with_distance():
    conditions = Conditions(0.9, 2, 30.0, 1.5)
    losses = []
    for kilometres in np.arange(1.0, 120.0, 1.0):
        d = np.arange(0.0, kilometres + 0.05, 0.1)
        flat = np.zeros(d.size)
        losses.append(
            p1812.path_loss_db(d, flat, flat, np.full(d.size, INLAND, np.int8), conditions)
        )
    assert np.all(np.diff(losses) > 0.0)


def test_loss_grows_with_time_place_and_building():
    d, h, clutter, zones = any_profile(7, 60, 10.0)
    base = Conditions(0.6, 1, 40.0, 1.5, location_sigma_db=6.0)

    def losses(name, values):
        changed = [base._replace(**{name: value}) for value in values]
        return [p1812.path_loss_db(d, h, clutter, zones, c) for c in changed]

    for name, values in (
        ("time_percent", (1.0, 5.0, 20.0, 49.999, 50.0)),
        ("location_percent", (50.0, 70.0, 90.0, 99.0)),
        ("entry_loss_db", (0.0, 10.0, 20.0)),
    ):
        assert np.all(np.diff(losses(name, values)) >= -1e-9), name
    near, median = losses("time_percent", (49.9999, 50.0))
    assert near == pytest.approx(median, abs=1e-3)


def test_clutter_on_the_way_costs_and_at_the_ends_does_not():
    d, h, _, zones = any_profile(3, 40, 1.0)
    bare = np.zeros(40)
    conditions = Conditions(2.6, 1, 30.0, 1.5)
    ends = bare.copy()
    ends[[0, -1]] = 20.0
    open_db = p1812.path_loss_db(d, h, bare, zones, conditions)
    assert p1812.path_loss_db(d, h, ends, zones, conditions) == open_db
    assert p1812.path_loss_db(d, h, bare + 20.0, zones, conditions) > open_db + 3.0


def test_spread_over_places_from_the_clutter_at_the_receiver():
    """Among clutter 0.52 + 0.024 f by the width to 0.28; none at sea."""
    d, h, _, zones = any_profile(3, 40, 1.0)
    clutter = np.full(40, 15.0)
    given_sigma = (0.52 + 0.024 * 2.6) * 100.0**0.28
    measured = Conditions(2.6, 1, 30.0, 1.5, location_percent=95.0, location_sigma_db=FROM_CLUTTER)
    known = measured._replace(location_sigma_db=given_sigma)
    assert p1812.path_loss_db(d, h, clutter, zones, measured) == pytest.approx(
        p1812.path_loss_db(d, h, clutter, zones, known)
    )
    zones[-1] = SEA
    assert p1812.path_loss_db(d, h, clutter, zones, known) == pytest.approx(
        p1812.path_loss_db(d, h, clutter, zones, known._replace(location_sigma_db=0.0))
    )


def test_smooth_path_without_points_is_close_to_that_on_points():
    """Attachment 4 gives on a fine profile what the points give."""
    d = np.linspace(0.0, 60.0, 3001)
    flat = np.zeros(d.size)
    zones = np.full(d.size, INLAND, np.int8)
    points = Conditions(1.0, 1, 50.0, 10.0)
    analytic = points._replace(smooth_method=SMOOTH_ANALYTIC)
    _, _, by_points = p1812.analysed_path(d, flat, flat, zones, points)
    _, _, by_formula = p1812.analysed_path(d, flat, flat, zones, analytic)
    assert by_formula.diffraction.lbulls_50 == pytest.approx(
        by_points.diffraction.lbulls_50, abs=0.01
    )


GOOD = Conditions(1.0, 1, 30.0, 1.5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"frequency_ghz": 0.0},
        {"frequency_ghz": math.nan},
        {"polarisation": 3},
        {"tx_height_m": 0.0},
        {"tx_height_m": -5.0},
        {"rx_height_m": 0.0},
        {"time_percent": 0.0},
        {"time_percent": 50.1},
        {"location_percent": 0.0},
        {"location_percent": 100.0},
        {"latitude_deg": 90.5},
        {"lapse_rate": 157.0},
        {"lapse_rate": 0.0},
        {"location_sigma_db": -1.0},
        {"entry_sigma_db": -1.0},
        {"area_width_m": 0.0},
    ],
)
def test_conditions_outside_the_domain_give_nan(wrong):
    d, h, clutter, zones = any_profile(1, 20, 5.0)
    assert math.isfinite(p1812.path_loss_db(d, h, clutter, zones, GOOD))
    assert math.isnan(p1812.path_loss_db(d, h, clutter, zones, GOOD._replace(**wrong)))


@pytest.mark.parametrize(
    ("which", "index", "value"),
    [
        (0, 5, math.nan),
        (0, 5, 0.0),
        (0, 0, 0.01),
        (1, 5, math.nan),
        (1, 0, math.inf),
        (2, 5, -1.0),
        (2, 5, math.nan),
        (3, 5, 2),
    ],
)
def test_a_bad_profile_gives_nan(which, index, value):
    profile = any_profile(1, 20, 5.0)
    profile[which][index] = value
    assert math.isnan(p1812.path_loss_db(*profile, GOOD))


def test_a_profile_too_short_or_uneven_gives_nan():
    d, h, clutter, zones = any_profile(1, 20, 5.0)
    assert math.isnan(p1812.path_loss_db(d[:2], h[:2], clutter[:2], zones[:2], GOOD))
    assert math.isnan(p1812.path_loss_db(d, h, clutter[:-1], zones, GOOD))
    assert math.isnan(p1812.path_loss_db(d, h, clutter, zones[:-1], GOOD))


def test_field_strength():
    """Eq. (70): free space at 1 km and 1 GHz gives 199.36 - 92.4 = 106.96 dB(uV/m) for 1 kW."""
    assert p1812.field_strength_dbuv_m(92.4, 1.0) == pytest.approx(106.96)
    assert math.isnan(p1812.field_strength_dbuv_m(92.4, 0.0))
