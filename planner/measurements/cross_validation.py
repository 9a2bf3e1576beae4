"""Errors of a calibration where it has no measurements: cells left out, blocks of land kept.

A fold leaves whole cells out; everything that is chosen is chosen inside the other folds. Then a
tenth of the area of each cell left out (blocks of land at random) is given back, and the rest is
predicted again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.measurements.calibration import calibrate, thinned
from planner.measurements.clustered import blocks_of
from planner.measurements.groups import numbered
from planner.measurements.height_map import height_map
from planner.measurements.mean_model import folds_of
from planner.measurements.samples import MeasuredCells, Samples

Floats = npt.NDArray[np.float64]

FOLDS = 5
KEPT_SHARE = 0.1
BLOCK_M = 50.0
JUDGED_OF_A_CELL = 400


@dataclass(frozen=True)
class Unseen:
    """Samples that a calibration has not seen, with its errors on them.

    ``rows``: of all samples. ``error_db``: measured less predicted. ``inside``: within the
    interval.
    """

    rows: npt.NDArray[np.int64]
    error_db: Floats
    inside: npt.NDArray[np.bool_]

    @property
    def rmse_db(self) -> float:
        """Root of the mean squared error."""
        return float(np.sqrt(np.mean(self.error_db**2)))

    @property
    def bias_db(self) -> float:
        """Mean error."""
        return float(np.mean(self.error_db))

    @property
    def held_share(self) -> float:
        """Share of samples within the 90 % interval."""
        return float(np.mean(self.inside))


def cross_validated(
    samples: Samples,
    cells: MeasuredCells,
    *,
    folds: int = FOLDS,
    blocks_m: Sequence[float] = (BLOCK_M,),
    judged_of_a_cell: int = JUDGED_OF_A_CELL,
    seed: int = 2020,
) -> tuple[Unseen, ...]:
    """Return errors where a cell has no samples, and where a tenth of its area has.

    ``blocks_m``: sides of the blocks of land, of which a tenth in each cell is given back whole;
    there is a result for each. ``judged_of_a_cell``: most samples of a cell that are judged, drawn
    with the seed.
    """
    rng = np.random.default_rng(seed)
    land = height_map(samples, cells)
    fold = folds_of(samples.cell, folds, rng)
    judged = np.zeros(len(samples), bool)
    judged[thinned(samples.cell, judged_of_a_cell, rng)] = True
    nothing = np.zeros(len(samples), bool)
    given = [nothing, *(_blocks_kept(samples, block_m, rng) for block_m in blocks_m)]
    parts: list[list[Unseen]] = [[] for _ in given]
    for k in range(int(fold.max()) + 1):
        fitted = calibrate(samples.take(fold != k), cells, land, seed=seed)
        for found, kept in zip(parts, given, strict=True):
            rows = np.flatnonzero((fold == k) & judged & ~kept)
            known = samples.take((fold == k) & kept)
            power = samples.rsrp_dbm[rows]
            said = fitted.predict(samples.take(rows), cells, land, known)
            inside = (power >= said.low_dbm) & (power <= said.high_dbm)
            found.append(Unseen(rows, power - said.mean_dbm, inside))
    return tuple(_together(found) for found in parts)


def _together(parts: list[Unseen]) -> Unseen:
    return Unseen(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.error_db for part in parts]),
        np.concatenate([part.inside for part in parts]),
    )


def _blocks_kept(
    samples: Samples, block_m: float, rng: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Mark the samples in a tenth of the blocks of each cell, at least one block."""
    block = blocks_of(samples.x_m, samples.y_m, block_m)
    own = numbered(samples.cell, block)
    cell = np.zeros(int(own.max()) + 1, np.int64)
    cell[own] = samples.cell
    order = np.lexsort((rng.random(len(cell)), cell))
    number = np.arange(len(cell)) - np.searchsorted(cell[order], cell[order])
    most = np.maximum(np.round(KEPT_SHARE * np.bincount(cell)), 1.0)
    kept = np.zeros(len(cell), bool)
    kept[order] = number < most[cell[order]]
    return np.asarray(kept[own])
