"""Correction for crowding: power is higher where there are many samples.

Samples are taken where phones have signal. The mean over a cell's land is therefore below that of
its samples, and a prediction from neighbouring squares would be too low where most samples are. So
a residual proportional to the logarithm of the samples of a square is subtracted before kriging.
Its factor makes predictions from a tenth of a cell's land unbiased on cells left out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.measurements.clustered import blocks_of
from planner.measurements.groups import numbered, rows_of_each
from planner.measurements.residual_field import Places, ResidualField, followed_db

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SQUARE_M = 50.0
FOLLOWED_SHARE = 0.1
MOST_DB = 4.0
_DRAWS = 12
_LEAST_SAMPLES = 30


def crowding(cell: Integers, x_m: Floats, y_m: Floats) -> Floats:
    """Return the logarithm of the samples in each sample's square of 50 m, less the cell's mean."""
    row = _own_squares(cell, x_m, y_m)
    count = np.log(np.bincount(row)[row])
    return np.asarray(count - _means(cell, count)[cell])


def fit_crowding_db(
    field: ResidualField,
    residual_db: Floats,
    places: Places,
    cell: Integers,
    crowd: Floats,
    *,
    seed: int,
) -> float:
    """Return dB by unit of crowding that leave no mean error where a tenth of the land is followed.

    ``residual_db``: of samples of cells left out; ``crowd``: their :func:`crowding`.
    """
    rng = np.random.default_rng(seed)
    square = _own_squares(cell, places.x_m, places.y_m)
    plain = extra = 0.0
    for rows in rows_of_each(cell).values():
        squares = np.unique(square[rows])
        if len(rows) < _LEAST_SAMPLES or len(squares) < 2:
            continue
        for _ in range(_DRAWS):
            count = max(round(FOLLOWED_SHARE * len(squares)), 1)
            kept = np.isin(square[rows], rng.choice(squares, count, replace=False))
            near, asked = rows[kept], rows[~kept]
            some = crowd[near] - crowd[near].mean()
            both = np.column_stack([residual_db[near], some])
            said, more = followed_db(field, both, places.take(near), places.take(asked)).T
            plain += float(np.sum(residual_db[asked] - said)) / len(rows)
            extra += float(np.sum(more)) / len(rows)
    return float(np.clip(-plain / extra, 0.0, MOST_DB)) if extra < 0.0 else 0.0


def _own_squares(cell: Integers, x_m: Floats, y_m: Floats) -> Integers:
    return numbered(cell, blocks_of(x_m, y_m, SQUARE_M))


def _means(cell: Integers, value: Floats) -> Floats:
    return np.asarray(np.bincount(cell, value) / np.maximum(np.bincount(cell), 1))
