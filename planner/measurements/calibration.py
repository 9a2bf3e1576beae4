"""Calibration: a mean of physical terms, a field of residuals, and intervals that hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.errors import InputError, Problem
from planner.measurements.crowding import crowding, fit_crowding_db
from planner.measurements.groups import rows_of_each
from planner.measurements.height_map import HeightMap, height_map
from planner.measurements.mean_model import MeanModel, fit_mean
from planner.measurements.residual_field import Places, ResidualField, fit_field, follow
from planner.measurements.samples import MeasuredCells, Samples
from planner.measurements.terms import Terms, terms_of
from planner.measurements.threads import side_by_side

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MOST_SAMPLES_OF_A_CELL, LEAST_SAMPLES_OF_A_CELL = 250, 25
MOST_SAMPLES, WHOLE_CELLS = 200_000, 150
"""Samples of all cells together, and how many cells of more than 800 give 250 all the same."""
LEAST_CELLS = 2
_CHUNK = 100_000
_TAILS = (0.05, 0.95)


@dataclass(frozen=True)
class Prediction:
    """RSRP in dBm: the mean, its spread (dB) with the noise of a sample, a 90 % interval."""

    mean_dbm: Floats
    spread_db: Floats
    low_dbm: Floats
    high_dbm: Floats


@dataclass(frozen=True)
class Calibration:
    """A prediction for all cells from measurements of some.

    ``crowding_db``: dB that go with the samples nearby (:mod:`planner.measurements.crowding`).
    ``tails``: the 5 % and 95 % quantiles of residuals of unseen cells, in spreads. ``centre``,
    ``scale``: of the slopes' terms. ``unseen_dbm`` and ``fitted``: what other cells alone predict
    of the samples in ``fitted`` (rows of those that were given).
    """

    mean: MeanModel
    field: ResidualField
    crowding_db: float
    tails: tuple[float, float]
    centre: Floats
    scale: Floats
    fitted: Integers
    unseen_dbm: Floats

    def predict(
        self,
        samples: Samples,
        cells: MeasuredCells,
        land: HeightMap,
        measured: Samples | None = None,
    ) -> Prediction:
        """Predict the power at samples' places; their own powers are not looked at.

        ``measured``: samples of the same cells that the prediction follows where they are near.
        """
        mean, places = self._means(samples, cells, land)
        extra, variance = np.zeros(len(samples)), self.field.variance(places)
        if measured is not None and len(measured):
            known, where = self._means(measured, cells, land)
            residual = measured.rsrp_dbm - known
            residual -= self.crowding_db * crowding(measured.cell, measured.x_m, measured.y_m)
            rows, known_rows = rows_of_each(samples.cell), rows_of_each(measured.cell)
            both = [(rows[cell], known_rows[cell]) for cell in rows if cell in known_rows]

            def followed(pair: tuple[Integers, Integers]) -> tuple[Floats, Floats]:
                asked, near = pair
                return follow(self.field, residual[near], where.take(near), places.take(asked))

            for (asked, _), found in zip(both, side_by_side(followed, both), strict=True):
                extra[asked], variance[asked] = found
        spread = np.sqrt(variance)
        best = mean + extra
        low, high = (best + tail * spread for tail in self.tails)
        return Prediction(best, spread, low, high)

    def _means(
        self, samples: Samples, cells: MeasuredCells, land: HeightMap
    ) -> tuple[Floats, Places]:
        found, slopes = np.empty(len(samples)), np.empty((len(samples), 2))
        for start in range(0, len(samples), _CHUNK):
            part = slice(start, start + _CHUNK)
            some = samples.take(np.arange(len(samples))[part])
            terms = terms_of(some, cells, land)
            found[part] = self.mean.predict(terms) + cells.power_dbm[some.cell]
            slopes[part] = (_slopes(terms) - self.centre) / self.scale
        return found, Places(samples.x_m, samples.y_m, np.clip(slopes, -3.0, 3.0))


def calibrate(
    samples: Samples, cells: MeasuredCells, land: HeightMap | None = None, *, seed: int = 2020
) -> Calibration:
    """Calibrate on samples of several cells.

    At most 250 samples of a cell are used: :func:`drawn_samples`. The residuals are those of whole
    cells left out.

    Raises
    ------
    InputError
        Fewer than two cells with samples, or every sample censored.
    """
    names = np.unique(samples.cell)
    if len(names) < LEAST_CELLS:
        raise InputError(
            Problem(
                "too few cells have samples", key="cell", value=len(names),
                expected="samples of at least two cells: one alone cannot be cross-validated",
            )
        )  # fmt: skip
    if samples.censored.all():
        raise InputError(
            Problem(
                "every sample lies at the receiver's floor", key="rsrp",
                expected="samples with measured powers",
            )
        )  # fmt: skip
    rng = np.random.default_rng(seed)
    whole, fitted = drawn_samples(samples.cell, rng)
    some = samples.take(fitted)
    terms = terms_of(some, cells, land or height_map(samples, cells))
    power = cells.power_dbm[some.cell]
    fit = fit_mean(terms, some.rsrp_dbm - power, some.censored, some.cell, seed=seed)
    raw = _slopes(terms)
    centre, scale = raw.mean(0), np.maximum(raw.std(0), 1e-6)
    places = Places(some.x_m, some.y_m, np.clip((raw - centre) / scale, -3.0, 3.0))
    residual = fit.gain_db - fit.unseen
    near = np.flatnonzero(np.isin(some.cell, whole))
    field = fit_field(residual[near], places.take(near), some.cell[near])
    crowd = crowding(samples.cell, samples.x_m, samples.y_m)[fitted][near]
    crowding_db = fit_crowding_db(
        field, residual[near], places.take(near), some.cell[near], crowd, seed=seed
    )
    low, high = np.quantile(residual / np.sqrt(field.variance(places)), _TAILS)
    return Calibration(
        fit.model,
        field,
        crowding_db,
        (float(low), float(high)),
        centre,
        scale,
        fitted,
        fit.unseen + power,
    )


def drawn_samples(cell: Integers, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Return the cells that give all that a cell may give, and the rows that are used.

    Samples of one cell say much the same of the mean: at most 250 of each are used. Of more than
    800 cells 150 give as many, from which the residuals' field is known, and the others fewer, 25
    at least, so that about 200,000 are used in all.
    """
    names = np.unique(cell)
    if len(names) * MOST_SAMPLES_OF_A_CELL <= MOST_SAMPLES:
        return names, thinned(cell, MOST_SAMPLES_OF_A_CELL, rng)
    whole = np.sort(rng.choice(names, WHOLE_CELLS, replace=False))
    left = MOST_SAMPLES - WHOLE_CELLS * MOST_SAMPLES_OF_A_CELL
    fewer = max(LEAST_SAMPLES_OF_A_CELL, left // (len(names) - WHOLE_CELLS))
    most = np.where(np.isin(cell, whole), MOST_SAMPLES_OF_A_CELL, fewer)
    return whole, thinned(cell, most, rng)


def thinned(cell: Integers, most: npt.ArrayLike, rng: np.random.Generator) -> Integers:
    """Return rows, at most ``most`` (one number, or one for each row) of each cell, at random."""
    order = rng.permutation(len(cell))
    order = order[np.argsort(cell[order], kind="stable")]
    first = np.searchsorted(cell[order], cell[order])
    return np.sort(order[np.arange(len(cell)) - first < np.broadcast_to(most, cell.shape)[order]])


def _slopes(terms: Terms) -> Floats:
    return np.column_stack([terms.column("log_distance"), terms.column("pattern_db")]).astype(
        np.float64
    )
