"""The overlay of a calibration: values that ``--with`` sets, and how far they may be off."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from planner.ground.area_class import AREA_CLASSES
from planner.ground.land_cover import height_and_loss
from planner.measurements.correction import ClassCorrection, Correction, GroupCorrection
from planner.scenario.terrain import LandCover

PATTERN, CARRIERS = "radio.antenna.pattern_weight", "radio.carrier_loss_db"
COVERS, TERRAIN = "terrain.land_cover.measured_loss_db", "terrain.diffraction_weight"

_LARGEST_SIGMA_DB = 20.0
_LARGEST_WEIGHT, _LARGEST_TERRAIN_WEIGHT = 2.0, 3.0
_LEAST_SIGMAS = 3.2
"""An error is at most one over this of the room to a limit, so that no draw leaves its limits."""

Losses = Mapping[str, tuple[float, float]]


def overlay_tables(
    scenario: str,
    correction: Correction,
    entry_losses: Losses,
    rmse_db: Sequence[float],
    standing: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the overlay that ``--with`` takes: corrections by class, and what they rest on.

    Parameters
    ----------
    scenario
        Name of the scenario that was calibrated.
    correction
        What was fitted outdoors, by area class.
    entry_losses
        By class, what indoor samples add to the loss into buildings, and its standard error.
    rmse_db
        Error before and after.
    standing
        Values of the scenario that the fit was added to: an earlier calibration may be in them.
    """
    changes: dict[str, float] = {}

    def add(key: str, fitted: float) -> None:
        changes[key] = round(value_at(standing, key) + fitted, 2)

    for one in correction.classes:
        key = f"radio.{one.area_class}.correction"
        add(f"{key}.offset_db", one.offset_db)
        add(f"{key}.slope_db_per_decade", one.slope_db_per_decade)
        if one.shadow_sigma_db is not None:
            changes[f"{key}.shadow_sigma_db"] = _sigma_db(one)
    for name, (loss_db, _) in entry_losses.items():
        add(f"radio.{name}.correction.building_loss_db", loss_db)
    for carrier in correction.carriers:
        add(f"{CARRIERS}.{carrier.key}", carrier.offset_db)
    if correction.covers:
        by_code, least_db = _covers(correction.covers, standing)
        changes |= {f"{COVERS}.{code}": round(loss_db, 2) for code, loss_db in by_code.items()}
        for known in AREA_CLASSES:
            key = f"radio.{known.key}.correction.offset_db"
            changes[key] = round(changes.get(key, value_at(standing, key)) + least_db, 2)
    if correction.terrain_change is not None:
        weight = value_at(standing, TERRAIN) + correction.terrain_change[0]
        changes[TERRAIN] = round(min(max(weight, 0.0), _LARGEST_TERRAIN_WEIGHT), 3)
    if correction.pattern_weight is not None:
        weight = value_at(standing, PATTERN) * correction.pattern_weight[0]
        changes[PATTERN] = round(min(max(weight, 0.0), _LARGEST_WEIGHT), 3)
    if correction.shared_share is not None:
        changes["service.shadowing_correlation"] = round(correction.shared_share, 2)
    counts = {f"{one.area_class}_samples": one.samples for one in correction.classes}
    before, after = rmse_db
    fitted = _fitted(correction, entry_losses, changes, standing)
    models = [f"radio.{one.area_class}.model" for one in correction.classes]
    return {
        "name": "calibration",
        "title": f"Radio of {scenario} calibrated by measurements",
        "assumption": f"Fitted to {sum(counts.values()):,} samples outdoors: RMSE {before:.1f} dB "
        f"before, {after:.1f} dB after. Offsets hold what the table of cells leaves out.",
        "replaces": [*changes, *models],
        "set": changes,
        "append": {"uncertain": [fitted]},
        "calibration": {
            **counts,
            "common_sigma_db": round(correction.common_sigma_db, 2),
            "link_sigma_db": round(correction.link_sigma_db, 2),
            "decorrelation_m": round(correction.decorrelation_m, 1),
        },
    }


