"""Files of measurements and cells inside the small study."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tests.planner.study import EAST, NORTH, SOUTH, WEST

METRE_DEG = 1.0 / 111_195.0


def tables(cells: int = 8, per_cell: int = 80, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return samples and cells: power falls 35 dB a decade, with pattern and shadowing."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "cell": [f"C{k}" for k in range(cells)],
            "lon": rng.uniform(WEST + 0.05, EAST - 0.05, cells),
            "lat": rng.uniform(SOUTH + 0.04, NORTH - 0.04, cells),
            "height_m": rng.uniform(20, 40, cells).round(1),
            "azimuth_deg": rng.uniform(0, 360, cells).round(),
            "electrical_tilt_deg": 6.0, "mechanical_tilt_deg": 0.0, "power_dbm": 15.0,
            "carrier_mhz": 2600.0,
        }
    )  # fmt: skip
    row = np.repeat(np.arange(cells), per_cell)
    away = rng.uniform(50, 700, len(row))
    turn = rng.normal(0, 45, len(row))
    bearing = np.radians(table["azimuth_deg"].to_numpy()[row] + turn)
    lat = table["lat"].to_numpy()[row] + away * np.cos(bearing) * METRE_DEG
    east = METRE_DEG / np.cos(np.radians(lat))
    power = -45.0 - 35.0 * np.log10(away / 10) - np.minimum(12 * (turn / 65) ** 2, 25)
    power += rng.normal(0, 5, len(row)) + rng.normal(0, 4, cells)[row]
    samples = pd.DataFrame(
        {
            "lon": table["lon"].to_numpy()[row] + away * np.sin(bearing) * east, "lat": lat,
            "rsrp": power.round(1), "cell": table["cell"].to_numpy()[row],
        }
    )  # fmt: skip
    return samples, table


def written(folder: Path, samples: pd.DataFrame, cells: pd.DataFrame) -> tuple[Path, Path]:
    """Write both as CSV; return their paths."""
    paths = folder / "samples.csv", folder / "cells.csv"
    samples.to_csv(paths[0], index=False)
    cells.to_csv(paths[1], index=False)
    return paths
