"""Other people's programs on the same paths: pycraf (ITU-R P.452) and itmlogic (Longley-Rice).

Each is asked for what it computes itself, path by path from Python, if it is installed (extra
``bench``); its loss stands beside ours, and how many paths a second each of them makes. P.452 is
not P.1812, but has its line of sight, diffraction, scatter and ducting.
"""

from __future__ import annotations

import time
import warnings

import numpy as np

from kernels.radio.itm import losses as itm
from kernels.radio.itm.path import VERTICAL, Medium
from kernels.radio.itm.variability import CONTINENTAL_TEMPERATE, MOBILE, Quantiles
from kernels.radio.p1812.path import path_loss_db
from kernels.radio.p1812.terms import INLAND, Conditions

CELL_M = 100.0
POINTS = 134
PATHS = 20
FREQUENCY_GHZ = 2.6
MAST_M, TERMINAL_M = 30.0, 1.5
REPEATS = 5


def profiles(terrain):
    """Paths of 13.3 km eastwards from the middle column, a row apart from each other."""
    rows = np.linspace(0, terrain.shape[0] - 1, PATHS).astype(int)
    middle = terrain.shape[1] // 2
    return [terrain[row, middle : middle + POINTS].copy() for row in rows]


def processor_s(call):
    """Return the least processor time of some calls, and the result."""
    took = []
    for _ in range(REPEATS):
        start = time.process_time()
        result = call()
        took.append(time.process_time() - start)
    return min(took), np.array(result)


def ours_p1812(heights):
    """Whole P.1812, not exceeded for 10 percent of the time."""
    d = CELL_M / 1e3 * np.arange(heights.size)
    clutter, zones = np.zeros(heights.size), np.full(heights.size, INLAND, np.int8)
    conditions = Conditions(FREQUENCY_GHZ, 2, MAST_M, TERMINAL_M, 10.0, latitude_deg=50.0)
    return path_loss_db(d, heights, clutter, zones, conditions)


def theirs_p452():
    """Return a function of a profile that asks pycraf; None where it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from astropy import units as u
            from pycraf import conversions, pathprof
    except ImportError:
        return None

    def loss_db(heights):
        path = pathprof.PathProp(
            FREQUENCY_GHZ * u.GHz,
            290.0 * u.K,
            1013.0 * u.hPa,
            10.0 * u.deg,
            50.0 * u.deg,
            10.186 * u.deg,
            50.0 * u.deg,
            MAST_M * u.m,
            TERMINAL_M * u.m,
            CELL_M * u.m,
            10.0 * u.percent,
            polarization=1,
            hprof_dists=CELL_M / 1e3 * np.arange(heights.size) * u.km,
            hprof_heights=heights * u.m,
            hprof_bearing=90.0 * u.deg,
            hprof_backbearing=-90.0 * u.deg,
            delta_N=45.0 * conversions.dimless / u.km,
            N0=325.0 * conversions.dimless,
        )
        gain = 0.0 * conversions.dBi
        return float(np.ravel(pathprof.loss_complete(path, gain, gain)[4].value)[0])

    return loss_db


def ours_itm(heights):
    """Longley-Rice, the median of all kinds of variability, mobile mode."""
    medium = Medium(FREQUENCY_GHZ, VERTICAL, 15.0, 0.005, 314.0)
    median = Quantiles(CONTINENTAL_TEMPERATE, MOBILE, 0.5, 0.5, 0.5)
    return itm.point_to_point_loss(heights, CELL_M, MAST_M, TERMINAL_M, medium, median).loss_db


def theirs_itm():
    """Return a function of a profile that asks itmlogic; None where it is not installed."""
    try:
        from itmlogic.preparatory_subroutines.qlrpfl import qlrpfl
        from itmlogic.preparatory_subroutines.qlrps import qlrps
        from itmlogic.statistics.avar import avar
    except ImportError:
        return None

    def loss_db(heights):
        middle_m = heights[heights.size // 10 : heights.size - heights.size // 10].mean()
        wave, curvature, refractivity, impedance = qlrps(
            1e3 * FREQUENCY_GHZ, middle_m, 314.0, 1, 15.0, 0.005
        )
        prop = qlrpfl(
            {
                "hg": [MAST_M, TERMINAL_M],
                "pfl": [heights.size - 1, CELL_M, *heights.tolist()],
                "wn": wave,
                "gme": curvature,
                "ens": refractivity,
                "zgnd": impedance,
                "klim": 5,
                "klimx": 0,
                "mdvarx": 2,
                "kwx": 0,
                "lvar": 5,
            }
        )
        free_db = 8.685890 * np.log(2.0 * prop["wn"] * prop["dist"])
        excess_db, _ = avar(0.0, 0.0, 0.0, prop)
        return float(free_db + excess_db)

    return loss_db


def print_beside_peers(terrain):
    """Print paths a second, ratio, and differences of the losses, for each peer that is there."""
    paths = profiles(terrain)
    print(
        f"{PATHS} paths of {CELL_M / 1e3 * (POINTS - 1):.1f} km, {FREQUENCY_GHZ:g} GHz, one by one "
        "from Python, processor time:"
    )
    for name, theirs, ours in (
        ("pycraf, P.452 | here, P.1812", theirs_p452(), ours_p1812),
        ("itmlogic | here, Longley-Rice", theirs_itm(), ours_itm),
    ):
        if theirs is None:
            print(f"  {name}: not installed (extra bench), left out")
            continue
        their_s, their_db = processor_s(lambda f=theirs: [f(heights) for heights in paths])
        ours(paths[0])
        our_s, our_db = processor_s(lambda f=ours: [f(heights) for heights in paths])
        difference = our_db - their_db
        print(
            f"  {name}: {PATHS / their_s:,.0f} | {PATHS / our_s:,.0f} paths/s, "
            f"{their_s / our_s:,.0f} times; here less there: median {np.median(difference):+.2f} "
            f"dB, from {difference.min():+.2f} to {difference.max():+.2f}"
        )
