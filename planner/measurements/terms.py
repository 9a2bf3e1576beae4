"""Plain physical terms of each sample: distance, heights, pattern, edges, buildings, clutter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kernels.measurements.paths import PATH_TERMS, path_terms, surroundings
from planner.measurements.height_map import HeightMap
from planner.measurements.samples import CLUTTER_CLASSES, MeasuredCells, Samples

Floats = npt.NDArray[np.float64]

USER_HEIGHT_M = 1.5
SHORTEST_M = 5.0
LIGHT_M_MHZ = 299.792458
AROUND_SAMPLE_M = np.array([15.0, 30.0, 60.0, 120.0])
AROUND_CELL_M = np.array([300.0])
HORIZONTAL_BEAMWIDTH_DEG = 65.0
VERTICAL_BEAMWIDTH_DEG = 10.0
_MOST_LOSS_DB = 30.0
_MOST_VERTICAL_DB = 20.0


@dataclass(frozen=True)
class Terms:
    """Values of terms (float32, n x p) with their names."""

    names: tuple[str, ...]
    values: npt.NDArray[np.float32]

    def column(self, name: str) -> npt.NDArray[np.float32]:
        """Return one term."""
        return self.values[:, self.names.index(name)]


def terms_of(samples: Samples, cells: MeasuredCells, land: HeightMap) -> Terms:
    """Return the physical terms of samples; nothing in them comes from a measured power."""
    row = samples.cell
    near = _geometry(samples, cells)
    antenna = np.column_stack(
        [cells.x_m[row], cells.y_m[row], cells.ground_m[row] + cells.height_m[row]]
    )
    end = np.column_stack([samples.x_m, samples.y_m, samples.ground_m + USER_HEIGHT_M])
    wave_m = LIGHT_M_MHZ / cells.carrier_mhz[row]
    path = path_terms(land.ground_m, land.building_m, land.frame, antenna, end, wave_m)
    path[:, 5:7] = np.log1p(path[:, 5:7])
    path[:, 8] = np.log1p(path[:, 8])
    place = np.column_stack([samples.x_m, samples.y_m])
    around = surroundings(land.building_m, land.green, land.frame, place, AROUND_SAMPLE_M)
    where = np.column_stack([cells.x_m, cells.y_m])
    around_cell = surroundings(land.building_m, land.green, land.frame, where, AROUND_CELL_M)
    ground_m = land.ground_m[tuple(land.pixel(cells.x_m, cells.y_m))]
    classes = np.arange(1, CLUTTER_CLASSES + 1)
    columns: dict[str, npt.NDArray[np.float64]] = {
        **near,
        **dict(zip(PATH_TERMS, path.T, strict=True)),
        **{
            f"{what}_{reach:.0f}_m": around[:, 3 * k + j]
            for k, reach in enumerate(AROUND_SAMPLE_M)
            for j, what in enumerate(("height", "built", "green"))
        },
        "cell_height_300_m": around_cell[row, 0],
        "cell_built_300_m": around_cell[row, 1],
        "cell_above_ground_m": (cells.ground_m - ground_m)[row],
        **{f"clutter_{k}": (samples.clutter == k).astype(float) for k in classes},
    }
    return Terms(tuple(columns), np.column_stack(list(columns.values())).astype(np.float32))


def _geometry(samples: Samples, cells: MeasuredCells) -> dict[str, Floats]:
    """Return distance, heights and directions, with the losses of a usual sector antenna."""
    row = samples.cell
    run_x, run_y = samples.x_m - cells.x_m[row], samples.y_m - cells.y_m[row]
    flat_m = np.hypot(run_x, run_y)
    drop_m = cells.ground_m[row] + cells.height_m[row] - samples.ground_m - USER_HEIGHT_M
    slant_m = np.maximum(np.hypot(flat_m, drop_m), SHORTEST_M)
    bearing_deg = np.degrees(np.arctan2(run_x, run_y))
    # Without a direction an antenna loses nothing to the side.
    turn_deg = np.nan_to_num(bearing_deg - cells.azimuth_deg[row])
    turn = np.radians((turn_deg + 180.0) % 360.0 - 180.0)
    fall = np.arctan2(drop_m, np.maximum(flat_m, SHORTEST_M / 2.0))
    tilt = np.radians(cells.mechanical_tilt_deg[row])
    along = np.cos(turn) * np.cos(fall)
    upwards = -np.cos(tilt) * np.sin(fall) + np.sin(tilt) * along
    forwards = np.cos(tilt) * along + np.sin(tilt) * np.sin(fall)
    aside_deg = np.degrees(np.arctan2(np.sin(turn) * np.cos(fall), forwards))
    below_deg = -np.degrees(np.arcsin(np.clip(upwards, -1.0, 1.0)))
    below_deg -= cells.electrical_tilt_deg[row]
    horizontal = np.minimum(12.0 * (aside_deg / HORIZONTAL_BEAMWIDTH_DEG) ** 2, _MOST_LOSS_DB)
    vertical = np.minimum(12.0 * (below_deg / VERTICAL_BEAMWIDTH_DEG) ** 2, _MOST_VERTICAL_DB)
    return {
        "log_distance": np.log10(slant_m),
        "log_flat_distance": np.log1p(flat_m),
        "height_m": cells.height_m[row],
        "drop_m": _signed_log(drop_m),
        "depression_deg": np.degrees(fall),
        "aside_deg": np.abs(aside_deg),
        "below_beam_deg": _signed_log(below_deg),
        "horizontal_db": horizontal,
        "vertical_db": vertical,
        "pattern_db": np.minimum(horizontal + vertical, _MOST_LOSS_DB),
        "electrical_tilt_deg": cells.electrical_tilt_deg[row],
        "mechanical_tilt_deg": cells.mechanical_tilt_deg[row],
        "power_dbm": cells.power_dbm[row],
        "log_carrier": np.log10(cells.carrier_mhz[row]),
        "cell_building_m": cells.building_m[row],
        "building_m": np.log1p(samples.building_m),
        "ground_step_m": _signed_log(samples.ground_m - cells.ground_m[row]),
    }


def _signed_log(value: Floats) -> Floats:
    return np.asarray(np.sign(value) * np.log1p(np.abs(value)))
