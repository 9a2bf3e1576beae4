"""Recommendation P.1812 against every line of the validation logs of Study Group 3."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from kernels.radio.p1812 import path as p1812
from kernels.radio.p1812.climate import middle_latitude_deg
from kernels.radio.p1812.losses import path_angle_mrad
from kernels.radio.p1812.terms import Conditions

TOLERANCE = 1e-6
N_LOGS = 42


def profile_rows(path):
    """Return distance, height, clutter height and zone of every point of a profile file."""
    rows = list(csv.reader(path.read_text().splitlines()))
    start = next(i for i, row in enumerate(rows) if row[:1] == ["Number of Points:"])
    count = int(rows[start][1])
    table = np.array([[float(x) for x in row[:5]] for row in rows[start + 1 : start + 1 + count]])
    return (
        table[:, 0].copy(),
        table[:, 1].copy(),
        table[:, 3].copy(),
        table[:, 4].astype(np.int8),
    )


def log_values(path):
    """Return the values of a log by (name, reference), and those of its inputs by name."""
    values = {}
    for row in csv.reader(path.read_text().splitlines()):
        if len(row) > 3 and row[3] not in ("", "Value"):
            values.setdefault((row[0].strip(), row[1]), float(row[3]))
    return values


def conditions_of(values):
    given = {name: value for (name, source), value in values.items() if not source}
    return Conditions(
        frequency_ghz=given["f (GHz)"],
        polarisation=int(given["pol"]),
        tx_height_m=given["htg (m)"],
        rx_height_m=given["hrg (m)"],
        time_percent=given["p (%)"],
        location_percent=given["pL (%)"],
        latitude_deg=middle_latitude_deg(
            given["phi_t (deg)"],
            given["lam_t (deg)"],
            given["phi_r (deg)"],
            given["lam_r (deg)"],
            given["d (km)"],
        ),
        lapse_rate=given["DN"],
        refractivity=given["N0"],
        tx_coast_km=given["dct (km)"],
        rx_coast_km=given["dcr (km)"],
        location_sigma_db=given["sigmaL (dB)"],
    )


def computed(conditions, geometry, climate, losses):
    """Name every computed value as the logs do."""
    g, c, x = geometry, climate, losses
    median_km = 6371.0 * 157.0 / (157.0 - conditions.lapse_rate)
    return {
        ("d (km)", ""): g.distance_km,
        ("dlt (km)", "Eq (78)"): g.tx_horizon_km,
        ("dlr (km)", "Eq (81a)"): g.rx_horizon_km,
        ("th_t (mrad)", "Eqs (76-78)"): g.tx_horizon_mrad,
        ("th_r (mrad)", "Eqs (79-81)"): g.rx_horizon_mrad,
        ("th (mrad)", "Eq (82)"): path_angle_mrad(g, median_km),
        ("hts (m)", ""): g.tx_m,
        ("hrs (m)", ""): g.rx_m,
        ("htc (m)", "Table 5"): g.tx_m,
        ("hrc (m)", "Table 5"): g.rx_m,
        ("w", "Table 5"): c.sea_share,
        ("dtm (km)", "Sec 3.6"): c.land_km,
        ("dlm (km)", "Sec 3.6"): c.inland_km,
        ("phi (deg)", "Eq (4)"): conditions.latitude_deg,
        ("b0 (%)", "Eq (5)"): x.beta0,
        ("ae (km)", "Eq (7a)"): median_km,
        ("hst (m)", "Eq (85)"): g.tx_surface_m,
        ("hsr (m)", "Eq (86)"): g.rx_surface_m,
        ("hst (m)", "Eq (90a)"): g.tx_duct_m,
        ("hsr (m)", "Eq (90b)"): g.rx_duct_m,
        ("hstd (m)", "Eq (89)"): g.tx_smooth_m,
        ("hsrd (m)", "Eq (89)"): g.rx_smooth_m,
        ("htc (m)", "Eq (37a)"): g.tx_m - g.tx_smooth_m,
        ("hrc (m)", "Eq (37b)"): g.rx_m - g.rx_smooth_m,
        ("hte (m)", "Eq (92a)"): g.tx_m - g.tx_duct_m,
        ("hre (m)", "Eq (92b)"): g.rx_m - g.rx_duct_m,
        ("hm (m)", "Eq (93)"): g.roughness_m,
        ("Fi", "Eq (40)"): x.fi,
        ("Fj", "Eq (57)"): x.fj,
        ("Fk", "Eq (58)"): x.fk,
        ("Lbfs", "Eq (8)"): x.lbfs,
        ("Lb0p", "Eq (10)"): x.lb0p,
        ("Lb0b", "Eq (11)"): x.lb0b,
        ("Lbulla (dB)", "Eq (21)"): x.diffraction.lbulla,
        ("Lbulls (dB)", "Eq (21)"): x.diffraction.lbulls,
        ("Ldsph (dB)", "Eq (27)"): x.diffraction.ldsph,
        ("Ld50 (dB)", "Eq (39)"): x.diffraction.ld50,
        ("Ldb (dB)", "Eq (39)"): x.diffraction.ldb,
        ("Ldp (dB)", "Eq (41)"): x.diffraction.ldp,
        ("Lbd50 (dB)", "Eq (42)"): x.lbd50,
        ("Lbd (dB)", "Eq (43)"): x.lbd,
        ("Lminb0p (dB)", "Eq (59)"): x.lminb0p,
        ("Lba (dB)", "Eq (46)"): x.lba,
        ("Lminbap (dB)", "Eq (60)"): x.lminbap,
        ("Lbda (dB)", "Eq (61)"): x.lbda,
        ("Lbam (dB)", "Eq (62)"): x.lbam,
        ("Lbs (dB)", "Eq (44)"): x.lbs,
        ("Lbc (dB)", "Eq (63)"): x.lbc,
        ("Lb (dB)", "Eq (69)"): x.lb,
        ("Ep (dBuV/m)", "Eq (70)"): p1812.field_strength_dbuv_m(x.lb, conditions.frequency_ghz),
    }


def test_every_line_of_every_log(reference_dir):
    folder = reference_dir / "radio" / "p1812"
    logs = sorted((folder / "results").glob("*_log.csv"))
    assert len(logs) == N_LOGS
    for log in logs:
        profile = profile_rows(folder / "profiles" / f"{log.stem[:-4].rsplit('_', 1)[0]}.csv")
        values = log_values(log)
        conditions = conditions_of(values)
        found = computed(conditions, *p1812.analysed_path(*profile, conditions))
        for key, expected in values.items():
            if key[1]:
                assert found[key] == pytest.approx(expected, abs=TOLERANCE), (log.stem, key)
        loss_db = p1812.path_loss_db(*profile, conditions)
        assert loss_db == pytest.approx(values["Lb (dB)", "Eq (69)"], abs=TOLERANCE)
