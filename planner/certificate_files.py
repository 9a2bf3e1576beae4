"""The files of a certificate, read without trusting their content.

Nothing in them is believed: types, shapes and finiteness are checked, and no object is unpickled.
"""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, ValidationError
from pyproj import Transformer

from planner.arrays_file import read_arrays
from planner.errors import InputError, Problem
from planner.ground.grid import LONLAT, Grid
from planner.safe_inputs import check_regular
from planner.siting import BASELINE, MUST_HAVE

_MOST_BYTES = 256 * 2**20
_EXPECTED = "the file that a run wrote"
_ARRAYS = {
    r"multipliers(_(along_)?\d+)?": (np.uint16, 2),
    r"upper_bound_people(_\d+)?": (np.float64, 1),
    r"worth_per_yuan": (np.float64, 0),
    r"phases": (np.int64, 0),
    r"people_along": (np.float64, 1),
}


class _File(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False, extra="ignore")


class _Missed(_File):
    constraint: str


class _Optimality(_File):
    upper_bound_population: float
    gap: float
    method: str
    proven_optimal: bool
    fewest_new_stations: int | None = None
    least_cost_cny: float | None = None


class _StatedPhase(_File):
    optimality: _Optimality | None = None
    people_served: float


class _Stated(_File):
    infeasible: list[_Missed]
    population_covered: float
    people_by_siting: float
    optimality: _Optimality | None = None
    objective_proof: dict[str, Any] = {}
    phases: list[_StatedPhase] = []


def read_proof(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of ``certificate.npz``, each of the type that a run writes, and finite.

    Raises
    ------
    InputError
        As :func:`planner.arrays_file.read_arrays`.
    """
    return read_arrays(path, _ARRAYS)


def along_of(proof: Mapping[str, npt.NDArray[Any]]) -> tuple[npt.NDArray[np.uint16], ...]:
    """Return the multipliers that prove the bound for fewer stations, in their order."""
    numbers = itertools.count(1)
    named = itertools.takewhile(proof.__contains__, map("multipliers_along_{}".format, numbers))
    return tuple(proof[name] for name in named)


def check_shape(multipliers: npt.NDArray[Any], shape: tuple[int, int], path: Path) -> None:
    """Refuse multipliers of another grid than the scenario's.

    Raises
    ------
    InputError
        Naming both shapes.
    """
    if multipliers.shape != shape:
        raise InputError(
            Problem(
                "holds multipliers of another grid", str(path), "multipliers",
                list(multipliers.shape), f"shape {list(shape)}, that of its scenario",
            )
        )  # fmt: skip


def read_stated(path: Path) -> dict[str, Any]:
    """Return ``summary.json``, in which all that a check reads is there and finite.

    Raises
    ------
    InputError
        With every value that is missing or odd.
    """
    text = _text(path)
    try:
        stated = json.loads(text, parse_constant=_refuse_constant)
        _Stated.model_validate(stated)
    except ValidationError as error:
        raise InputError(
            [
                Problem(str(one["msg"]), str(path), ".".join(map(str, one["loc"])), one["input"])
                for one in error.errors(include_url=False)
            ]
        ) from error
    except (ValueError, RecursionError) as error:
        raise _odd(path, f"is not JSON: {error}") from error
    summary: dict[str, Any] = stated
    return summary


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


Stations = tuple[
    npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.str_], npt.NDArray[np.str_]
]


def read_stations(path: Path, grid: Grid) -> Stations:
    """Return cells of the stations, which the bound takes as given, their equipment and phase.

    Raises
    ------
    InputError
        Columns are missing, or stations lie outside the grid.
    """
    try:
        rows = list(csv.DictReader(_text(path).splitlines()))
        lon = np.array([float(row["lon"]) for row in rows])
        lat = np.array([float(row["lat"]) for row in rows])
        fixed = np.array([row["role"] in (BASELINE, MUST_HAVE) for row in rows], dtype=bool)
        equipment = np.array([row["equipment"] or "" for row in rows], dtype=np.str_)
        phase = np.array([row.get("phase") or "" for row in rows], dtype=np.str_)
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        reason = f"column {error}" if isinstance(error, KeyError) else str(error)
        raise _odd(path, f"is not a table of stations: {reason}") from error
    x, y = Transformer.from_crs(LONLAT, grid.crs, always_xy=True).transform(lon, lat)
    placed = np.isfinite(x) & np.isfinite(y)
    cell = grid.cells(np.where(placed, x, np.inf), np.where(placed, y, np.inf))
    if (cell < 0).any():
        outside = int((cell < 0).sum())
        raise _odd(path, f"{outside} stations lie outside the grid of the scenario")
    return cell, fixed, equipment, phase


def _text(path: Path) -> str:
    check_regular(path, str(path))
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _odd(path, "is too large")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _odd(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _odd(path, "is not UTF-8 text") from error


def _odd(path: Path, message: str) -> InputError:
    return InputError(Problem(message, str(path), expected=_EXPECTED))
