"""Measurements made fit for use: what was dropped or marked, how many, and why."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS, Transformer

from planner.errors import InputError, PlannerWarning, Problem
from planner.ground.grid import LONLAT
from planner.measurements.misplaced import misplaced_cells
from planner.measurements.reading import (
    CELL_ALIASES,
    SAMPLE_ALIASES,
    PositionFormat,
    power_dbm,
    read_rows,
    warn_of_gcj02,
)
from planner.measurements.samples import CLUTTER_CLASSES, MeasuredCells, Samples

Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]

LEAST_DBM, MOST_DBM = -156.0, -30.0
"""Range that a receiver can report: 3GPP TS 38.133, Table 10.1.6.1-1, is -156 to -31 dBm."""
LARGEST_ACCURACY_M = 50.0
FARTHEST_M = 35_000.0
QUALITY = {"rsrq": "rsrq_db", "sinr": "sinr_db", "rate": "rate_mbit_s"}
"""What samples may say beside their RSRP, and the column of its means in the bins."""
_FLOOR_SHARE = 0.01
_FLOOR_TIMES = 5.0
_DEFAULTS = {
    "height": 25.0, "azimuth": np.nan, "electrical_tilt": 0.0, "mechanical_tilt": 0.0,
    "power": 15.0, "carrier": 2600.0, "ground": 0.0, "building": 0.0, "clutter": 0.0,
}  # fmt: skip
"""Values of cells where the table has none; without an azimuth an antenna has no direction."""
_RANGES = {
    "height": (0.0, 400.0), "azimuth": (-180.0, 360.0), "electrical_tilt": (-30.0, 30.0),
    "mechanical_tilt": (-30.0, 30.0), "power": (-60.0, 90.0), "carrier": (300.0, 100_000.0),
}  # fmt: skip


@dataclass(frozen=True)
class Count:
    """How many rows something happened to, and what: ``treatment`` is dropped, marked or kept."""

    reason: str
    rows: int
    treatment: str


@dataclass(frozen=True)
class Measurements:
    """Clean samples with their cells, in metres of ``crs``; ``counts`` say what was done.

    ``misplaced``: cells whose samples point elsewhere, with the reason. ``indoor_said``: the files
    say which samples are indoors; else a building at the place makes it likely. ``quality``: RSRQ
    (dB), SINR (dB) and rate (Mbit/s) of the samples, by the column of :data:`QUALITY`, NaN where
    there is none.
    """

    samples: Samples
    cells: MeasuredCells
    crs: CRS
    read: int
    counts: tuple[Count, ...]
    misplaced: dict[str, str]
    indoor_said: bool = False
    quality: Mapping[str, Floats] = field(default_factory=dict)

    def as_text(self) -> str:
        """Return the counts as lines."""
        used = len(self.samples)
        lines = [f"{self.read:,} rows read, {used:,} samples of {len(self.cells):,} cells used"]
        lines += [
            f"  {one.rows:>9,} {one.treatment}: {one.reason}" for one in self.counts if one.rows
        ]
        lines += [f"  cell {name}: {why}" for name, why in self.misplaced.items()]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        """Return the counts as plain values."""
        return {
            "rows_read": self.read,
            "samples_used": len(self.samples),
            "cells": len(self.cells),
            "counts": [one.__dict__ for one in self.counts],
            "misplaced_cells": self.misplaced,
        }


def read_measurements(
    paths: Sequence[Path],
    cells: Path,
    *,
    positions: PositionFormat = PositionFormat(),  # noqa: B008
    floor_dbm: float | None = None,
) -> Measurements:
    """Read measurements and the cells that they name, and clean them.

    ``floor_dbm``: what the receiver reports at its floor; None finds it, if many samples share the
    least value.

    Raises
    ------
    InputError
        Files that cannot be used: :func:`planner.measurements.reading.read_rows`; powers in mixed
        units; no sample of a known cell; a cell that is listed twice.
    """
    cell_rows = read_rows([cells], CELL_ALIASES, positions)
    rows = read_rows(paths, SAMPLE_ALIASES, positions)
    read, counts = len(rows), []
    rows = rows.assign(rsrp=power_dbm(rows["rsrp"], str(paths[0])))
    known = _known_cells(cell_rows, str(cells))

    def drop(reason: str, keep: Marks) -> None:
        nonlocal rows
        counts.append(Count(reason, int((~keep).sum()), "dropped"))
        rows = rows[keep]

    drop("without a position", rows[["lon", "lat"]].notna().all(axis=1).to_numpy())
    drop("without a number as RSRP", np.isfinite(rows["rsrp"].to_numpy()))
    power = rows["rsrp"].to_numpy()
    drop(f"RSRP outside {LEAST_DBM:g} to {MOST_DBM:g} dBm",
         (power >= LEAST_DBM) & (power <= MOST_DBM))  # fmt: skip
    if "accuracy" in rows:
        accuracy = pd.to_numeric(rows["accuracy"], errors="coerce").fillna(0.0).to_numpy()
        drop(f"position worse than {LARGEST_ACCURACY_M:g} m", accuracy <= LARGEST_ACCURACY_M)
    _warn_of_times(rows, str(paths[0]))
    same = [key for key in ("cell", "lon", "lat", "time", "rsrp") if key in rows]
    drop("the same row again", ~rows.duplicated(same).to_numpy())
    # Each name is looked up once: millions of rows name some hundreds of cells.
    number, named = pd.factorize(rows["cell"])
    names = pd.Index(named.astype(str)).str.strip()
    at = np.append(pd.Index(known["cell"]).get_indexer(names), -1)[number]
    drop("of a cell that is not in the table of cells", at >= 0)
    at = at[at >= 0]
    if not len(rows):
        raise InputError(
            Problem("no sample of a known cell is left", str(paths[0]), "cell",
                    names[:3].tolist(), f"names such as {known['cell'].head(3).tolist()}")
        )  # fmt: skip
    lon, lat = rows["lon"].to_numpy(), rows["lat"].to_numpy()
    cell_lon, cell_lat = known["lon"].to_numpy()[at], known["lat"].to_numpy()[at]
    if not positions.gcj02:
        warn_of_gcj02((lon, lat), (cell_lon, cell_lat))
    crs = _local_crs(known)
    samples, table = _arrays(rows, at, known, crs)
    away = np.hypot(samples.x_m - table.x_m[at], samples.y_m - table.y_m[at])
    near = away <= FARTHEST_M
    counts.append(
        Count(f"more than {FARTHEST_M / 1000:g} km from its cell", int((~near).sum()), "dropped")
    )
    if not near.any():
        raise InputError(
            Problem("every sample is far from its cell", str(paths[0]), "lon, lat",
                    f"{np.median(away) / 1000:,.0f} km in the median", "positions near the cells")
        )  # fmt: skip
    samples = samples.take(near)
    quality = {
        column: pd.to_numeric(rows[key], errors="coerce").to_numpy(np.float64)[near]
        for key, column in QUALITY.items()
        if key in rows
    }
    samples = _with_floor(samples, floor_dbm)
    counts.append(
        Count("at the receiver's floor: at most that power", int(samples.censored.sum()), "marked")
    )
    counts.append(
        Count("indoors, as said or by a building at the place", int(samples.indoor.sum()), "marked")
    )
    silent = len(table) - len(np.unique(samples.cell))
    counts.append(Count("cells without samples", silent, "kept"))
    misplaced = misplaced_cells(samples, table)
    return Measurements(
        samples, table, crs, read, tuple(counts), misplaced, "indoor" in rows, quality
    )


def _warn_of_times(rows: pd.DataFrame, name: str) -> None:
    """Warn of times without a zone among times with one, and of times that cannot be read."""
    if "time" not in rows or pd.api.types.is_numeric_dtype(rows["time"]):
        return
    text = rows["time"].astype(str)
    zoned = text.str.contains(r"(?:Z|[+-]\d\d:?\d\d)$", regex=True)
    if zoned.any() and not zoned.all():
        warnings.warn(
            f"{name}: {int((~zoned).sum()):,} of {len(text):,} times name no zone; taken as "
            "they stand (times only tell repeated rows apart)", PlannerWarning, stacklevel=3,
        )  # fmt: skip


def _known_cells(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the table of cells with every column, defaults where one is missing."""
    rows = rows.assign(cell=rows["cell"].astype(str).str.strip())
    problems = []
    twice = rows["cell"][rows["cell"].duplicated()]
    if len(twice):
        problems.append(
            Problem("cells are listed twice", name, "cell", twice.head(5).tolist(), "each once")
        )
    if rows[["lon", "lat"]].isna().any(axis=None):
        lost = rows["cell"][rows[["lon", "lat"]].isna().any(axis=1)].head(5).tolist()
        problems.append(Problem("cells have no position", name, "lon, lat", lost, "numbers"))
    ground_said = "ground" in rows
    missing = [key for key in _RANGES if key not in rows]
    for key, value in _DEFAULTS.items():
        found = (
            pd.to_numeric(rows[key], errors="coerce")
            if key in rows
            else pd.Series(value, rows.index)
        )
        rows = rows.assign(**{key: found.fillna(value)})
        low, high = _RANGES.get(key, (-np.inf, np.inf))
        wrong = rows[(rows[key] < low) | (rows[key] > high)]
        if len(wrong):
            problems.append(
                Problem(f"{key} is out of range", name, key,
                        [wrong["cell"].iloc[0], float(wrong[key].iloc[0])], f"{low:g} to {high:g}")
            )  # fmt: skip
    if problems:
        raise InputError(problems)
    if missing:
        taken = ", ".join(
            f"{key} {_DEFAULTS[key]:g}" if key != "azimuth" else "antennas without a direction"
            for key in missing
        )
        warnings.warn(f"{name}: columns are missing; taken: {taken}", PlannerWarning, stacklevel=3)
    known = rows.assign(azimuth=rows["azimuth"] % 360.0).reset_index(drop=True)
    known.attrs["ground_said"] = ground_said
    return known


