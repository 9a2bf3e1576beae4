"""A scenario calibrated by measurements: its published radio against them, and what corrects it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer

from planner.errors import InputError, Problem
from planner.ground.area_class import AREA_CLASSES
from planner.ground.grid import LONLAT, Grid
from planner.ground.ground import Ground
from planner.ground.land_cover import height_and_loss, land_cover_at
from planner.measurements.calibration import Calibration, calibrate
from planner.measurements.cleaning import Measurements, read_measurements
from planner.measurements.correction import (
    Correction,
    entry_losses,
    fit_correction,
    warn_of_held_slopes,
)
from planner.measurements.groups import rows_of_each
from planner.measurements.height_map import height_map
from planner.measurements.links import NO_CODE, LinkDetails
from planner.measurements.measured_map import MeasuredMap, measured_map
from planner.measurements.overlay import (
    CARRIERS,
    COVERS,
    PATTERN,
    TERRAIN,
    overlay_tables,
    value_at,
)
from planner.measurements.reading import PositionFormat
from planner.measurements.samples import MeasuredCells, Samples
from planner.pipeline import ground_of, scenario_radii
from planner.radio.antenna import AntennaPattern, antenna_pattern
from planner.radio.calibrated import class_model
from planner.radio.cell_size import cell_size_m
from planner.radio.propagation_model import Link
from planner.radio.radio_sweep import path_loss_db
from planner.radio.sectors import class_building_loss_db
from planner.radio.terrain_excess import terrain_excess_db
from planner.scenario import Scenario, load_scenario
from planner.scenario.radio import RadioSection

Floats = npt.NDArray[np.float64]

MOST_OFFSET_DB = 60.0
"""Measured powers farther from the published ones, in the median, are in another unit."""
HOLDS = {PATTERN: "pattern_db", CARRIERS: "carrier_mhz", COVERS: "cover", TERRAIN: "terrain_db"}
"""Keys that a calibration fits for all area classes and may leave as they are, with the detail of
links that each rests on."""
_MAST_M = (10.0, 150.0)
"""Masts outside this are beyond the published models: taken at its end."""


@dataclass(frozen=True)
class CalibratedScenario:
    """Measurements compared with what the scenario's radio predicts, before and after.

    ``table``: a row for each sample used by the learned map, with the columns cell, x_m, y_m,
    distance_m, area_class, carrier_mhz, cover, measured_dbm, published_dbm, corrected_dbm,
    learned_dbm. The last is what other cells alone say of it. ``standing``: the values of the
    scenario before. ``entry_losses``: by class, what indoor samples add to the
    published loss into buildings, and its standard error; none unless the files say what is
    indoors.
    """

    scenario: str
    measurements: Measurements
    correction: Correction
    calibration: Calibration
    table: pd.DataFrame
    outside: int
    map: MeasuredMap
    entry_losses: dict[str, tuple[float, float]]
    standing: Mapping[str, Any]

    @property
    def terrain_weight(self) -> tuple[float, float] | None:
        """Factor of the loss by terrain as fitted, and its error; None without terrain."""
        if self.correction.terrain_change is None:
            return None
        change, error = self.correction.terrain_change
        return value_at(self.standing, TERRAIN) + change, error

    def errors(self, column: str) -> dict[str, float]:
        """Return bias, RMSE and spread of a column against the measured powers, dB."""
        error = (self.table["measured_dbm"] - self.table[column]).to_numpy()
        return {
            "bias_db": float(error.mean()),
            "rmse_db": float(np.sqrt(np.mean(error**2))),
            "spread_db": float(error.std()),
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        return {
            "scenario": self.scenario,
            "measurements": self.measurements.as_dict(),
            "outside_area": self.outside,
            "before": self.errors("published_dbm"),
            "corrected": self.errors("corrected_dbm"),
            "learned": self.errors("learned_dbm"),
            "overlay": overlay_tables(
                self.scenario,
                self.correction,
                self.entry_losses,
                [self.errors(key)["rmse_db"] for key in ("published_dbm", "corrected_dbm")],
                self.standing,
            ),
        }

    def as_text(self) -> str:
        """Return the samples read, the values fitted and the errors of each."""
        lines = [self.measurements.as_text()]
        if self.outside:
            lines.append(f"  {self.outside:>9,} dropped: outside the study area")
        for one in self.correction.classes:
            sigma = one.shadow_sigma_db
            shown = "published" if sigma is None else f"{sigma:.1f} dB"
            lines.append(
                f"{one.area_class}: {one.offset_db:+.1f} dB (s.e. {one.offset_se_db:.1f}) and "
                f"{one.slope_db_per_decade:+.1f} dB a decade (s.e. {one.slope_se_db:.1f}), "
                f"shadowing {shown}; {one.samples:,} samples of {one.cells} cells"
            )
        fitted = self.correction
        for what, groups in (("MHz", fitted.carriers), ("land cover", fitted.covers)):
            lines += [
                f"{what} {one.key}: {one.offset_db:+.1f} dB (s.e. {one.offset_se_db:.1f}); "
                f"{one.samples:,} samples of {one.cells} cells"
                for one in groups
            ]
        if fitted.pattern_weight is not None:
            weight, error = fitted.pattern_weight
            lines.append(f"antenna: {weight:.2f} of its pattern's loss (s.e. {error:.2f})")
        if self.terrain_weight is not None:
            weight, error = self.terrain_weight
            lines.append(f"terrain: {weight:.2f} of its loss (s.e. {error:.2f})")
        for key, (loss_db, error_db) in self.entry_losses.items():
            lines.append(f"{key}: loss into buildings {loss_db:+.1f} dB (s.e. {error_db:.1f})")
        for name, column in (("published", "published_dbm"), ("corrected", "corrected_dbm"),
                             ("learned, unseen cells", "learned_dbm")):  # fmt: skip
            found = self.errors(column)
            lines.append(
                f"{name:<22} bias {found['bias_db']:+6.2f} dB, RMSE {found['rmse_db']:5.2f} dB, "
                f"spread {found['spread_db']:5.2f} dB"
            )
        return "\n".join(lines)


def calibrate_scenario(
    scenario: str | Path,
    measurements: Sequence[Path],
    cells: Path,
    *,
    positions: PositionFormat = PositionFormat(),  # noqa: B008
    floor_dbm: float | None = None,
    overrides: Sequence[str] | Mapping[str, object] = (),
    hold: Sequence[str] = (),
) -> CalibratedScenario:
    """Calibrate the radio of a scenario by measurements inside its study area.

    ``overrides`` as for :func:`planner.load_scenario`. ``hold``: keys of :data:`HOLDS` that keep
    the values of the scenario.

    Raises
    ------
    InputError
        As :func:`planner.measurements.cleaning.read_measurements`; no sample inside the area; too
        few cells; a key that cannot be held.
    """
    if wrong := [key for key in hold if key not in HOLDS]:
        raise InputError(
            Problem("cannot be held", key="hold", value=wrong[0],
                    expected=f"one of {', '.join(HOLDS)}")
        )  # fmt: skip
    loaded = load_scenario(scenario, overrides)
    standing = loaded.model_dump(mode="json")
    read = read_measurements(measurements, cells, positions=positions, floor_dbm=floor_dbm)
    radii = scenario_radii(loaded.radio, loaded.service, loaded.file)
    ground = ground_of(loaded, cell_size_m(loaded, radii))
    kinds = _area_classes(ground, read)
    inside = kinds != ""
    if not inside.any():
        raise InputError(
            Problem("no sample lies in the study area", str(measurements[0]), "lon, lat",
                    expected=f"positions in the area of {loaded.name}")
        )  # fmt: skip
    outside = int((~inside).sum())
    misplaced = np.isin(read.cells.name[read.samples.cell], list(read.misplaced))
    samples, kinds = read.samples.take(inside & ~misplaced), kinds[inside & ~misplaced]
    land = height_map(samples, read.cells)
    fitted = calibrate(samples, read.cells, land, seed=loaded.seed)
    radio = loaded.radio
    antenna = loaded.path(radio.antenna.file) if radio.antenna.file else None
    pattern = antenna_pattern(radio.antenna, antenna, carrier_mhz=radio.carrier_mhz)
    published, distance, pattern_db = published_dbm(
        radio, loaded.service.outdoor_ue_height_m, pattern, read.cells, samples.cell, kinds,
        (samples.x_m, samples.y_m),
    )  # fmt: skip
    terrain_db, cover, cover_db = _terrain_losses(loaded, ground, read, samples)
    published -= value_at(standing, TERRAIN) * terrain_db + cover_db
    _check_units(published - samples.rsrp_dbm, str(cells))
    outdoor = ~samples.indoor
    if not (outdoor & ~samples.censored).any():
        outdoor = np.ones(len(samples), bool)
    mast = np.column_stack([read.cells.x_m, read.cells.y_m]).round(-1)
    site = np.unique(mast, axis=0, return_inverse=True)[1].ravel()[samples.cell]
    links = LinkDetails(
        pattern_db, samples.censored, site, read.cells.carrier_mhz[samples.cell], cover, terrain_db
    ).holding([HOLDS[key] for key in hold])
    correction = fit_correction(
        (published - samples.rsrp_dbm)[outdoor], distance[outdoor], kinds[outdoor],
        samples.cell[outdoor], (samples.x_m[outdoor], samples.y_m[outdoor]),
        classes=[known.key for known in AREA_CLASSES], links=links.take(outdoor),
    )  # fmt: skip
    warn_of_held_slopes(correction.classes)
    extra = correction.loss_db(kinds, distance, links)
    excess = published - samples.rsrp_dbm - extra
    inside = samples.indoor & ~samples.censored & read.indoor_said
    entries = entry_losses(
        excess[inside], kinds[inside], samples.cell[inside],
        {key: class_building_loss_db(loaded.radio, loaded.service, key)
         for key in np.unique(kinds).tolist()},
    )  # fmt: skip
    rows = fitted.fitted
    table = pd.DataFrame(
        {
            "cell": read.cells.name[samples.cell[rows]],
            "x_m": samples.x_m[rows],
            "y_m": samples.y_m[rows],
            "distance_m": distance[rows],
            "area_class": kinds[rows],
            "carrier_mhz": read.cells.carrier_mhz[samples.cell[rows]],
            "cover": cover[rows],
            "measured_dbm": samples.rsrp_dbm[rows],
            "published_dbm": published[rows],
            "corrected_dbm": (published - extra)[rows],
            "learned_dbm": fitted.unseen_dbm,
        }
    )
    return CalibratedScenario(
        loaded.name, read, correction, fitted, table, outside,
        measured_map(fitted, samples, read.cells, land, read.crs), entries, standing,
    )  # fmt: skip


def _check_units(excess_db: Floats, cells: str) -> None:
    """Refuse powers that are off by more than any antenna or street explains."""
    off_db = float(np.median(excess_db))
    if abs(off_db) > MOST_OFFSET_DB:
        raise InputError(
            Problem(
                f"measured powers are {abs(off_db):.0f} dB {'below' if off_db > 0 else 'above'} "
                "what power_dbm lets expect", cells, "power_dbm",
                expected="power of a reference signal's resource element in dBm, and RSRP in dBm",
            )
        )  # fmt: skip


def published_dbm(
    radio: RadioSection,
    outdoor_ue_height_m: float,
    pattern: AntennaPattern,
    table: MeasuredCells,
    cell: npt.NDArray[np.int64],
    kinds: npt.NDArray[np.str_],
    place: tuple[Floats, Floats],
) -> tuple[Floats, Floats, Floats]:
    """Return the RSRP that the scenario's radio gives at places of cells, distance, pattern loss.

    Power is that of the table of cells; gains and pattern are the scenario's. An antenna without a
    direction loses nothing to any side.
    """
    run_x, run_y = place[0] - table.x_m[cell], place[1] - table.y_m[cell]
    distance = np.maximum(np.hypot(run_x, run_y), 1.0)
    turn = np.degrees(np.arctan2(run_x, run_y)) - table.azimuth_deg[cell]
    fall = np.degrees(np.arctan2(table.height_m[cell], distance))
    gain = radio.base_antenna_gain_dbi if pattern.gain_dbi is None else pattern.gain_dbi
    gain += radio.broadcast_beam_gain_db - radio.feeder_loss_db
    power = table.power_dbm[cell] + gain
    pattern_db = np.empty(len(cell))
    for one, here in rows_of_each(cell).items():
        if np.isnan(table.azimuth_deg[one]):
            pattern_db[here] = 0.0
        else:
            pattern_db[here] = pattern.loss_db(
                turn[here], fall[here], electrical_tilt_deg=float(table.electrical_tilt_deg[one]),
                mechanical_tilt_deg=float(table.mechanical_tilt_deg[one]),
            )  # fmt: skip
        for kind in np.unique(kinds[here]):
            some = here[kinds[here] == kind]
            class_radio = getattr(radio, str(kind))
            link = Link(
                float(table.carrier_mhz[one]) / 1000.0,
                float(np.clip(table.height_m[one], *_MAST_M)),
                outdoor_ue_height_m,
                class_radio.building_height_m,
                class_radio.street_width_m,
            )
            model = class_model(radio, str(kind))
            power[some] -= path_loss_db(model, link, distance[some], sight=radio.maps.sight)
    return power - pattern_db, distance, pattern_db


def _area_classes(ground: Ground, read: Measurements) -> npt.NDArray[np.str_]:
    """Return the area class of each sample's place; empty outside the study area."""
    area = ground.area
    cell = _grid_cells(area.grid, read, read.samples.x_m, read.samples.y_m)
    inside = (cell >= 0) & (area.zone_index.ravel()[np.maximum(cell, 0)] >= 0)
    keys = np.array([known.key for known in AREA_CLASSES])
    code = np.minimum(ground.demand.area_class.ravel()[np.maximum(cell, 0)], len(keys) - 1)
    return np.where(inside, keys[code], "")


