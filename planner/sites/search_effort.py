"""How a plan over terrain is improved: where a station may move to, and for how long to look."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from kernels.covering.improve_list import SearchEffort
from kernels.footprints.spans import Spans

_NEAR = 24
"""Candidates that a station may move to: with the usual spacing, those within its radius."""

_SWEEPS_PER_ROUND = 10
_CELLS_LOOKED_AT = 3e10
"""Work of an automatic improvement: about half a minute of one core, whatever the area."""

_RUN_CELLS = 8
"""A run costs as much as so many cells, beside its own."""

_MOST_ROUNDS, _FEWEST_ROUNDS, _MOST_SWEEPS = 40, 4, 25
_TEMPERATURE_LONG, _TEMPERATURE_SHORT = (0.1, 0.008), (0.05, 0.008)
_LONG_SWEEPS = 500
"""As for discs: from so many looks at each station it pays to start warmer."""


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


def search_effort(
    spans: Spans,
    n_stations: int,
    rounds: int | Literal["auto"],
    seed: int,
    *,
    work: float = _CELLS_LOOKED_AT,
) -> SearchEffort:
    """Return the schedule; "auto": as many rounds as ``work``, in cells looked at, allows."""
    if rounds != "auto":
        return SearchEffort(rounds, _SWEEPS_PER_ROUND, _TEMPERATURE_LONG, seed)
    candidates = max(1, spans.first.size - 1)
    cells = float(spans.length.sum(dtype=np.int64) + _RUN_CELLS * spans.length.size) / candidates
    each = max(1.0, n_stations * (_NEAR + 1) * cells)
    looks = min(work / each, _MOST_ROUNDS * _MOST_SWEEPS)
    rounds = int(min(max(looks // _SWEEPS_PER_ROUND, _FEWEST_ROUNDS), _MOST_ROUNDS))
    warm = _TEMPERATURE_LONG if looks >= _LONG_SWEEPS else _TEMPERATURE_SHORT
    return SearchEffort(rounds, max(1, int(looks / rounds)), warm, seed)