def _local_crs(known: pd.DataFrame) -> CRS:
    """Return the UTM zone (WGS 84) of the middle of the cells."""
    zone = int((float(known["lon"].median()) + 180.0) // 6.0) % 60 + 1
    return CRS.from_epsg((32600 if known["lat"].median() >= 0.0 else 32700) + zone)


def _arrays(
    rows: pd.DataFrame, at: npt.NDArray[np.int64], known: pd.DataFrame, crs: CRS
) -> tuple[Samples, MeasuredCells]:
    to_metres = Transformer.from_crs(LONLAT, crs, always_xy=True)
    x, y = to_metres.transform(known["lon"].to_numpy(), known["lat"].to_numpy())
    value = {key: known[key].to_numpy(np.float64) for key in _DEFAULTS}
    cells = MeasuredCells(
        known["cell"].to_numpy(np.str_), np.asarray(x), np.asarray(y), value["height"],
        value["azimuth"], value["electrical_tilt"], value["mechanical_tilt"], value["carrier"],
        value["power"], value["ground"], value["building"], value["clutter"].astype(np.int64),
    )  # fmt: skip

    def optional(key: str) -> Floats:
        if key not in rows:
            return np.zeros(len(rows))
        return np.asarray(pd.to_numeric(rows[key], errors="coerce").fillna(0.0), np.float64)

    sx, sy = to_metres.transform(rows["lon"].to_numpy(), rows["lat"].to_numpy())
    ground = optional("ground") if "ground" in rows else cells.ground_m[at]
    if "ground" in rows and not known.attrs["ground_said"]:
        own = pd.Series(ground).groupby(at).median().reindex(range(len(cells)))
        cells = replace(cells, ground_m=own.fillna(float(np.median(ground))).to_numpy())
    building = optional("building")
    inside = building > 2.0
    if "indoor" in rows:
        word = rows["indoor"].astype(str).str.strip().str.lower()
        inside = word.isin(["1", "true", "yes", "indoor", "是"]).to_numpy()
    samples = Samples(
        at.astype(np.int64), np.asarray(sx), np.asarray(sy), rows["rsrp"].to_numpy(np.float64),
        ground, building, _clutter(rows), np.zeros(len(rows), bool),
        inside,
    )  # fmt: skip
    return samples, cells


def _clutter(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return classes of clutter from 1 on, 0 unknown: as they are, or by how often a name is there.

    Names and codes beyond the known classes are numbered; the rarest beyond these are unknown.
    """
    if "clutter" not in rows:
        return np.zeros(len(rows), np.int64)
    codes = pd.to_numeric(rows["clutter"], errors="coerce")
    known = codes.isna() | ((codes >= 0) & (codes <= CLUTTER_CLASSES))
    if known.all() and codes.notna().any():
        return np.asarray(codes.fillna(0.0), np.int64)
    names = rows["clutter"].astype(str).str.strip().where(rows["clutter"].notna(), "")
    often = names[names != ""].value_counts().index[:CLUTTER_CLASSES]
    return np.asarray(pd.Index(often).get_indexer(names) + 1, np.int64)


def _with_floor(samples: Samples, floor_dbm: float | None) -> Samples:
    """Mark samples at the floor: the said one, or a least value that far too many share."""
    power = samples.rsrp_dbm
    if floor_dbm is None:
        least = power.min()
        here, above = (
            (power <= least + 0.5).mean(),
            ((power > least + 0.5) & (power <= least + 1.5)).mean(),
        )
        found = here >= _FLOOR_SHARE and here > _FLOOR_TIMES * above
        floor_dbm = float(least) if found else -np.inf
    at_floor = power <= floor_dbm
    return replace(samples, censored=at_floor)