def _grid_cells(grid: Grid, read: Measurements, x_m: Floats, y_m: Floats) -> npt.NDArray[np.int64]:
    to_grid = Transformer.from_crs(read.crs, grid.crs, always_xy=True)
    return grid.cells(*to_grid.transform(x_m, y_m))


def _terrain_losses(
    loaded: Scenario, ground: Ground, read: Measurements, samples: Samples
) -> tuple[Floats, npt.NDArray[np.int64], Floats]:
    """Return by sample the loss by terrain beyond flat land, code of land cover, and its loss."""
    none = np.zeros(len(samples))
    codes = np.full(len(samples), NO_CODE)
    if loaded.terrain is None or ground.terrain is None:
        return none, codes, none
    grid, table = ground.area.grid, read.cells
    excess_db = terrain_excess_db(
        ground.terrain, _grid_cells(grid, read, table.x_m, table.y_m), table.height_m,
        table.carrier_mhz / 1000.0,
        (samples.cell, _grid_cells(grid, read, samples.x_m, samples.y_m)),
        loaded.service.outdoor_ue_height_m,
    )  # fmt: skip
    section = loaded.terrain.land_cover
    if section is None:
        return excess_db, codes, none
    to_lonlat = Transformer.from_crs(read.crs, LONLAT, always_xy=True)
    codes = land_cover_at(
        section, ground.area, loaded.origin, to_lonlat.transform(samples.x_m, samples.y_m)
    )
    losses = {code: loss_db for code, (_, loss_db) in height_and_loss(section).items()}
    return excess_db, codes, np.array([losses.get(code, 0.0) for code in codes.tolist()])
