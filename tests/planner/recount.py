"""The totals of a saved plan, recounted from its ``stations.csv`` alone.

Nothing of siting, coverage or the certificate is used: the positions of the stations, the people of
the ground, and single users drawn by :mod:`tests.planner.single_users`, each with the loss of every
link.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Transformer

import planner
from planner.ground.grid import LONLAT
from tests.planner.single_users import served_share

SHARES = {"population_covered_baseline_share": ("baseline",),
          "population_covered_share": ("baseline", "must_have", "new")}  # fmt: skip


def recounted(folder: Path, n_users: int) -> dict[str, tuple[float, float, float]]:
    """Return each share of ``summary.json``: as reported, recounted, and the standard error."""
    saved = planner.open(folder)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    table = pd.read_csv(folder / "stations.csv", encoding="utf-8-sig")
    grid = saved.ground.area.grid
    to_grid = Transformer.from_crs(LONLAT, grid.crs, always_xy=True)
    cells = grid.cells(*to_grid.transform(table["lon"].to_numpy(), table["lat"].to_numpy()))
    found = {}
    for key, roles in SHARES.items():
        own = cells[np.isin(table["role"], roles)]
        share, error = served_share(saved.scenario, saved.ground, own, n_users)
        found[key] = (summary[key], share, error)
    return found
