"""Measurements as means over squares; single rows are personal data and are never written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from pyproj import Transformer

from planner.ground.grid import LONLAT
from planner.measurements.cleaning import Measurements
from planner.outputs.folder import check_output_folder, complete_or_nothing
from planner.outputs.tables.csv import write_table

BIN_M = 50.0
FILES = ("measurements.csv",)


def binned(found: Measurements) -> pd.DataFrame:
    """Return mean, spread and number of samples of each cell in squares of 50 m.

    With the means of RSRQ, SINR and rate, if the files have them.
    """
    some = found.samples
    table = pd.DataFrame(
        {
            "cell": found.cells.name[some.cell],
            "x": (some.x_m // BIN_M + 0.5) * BIN_M,
            "y": (some.y_m // BIN_M + 0.5) * BIN_M,
            "rsrp_dbm": some.rsrp_dbm,
            **found.quality,
        }
    )
    squares = table.groupby(["cell", "x", "y"])
    bins = squares["rsrp_dbm"].agg(["mean", "std", "size"]).reset_index()
    means = squares[list(found.quality)].mean().reset_index(drop=True)
    to_lonlat = Transformer.from_crs(found.crs, LONLAT, always_xy=True)
    lon, lat = to_lonlat.transform(bins["x"].to_numpy(), bins["y"].to_numpy())
    return pd.DataFrame(
        {
            "cell": bins["cell"], "lon": lon, "lat": lat, "samples": bins["size"],
            "rsrp_dbm": bins["mean"], "spread_db": bins["std"].fillna(0.0), **means,
        }
    )  # fmt: skip


def save_bins(found: Measurements, folder: Path, *, force: bool) -> None:
    """Write the bins as a table.

    Raises
    ------
    InputError
        As :func:`planner.outputs.folder.check_output_folder`.
    """
    check_output_folder(folder, FILES, force=force)
    with complete_or_nothing(folder, FILES) as staging:
        decimals = {"lon": 6, "lat": 6, "rsrp_dbm": 1, "spread_db": 1}
        decimals |= dict.fromkeys(found.quality, 1)
        write_table(binned(found), staging / FILES[0], decimals)
