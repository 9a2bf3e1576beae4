"""Effort of improving a plan: how long to search, and where a listed station may move."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from kernels.covering.anneal_raster import WINDOW_CELLS
from kernels.covering.cooling import Cooling
from kernels.footprints.spans import Spans

_NEAR = 24
"""Candidates that a station may move to: with the usual spacing, those within its radius."""

_SWEEPS_PER_ROUND, _SWEEPS_PER_AUTOMATIC_ROUND = 10, 25
_MOST_ROUNDS, _FEWEST_ROUNDS = 40, 4
_MOST_SWEEPS_OF_DISCS, _MOST_SWEEPS_OF_SPANS = 50, 25

_WORK_OF_DISCS, _WORK_OF_SPANS = 8e9, 3e10
"""Cells that an automatic improvement looks at: 15 s of one core for any area, 30 to 40 s where
candidates are listed."""

_CELLS_PER_LOOK = 600
"""A look at a station costs as much as this number of cells in each situation, besides its own."""

_CELLS_PER_SPAN = 8
"""A span costs as much as this number of cells, besides its own."""

_TEMPERATURE_LONG, _TEMPERATURE_SHORT = (0.1, 0.008), (0.05, 0.008)
_LONG_SHARE = 0.35
"""From this share of the most looks at each station it pays to start warmer. Measured on a part of
raster06. A tenth gives discs round towns up to 0.14 % more of the people, Guizhou 0.12 % less.
"""


def nearest_candidates(cell: npt.NDArray[np.int64], width: int) -> npt.NDArray[np.int32]:
    """Return the candidates nearest to each (``int32[n, k]``, -1 for none), not itself.

    ``cell`` (int64[n], ascending): flat index of each candidate's cell in a raster of ``width``
    columns.
    """
    place = np.column_stack(np.divmod(cell, width)).astype(np.float64)
    if cell.size < 2:
        return np.full((cell.size, 1), -1, np.int32)
    _, found = KDTree(place).query(place, k=min(_NEAR + 1, cell.size), workers=1)
    near: npt.NDArray[np.int32] = found.astype(np.int32)
    near[near == np.arange(cell.size, dtype=np.int32)[:, None]] = -1
    return near


def disc_effort(
    n_stations: int,
    reach_cells: npt.NDArray[np.float64],
    rounds: int | Literal["auto"],
    seed: int,
    *,
    work_share: float = 1.0,
) -> Cooling:
    """Return how to improve discs of at most ``reach_cells`` in each situation (float64[Q]).

    "auto": by a fixed amount of work, or a share of it.
    """
    window = min(float(reach_cells.max()), WINDOW_CELLS)
    across = 2 * (reach_cells + window) + 1
    cells = float((across**2 + _CELLS_PER_LOOK).sum())
    looks = work_share * _WORK_OF_DISCS / (n_stations * cells)
    return _cooling(looks, _MOST_SWEEPS_OF_DISCS, rounds, seed)


def search_effort(
    spans: Spans,
    n_stations: int,
    rounds: int | Literal["auto"],
    seed: int,
    *,
    work: float = _WORK_OF_SPANS,
    work_share: float = 1.0,
) -> Cooling:
    """Return how to improve among ``spans``; "auto": as ``work``, in cells looked at, allows."""
    candidates = max(1, spans.first.size - 1)
    cells = float(spans.length.sum(dtype=np.int64) + _CELLS_PER_SPAN * spans.length.size)
    looks = work_share * work / max(1.0, n_stations * (_NEAR + 1) * cells / candidates)
    return _cooling(looks, _MOST_SWEEPS_OF_SPANS, rounds, seed)


def _cooling(looks: float, most_sweeps: int, rounds: int | Literal["auto"], seed: int) -> Cooling:
    """Return the rounds asked for, or as many as ``looks`` at each station come to."""
    if rounds != "auto":
        return Cooling(rounds, _SWEEPS_PER_ROUND, _TEMPERATURE_LONG, seed)
    most = _MOST_ROUNDS * most_sweeps
    looks = min(looks, most)
    rounds = int(min(max(looks // _SWEEPS_PER_AUTOMATIC_ROUND, _FEWEST_ROUNDS), _MOST_ROUNDS))
    warm = _TEMPERATURE_LONG if looks >= _LONG_SHARE * most else _TEMPERATURE_SHORT
    return Cooling(rounds, max(1, int(looks / rounds)), warm, seed)
