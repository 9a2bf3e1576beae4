"""A calibration as overlay, page and tables: errors of the radio before and after, and where."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import tomli_w

from planner.outputs.figure import svg
from planner.outputs.folder import check_output_folder, complete_or_nothing
from planner.outputs.page import page
from planner.outputs.plots.measured import measured_against_predicted, residual_map
from planner.outputs.tables.csv import write_table
from planner.outputs.tables.measured_geotiff import write_measured_map

if TYPE_CHECKING:
    from planner.calibrated_scenario import CalibratedScenario

OVERLAY, PAGE, CELLS, BINS = "calibration.toml", "calibration.html", "cells.csv", "residuals.csv"
MAP = "map.tif"
FILES = (OVERLAY, PAGE, CELLS, BINS, MAP)
BIN_M = 100.0
WORST_CELLS = 15
_DISTANCES_M = (0.0, 100.0, 200.0, 400.0, 800.0, 1600.0, np.inf)
_COLUMNS = {"published": "published_dbm", "corrected": "corrected_dbm", "learned": "learned_dbm"}
_LEAST_SAMPLES = 100


def check_calibration_folder(folder: Path, *, force: bool) -> None:
    """Refuse a folder that cannot be filled, before the work begins."""
    check_output_folder(folder, FILES, force=force)


def save_calibration(found: CalibratedScenario, folder: Path, *, force: bool) -> None:
    """Write overlay, page, map, cells and residuals by squares; no single sample is written."""
    check_calibration_folder(folder, force=force)
    with complete_or_nothing(folder, FILES) as staging:
        overlay = tomli_w.dumps(found.as_dict()["overlay"])
        (staging / OVERLAY).write_text(overlay, encoding="utf-8")
        (staging / PAGE).write_text(calibration_page(found), encoding="utf-8")
        write_measured_map(found.map, staging / MAP)
        decimals = dict.fromkeys(("bias_db", "rmse_db", "spread_db"), 2)
        write_table(by_cell(found), staging / CELLS, decimals)
        write_table(residual_bins(found), staging / BINS, {"residual_db": 1, "spread_db": 1})


def calibration_page(found: CalibratedScenario) -> str:
    """Return the page as HTML."""
    table = found.table
    edges = [
        f"{low:,.0f} m and more" if high == np.inf else f"{low:,.0f} to {high:,.0f} m"
        for low, high in pairwise(_DISTANCES_M)
    ]
    distance = pd.cut(table["distance_m"], _DISTANCES_M, labels=edges, right=False)
    return page(
        "calibration_page.html.j2",
        found=found,
        errors={name: found.errors(column) for name, column in _COLUMNS.items()},
        by_class=_rows(table, table["area_class"]),
        by_carrier=_rows(table, table["carrier_mhz"]) if found.correction.carriers else [],
        by_cover=_rows(table, table["cover"]) if found.correction.covers else [],
        by_distance=_rows(table, distance),
        terrain_weight=found.terrain_weight,
        worst=by_cell(found).head(WORST_CELLS).to_dict("records"),
        map_svg=svg(
            partial(residual_map, residual_bins(found)), "residual-map", width_in=8.0, height_in=6.0
        ),
        scatter_svg=svg(
            partial(measured_against_predicted, table),
            "measured-predicted",
            width_in=8.0,
            height_in=4.5,
        ),
    )


def by_cell(found: CalibratedScenario) -> pd.DataFrame:
    """Return the errors of the learned map by cell, the worst first, with what may explain them."""
    rows = []
    for cell, some in found.table.groupby("cell"):
        error = some["measured_dbm"] - some["learned_dbm"]
        rows.append(
            {
                "cell": cell, "samples": len(some), "bias_db": error.mean(),
                "rmse_db": float(np.sqrt((error**2).mean())), "spread_db": error.std(ddof=0),
                "why": _why(some, float(error.mean()), float(error.std(ddof=0))),
            }
        )  # fmt: skip
    misplaced = [
        {"cell": name, "samples": 0, "bias_db": np.nan, "rmse_db": np.nan, "spread_db": np.nan,
         "why": f"left out: {why}"}
        for name, why in found.measurements.misplaced.items()
    ]  # fmt: skip
    table = pd.DataFrame(rows).sort_values("rmse_db", ascending=False)
    return pd.concat([table, pd.DataFrame(misplaced)], ignore_index=True) if misplaced else table


def residual_bins(found: CalibratedScenario) -> pd.DataFrame:
    """Return mean and spread of measured less learned power over squares of 100 m."""
    table = found.table
    residual = table["measured_dbm"] - table["learned_dbm"]
    square = pd.DataFrame(
        {"x_m": (table["x_m"] // BIN_M + 0.5) * BIN_M, "y_m": (table["y_m"] // BIN_M + 0.5) * BIN_M}
    )
    bins = residual.groupby([square["x_m"], square["y_m"]]).agg(["mean", "std", "size"])
    bins.columns = pd.Index(["residual_db", "spread_db", "samples"])
    return bins.fillna({"spread_db": 0.0}).reset_index()


def _why(some: pd.DataFrame, bias_db: float, spread_db: float) -> str:
    if len(some) < _LEAST_SAMPLES:
        return "few samples"
    if abs(bias_db) > spread_db:
        side = "stronger" if bias_db > 0.0 else "weaker"
        return f"as a whole {side} than its data say: power, height, tilt or position"
    if some["distance_m"].median() > 1000.0:
        return "its samples lie far away"
    return "differs from place to place: buildings that the map does not know"


def _rows(table: pd.DataFrame, key: pd.Series) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name, some in table.groupby(key, observed=True):
        row: dict[str, object] = {"name": str(name).replace("_", " "), "samples": len(some)}
        for label, column in _COLUMNS.items():
            error = some["measured_dbm"] - some[column]
            row[label] = {
                "bias_db": error.mean(), "rmse_db": float(np.sqrt((error**2).mean())),
                "spread_db": error.std(ddof=0),
            }  # fmt: skip
        rows.append(row)
    return rows