def _covers(
    fitted: Sequence[GroupCorrection], standing: Mapping[str, Any]
) -> tuple[dict[int, float], float]:
    """Return the measured loss by code of land cover, and what all area classes take of it.

    Footprints use no gain of land cover: they end at the radius of their area class. So if a cover
    that was measured adds less than 0 dB, its loss goes to the classes, and all covers gain that.
    """
    section = LandCover.model_validate_json(json.dumps(standing["terrain"]["land_cover"]))
    more_db = {one.key: one.offset_db for one in fitted}
    losses_db = {code: loss_db for code, (_, loss_db) in height_and_loss(section).items()}
    least_db = min(0.0, *(losses_db[code] + more_db[code] for code in more_db))
    measured = {
        code: section.measured_loss_db.get(str(code), 0.0) + more_db.get(code, 0.0) - least_db
        for code in losses_db
    }
    return measured, least_db


def _fitted(
    correction: Correction,
    entry_losses: Losses,
    changes: Mapping[str, float],
    standing: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the table ``[[uncertain]]`` of what was fitted.

    What was fitted together with its covariance, then spreads and losses into buildings, each with
    an error of its own.
    """
    fits = [f"radio.{one.area_class}.correction" for one in correction.classes]
    keys = [f"{fit}.{name}" for fit in fits for name in ("offset_db", "slope_db_per_decade")]
    keys += [f"{CARRIERS}.{one.key}" for one in correction.carriers]
    keys += [f"{COVERS}.{one.key}" for one in correction.covers]
    factors = {
        TERRAIN: (correction.terrain_change, 1.0, _LARGEST_TERRAIN_WEIGHT),
        PATTERN: (correction.pattern_weight, value_at(standing, PATTERN), _LARGEST_WEIGHT),
    }
    scale = np.ones(len(keys))
    for key, (found, unit, largest) in factors.items():
        if found is not None:
            keys.append(key)
            room = min(changes[key], largest - changes[key]) / _LEAST_SIGMAS
            scale = np.append(scale, min(unit, room / found[1]))
    variances = []
    for one, fit in zip(correction.classes, fits, strict=True):
        if one.shadow_sigma_db is not None:
            keys.append(f"{fit}.shadow_sigma_db")
            # Standard error of a standard deviation of independent cells.
            error_db = _sigma_db(one) / np.sqrt(2.0 * max(one.cells - 1, 1))
            room_db = min(_sigma_db(one), _LARGEST_SIGMA_DB - _sigma_db(one))
            variances.append(min(error_db, room_db / _LEAST_SIGMAS) ** 2)
    for name, (_, error_db) in entry_losses.items():
        keys.append(f"radio.{name}.correction.building_loss_db")
        variances.append(error_db**2)
    whole = np.zeros((len(keys), len(keys)))
    known = len(correction.covariance)
    whole[:known, :known] = correction.covariance * np.outer(scale, scale)
    whole[range(known, len(keys)), range(known, len(keys))] = variances
    return {
        "key": keys,
        "name": "Radio as measured",
        "name_zh": "实测校准的无线参数",
        "source": "planner calibrate: errors of what was fitted, whole cells as units",
        "fitted": [changes[key] for key in keys],
        "covariance": whole.round(7).tolist(),
    }


def value_at(tables: Mapping[str, Any], dotted: str) -> float:
    """Return the number under a dotted key; 0 where there is none."""
    here: Any = tables
    for part in dotted.split("."):
        here = here.get(part) if isinstance(here, Mapping) else None
    return float(here or 0.0)


def _sigma_db(one: ClassCorrection) -> float:
    return round(min(max(one.shadow_sigma_db or 0.0, 0.1), _LARGEST_SIGMA_DB), 2)
