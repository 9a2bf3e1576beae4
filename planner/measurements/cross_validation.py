"""How far a calibration is off where it has not measured: cells left out, blocks of land kept.

A fold leaves whole cells out; everything that is chosen is chosen inside the other folds. Then a
tenth of the area of each cell left out (blocks of land at random) is given back, and the rest is
predicted again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.measurements.calibration import calibrate, thinned
from planner.measurements.clustered import blocks_of
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
    """Samples that a calibration has not seen, with what it says of them.

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
    block_m: float = BLOCK_M,
    seed: int = 2020,
) -> tuple[Unseen, Unseen]:
    """Return errors where a cell has no samples, and where a tenth of its area has.

    At most 400 samples of each cell are judged, drawn with the seed. ``block_m``: side of the
    blocks of land, of which a tenth in each cell is given back whole.
    """
    rng = np.random.default_rng(seed)
    land = height_map(samples, cells)
    fold = folds_of(samples.cell, folds, rng)
    judged = np.zeros(len(samples), bool)
    judged[thinned(samples.cell, JUDGED_OF_A_CELL, rng)] = True
    kept = _blocks_kept(samples, block_m, rng)
    without: list[Unseen] = []
    with_tenth: list[Unseen] = []
    for k in range(int(fold.max()) + 1):
        fitted = calibrate(samples.take(fold != k), cells, land, seed=seed)
        measured = samples.take((fold == k) & kept)
        for found, some, known in (
            (without, (fold == k) & judged, None),
            (with_tenth, (fold == k) & judged & ~kept, measured),
        ):
            rows = np.flatnonzero(some)
            power = samples.rsrp_dbm[rows]
            said = fitted.predict(samples.take(rows), cells, land, known)
            inside = (power >= said.low_dbm) & (power <= said.high_dbm)
            found.append(Unseen(rows, power - said.mean_dbm, inside))
    return _together(without), _together(with_tenth)


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
    _, own = np.unique(np.stack([samples.cell, block], axis=1), axis=0, return_inverse=True)
    own = own.ravel()
    cell = np.zeros(int(own.max()) + 1, np.int64)
    cell[own] = samples.cell
    order = np.lexsort((rng.random(len(cell)), cell))
    number = np.arange(len(cell)) - np.searchsorted(cell[order], cell[order])
    most = np.maximum(np.round(KEPT_SHARE * np.bincount(cell)), 1.0)
    kept = np.zeros(len(cell), bool)
    kept[order] = number < most[cell[order]]
    return np.asarray(kept[own])
