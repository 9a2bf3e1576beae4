"""Residuals of the mean: of whole cells, with distance and direction, and over the land.

Residuals of one cell are a Gaussian process: a sum of a common offset, slopes with distance and
antenna loss, fields that fade exponentially over several lengths, and noise. The parts' variances
are fitted to the products of pairs of residuals (Haseman and Elston's moments, non-negative). Near
samples the prediction follows them (kriging on blocks); its spread is the process's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import nnls

from planner.measurements.groups import numbered, rows_of_each

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LENGTHS_M = (20.0, 50.0, 120.0, 300.0, 1000.0)
MOST_BLOCKS = 350
FINEST_BLOCK_M = 10.0
_MOST_DEVIATIONS = 3.0
_LEAST_NOISE = 0.05


@dataclass(frozen=True)
class Places:
    """Where residuals are: x, y (m) and the slopes' terms (float64, n x s), about zero."""

    x_m: Floats
    y_m: Floats
    slopes: Floats

    def __len__(self) -> int:
        return len(self.x_m)

    def take(self, which: npt.NDArray[np.integer | np.bool_]) -> Places:
        """Return some of the places."""
        return Places(self.x_m[which], self.y_m[which], self.slopes[which])


@dataclass(frozen=True)
class ResidualField:
    """Variances in dB squared: of the offset, each slope and each length; and of the noise."""

    offset: float
    slopes: Floats
    lengths: Floats
    noise: float

    def covariance(self, one: Places, other: Places) -> Floats:
        """Return the covariance of the process without noise (float64, n x m)."""
        away = np.hypot(one.x_m[:, None] - other.x_m[None], one.y_m[:, None] - other.y_m[None])
        found = self.offset + (one.slopes * self.slopes) @ other.slopes.T
        for length, variance in zip(LENGTHS_M, self.lengths, strict=True):
            if variance > 0.0:
                found += variance * np.exp(-away / length)
        return np.asarray(found)

    def variance(self, places: Places) -> Floats:
        """Return the variance of a sample, noise and all."""
        own = (places.slopes**2) @ self.slopes
        return np.asarray(self.offset + own + self.lengths.sum() + self.noise)

    def decorrelation_m(self) -> float:
        """Distance at which the fields over the land have lost 63 % of their covariance."""
        total = self.lengths.sum()
        if total <= 0.0:
            return 0.0
        away = np.linspace(0.0, 4.0 * LENGTHS_M[-1], 4001)
        left = np.exp(-away[:, None] / np.array(LENGTHS_M)) @ self.lengths / total
        return float(away[np.argmax(left < np.exp(-1.0))])


def fit_field(residual_db: Floats, places: Places, cell: Integers) -> ResidualField:
    """Fit the variances to residuals of samples of cells, at most some hundreds a cell."""
    spread = float(np.std(residual_db))
    clipped = np.clip(residual_db, -_MOST_DEVIATIONS * spread, _MOST_DEVIATIONS * spread)
    parts = 1 + places.slopes.shape[1] + len(LENGTHS_M)
    squares, products = np.zeros((parts, parts)), np.zeros(parts)
    for rows in rows_of_each(cell).values():
        if len(rows) < 2:
            continue
        one, two = np.triu_indices(len(rows), 1)
        some = places.take(rows)
        away = np.hypot(some.x_m[one] - some.x_m[two], some.y_m[one] - some.y_m[two])
        columns = np.column_stack(
            [
                np.ones(len(one)),
                some.slopes[one] * some.slopes[two],
                np.exp(-away[:, None] / np.array(LENGTHS_M)),
            ]
        )
        pair = clipped[rows][one] * clipped[rows][two]
        squares += columns.T @ columns / len(one)
        products += columns.T @ pair / len(one)
    # Without any pair of samples all of the variance is noise.
    squares += max(1e-6 * np.trace(squares) / parts, 1e-9) * np.eye(parts)
    root = cholesky(squares, lower=True)
    variances = nnls(root.T, solve_triangular(root, products, lower=True))[0]
    offset, slopes = float(variances[0]), variances[1 : 1 + places.slopes.shape[1]]
    lengths = variances[1 + len(slopes) :]
    own = offset + float(np.mean((places.slopes**2) @ slopes)) + float(lengths.sum())
    total = float(np.mean(clipped**2))
    if own > (1.0 - _LEAST_NOISE) * total:
        # Few pairs can say more than there is: the parts keep their proportions.
        held = (1.0 - _LEAST_NOISE) * total / own
        offset, slopes, lengths, own = held * offset, held * slopes, held * lengths, held * own
    return ResidualField(offset, slopes, lengths, max(total - own, _LEAST_NOISE * total))


def follow(
    field: ResidualField, measured_db: Floats, measured: Places, asked: Places
) -> tuple[Floats, Floats]:
    """Return the residual expected at places of one cell, and its variance with noise.

    ``measured_db``: residuals of the same cell's samples at ``measured``; none is allowed.
    """
    prior = field.variance(asked)
    if not len(measured):
        return np.zeros(len(asked)), prior
    weight, across, root = _kriged(field, measured_db, measured, asked)
    explained = solve_triangular(root, across.T, lower=True)
    return across @ weight, np.maximum(prior - np.sum(explained**2, axis=0), field.noise)


def followed_db(
    field: ResidualField, measured_db: Floats, measured: Places, asked: Places
) -> Floats:
    """Return what :func:`follow` expects, without its variance, which takes most of the time.

    ``measured_db`` may have several columns, each to be followed.
    """
    weight, across, _ = _kriged(field, measured_db, measured, asked)
    return np.asarray(across @ weight)


def _kriged(
    field: ResidualField, measured_db: Floats, measured: Places, asked: Places
) -> tuple[Floats, Floats, Floats]:
    """Return the weights of the blocks, their covariance with the places asked for, its root."""
    blocks, mean_db, count = _blocks(measured, measured_db)
    inner = field.covariance(blocks, blocks)
    inner[np.diag_indices_from(inner)] += field.noise / count
    root = cholesky(inner, lower=True)
    return cho_solve((root, True), mean_db), field.covariance(asked, blocks), root


def _blocks(places: Places, value_db: Floats) -> tuple[Places, Floats, Floats]:
    """Return means over square blocks, the finest that are at most ``MOST_BLOCKS``."""
    size_m = FINEST_BLOCK_M
    while True:
        row = numbered(*((one // size_m).astype(np.int64) for one in (places.x_m, places.y_m)))
        count = np.bincount(row).astype(float)
        if len(count) <= MOST_BLOCKS:
            break
        size_m *= 1.4

    def mean(value: Floats) -> Floats:
        return np.asarray(np.bincount(row, value) / count)

    slopes, mean_db = (np.apply_along_axis(mean, 0, one) for one in (places.slopes, value_db))
    return Places(mean(places.x_m), mean(places.y_m), slopes), mean_db, count
