"""The mean: received power less the transmitted, as a function of plain physical terms.

Two estimates are averaged, since they err differently. One is a ridge regression on the terms,
their bends, and cosines of random mixtures of them (a Gaussian process by random Fourier features:
Rahimi and Recht, 2007). The other is gradient boosting of trees. The ridge's strength and the
number of trees are chosen by cross-validation over whole cells, inside the cells that are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve
from scipy.special import log_ndtr

from planner.measurements.terms import Terms
from planner.measurements.threads import one_thread_each, side_by_side

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]

INNER_FOLDS = 5
FOURIER_TERMS, LEAST_FOURIER_TERMS, SAMPLES_OF_A_WAVE = 300, 20, 50
"""Random mixtures: 300 from 15,000 samples on, fewer with fewer."""
TREE_STEPS = (30, 60, 90, 120)
_BENDS = (0.2, 0.5, 0.8)
_MOST_DEVIATIONS = 4.0
_HUBER = 1.5
_STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)


@dataclass(frozen=True)
class Basis:
    """Terms made comparable, with their bends and their random mixtures."""

    centre: Floats
    scale: Floats
    bends: Floats
    bent: Integers
    mixture: Floats
    phase: Floats

    def __call__(self, terms: Terms) -> Floats:
        """Return the columns of the regression (float64, n x p), the first of ones."""
        plain = (terms.values.astype(np.float64) - self.centre) / self.scale
        plain = np.clip(plain, -_MOST_DEVIATIONS, _MOST_DEVIATIONS)
        bent = np.maximum(plain[:, self.bent] - self.bends, 0.0)
        waves = 2.0 * np.cos(plain @ self.mixture + self.phase)
        return np.hstack([np.ones((len(plain), 1)), plain, bent, waves])


@dataclass(frozen=True)
class MeanModel:
    """A fitted mean; ``strength`` and ``trees`` are what cross-validation chose."""

    basis: Basis
    weight: Floats
    boosted: Any
    strength: float
    trees: int

    def predict(self, terms: Terms) -> Floats:
        """Return received less transmitted power, dB."""
        ridge = self.basis(terms) @ self.weight
        with one_thread_each():
            stages = self.boosted.staged_predict(terms.values)
            return np.asarray(0.5 * (ridge + next(islice(stages, self.trees - 1, None))))


@dataclass(frozen=True)
class MeanFit:
    """A mean model and, for each sample given, what the other cells alone predict.

    ``gain_db``: the power that the fit used, with the expected one where it was censored.
    """

    model: MeanModel
    unseen: Floats
    gain_db: Floats


def fit_mean(
    terms: Terms, gain_db: Floats, censored: npt.NDArray[np.bool_], cell: Integers, *, seed: int
) -> MeanFit:
    """Fit the mean to samples of several cells.

    Parameters
    ----------
    terms
        Physical terms of the samples.
    gain_db
        Received less transmitted power; where ``censored``, an upper limit of it.
    cell
        The cell of each sample: whole cells are left out in cross-validation.
    seed
        Of the random mixtures and of the folds.

    Raises
    ------
    PlannerError
        scikit-learn is not installed.
    """
    with one_thread_each():
        return _fitted(terms, gain_db, censored, cell, seed)


def _fitted(
    terms: Terms, gain_db: Floats, censored: npt.NDArray[np.bool_], cell: Integers, seed: int
) -> MeanFit:
    rng = np.random.default_rng(seed)
    fold = folds_of(cell, INNER_FOLDS, rng)
    basis = _basis(terms, rng)
    # By fold: a second copy of all columns would be the most memory of a calibration.
    parts = [fold == k for k in range(int(fold.max()) + 1)]
    columns = [basis(Terms(terms.names, terms.values[part])) for part in parts]
    trust, filled = np.ones(len(gain_db)), gain_db
    for _ in range(2):
        ridge = _ridge(columns, parts, filled, trust)
        miss = gain_db - ridge.unseen
        spread = max(1.4826 * float(np.median(np.abs(miss - np.median(miss)))), 1e-6)
        trust = np.minimum(1.0, _HUBER * spread / np.maximum(np.abs(miss), 1e-9))
        filled = np.where(censored, expected_below(gain_db, ridge.unseen, spread), gain_db)
        trust[censored] = 1.0
    boosted, unseen, trees = _boosted(terms.values, filled, trust, parts, seed)
    model = MeanModel(basis, ridge.weight, boosted, ridge.strength, trees)
    return MeanFit(model, 0.5 * (ridge.unseen + unseen), filled)


def folds_of(group: Integers, folds: int, rng: np.random.Generator) -> Integers:
    """Return the fold of each sample: whole groups at random, as even in number as can be."""
    names, row = np.unique(group, return_inverse=True)
    return (rng.permutation(len(names)) % min(folds, len(names)))[row]


def _basis(terms: Terms, rng: np.random.Generator) -> Basis:
    values = terms.values.astype(np.float64)
    centre, scale = values.mean(0), values.std(0)
    scale = np.where(scale > 1e-6, scale, np.inf)
    plain = np.clip((values - centre) / scale, -_MOST_DEVIATIONS, _MOST_DEVIATIONS)
    bent, bends = [], []
    varied = np.array([not name.startswith("clutter_") for name in terms.names])
    varied &= np.isfinite(scale)
    for column in np.flatnonzero(varied):
        for bend in np.unique(np.quantile(plain[:, column], _BENDS)):
            if plain[:, column].min() < bend < plain[:, column].max():
                bent.append(column)
                bends.append(bend)
    count = max(int(varied.sum()), 1)
    waves = min(FOURIER_TERMS, max(LEAST_FOURIER_TERMS, len(values) // SAMPLES_OF_A_WAVE))
    mixture = rng.standard_normal((values.shape[1], waves)) / np.sqrt(count)
    mixture[~varied] = 0.0
    phase = rng.uniform(0.0, 2.0 * np.pi, waves)
    return Basis(centre, scale, np.array(bends, float), np.array(bent, np.int64), mixture, phase)


@dataclass(frozen=True)
class _RidgeFit:
    weight: Floats
    unseen: Floats
    strength: float


def _ridge(
    columns: Sequence[Floats], parts: Sequence[Marks], target: Floats, trust: Floats
) -> _RidgeFit:
    """Choose the strength by the squared error of whole cells left out, from sums by fold.

    ``columns``, ``parts``: of each fold, its columns and which samples it has.
    """
    every = list(range(len(parts)))

    def sums(k: int) -> tuple[Floats, Floats]:
        weighed = columns[k] * trust[parts[k], None]
        return columns[k].T @ weighed, weighed.T @ target[parts[k]]

    squares, products = zip(*side_by_side(sums, every), strict=True)
    others = [[j for j in every if j != k] or every for k in every]
    penalty = np.full(columns[0].shape[1], trust.sum())
    penalty[0] = 0.0

    def solved(kept: list[int], strength: float) -> Floats:
        total = sum(squares[k] for k in kept) + strength * np.diag(penalty)
        total[0, 0] += 1e-9
        return np.asarray(solve(total, sum(products[k] for k in kept), assume_a="pos"))

    def error(strength: float) -> float:
        found = 0.0
        for k in every:
            weight = solved(others[k], strength)
            found += weight @ squares[k] @ weight - 2.0 * weight @ products[k]
        return float(found)

    strength = float(min(_STRENGTHS, key=error))
    unseen = np.empty(len(target))
    for k in every:
        unseen[parts[k]] = columns[k] @ solved(others[k], strength)
    return _RidgeFit(solved(every, strength), unseen, strength)


def _boosted(
    values: npt.NDArray[np.float32],
    target: Floats,
    trust: Floats,
    parts: Sequence[Marks],
    seed: int,
) -> tuple[Any, Floats, int]:
    """Return trees grown on all, what those of other cells predict, and the best number of trees.

    Each set of trees is grown by one thread, several at once: the result does not depend on how
    many, and a busy machine does not make threads wait for each other.
    """
    kept = [~part if not part.all() else part for part in parts]
    kept.append(np.ones(len(target), bool))

    def grown(rows: npt.NDArray[np.bool_]) -> Any:
        return _grown(values[rows], target[rows], trust[rows], seed)

    *others, whole = side_by_side(grown, kept)
    staged = np.zeros((len(TREE_STEPS), len(target)))
    for part, trees in zip(parts, others, strict=True):
        for step, found in enumerate(trees.staged_predict(values[part]), start=1):
            if step in TREE_STEPS:
                staged[TREE_STEPS.index(step), part] = found
    errors = np.sum(trust * (staged - target) ** 2, axis=1)
    best = int(errors.argmin())
    return whole, staged[best], TREE_STEPS[best]


def _grown(values: npt.NDArray[np.float32], target: Floats, trust: Floats, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    trees = HistGradientBoostingRegressor(
        max_iter=TREE_STEPS[-1], learning_rate=0.07, max_leaf_nodes=12,
        min_samples_leaf=max(20, min(150, len(target) // 100)), l2_regularization=10.0,
        max_features=0.3, max_bins=127, early_stopping=False, random_state=seed,
    )  # fmt: skip
    return trees.fit(values, target, sample_weight=trust)


def expected_below(limit: Floats, mean: Floats, spread: float) -> Floats:
    """Return the mean of a normal value that is known to lie at most at a limit."""
    away = (limit - mean) / spread
    hazard = np.exp(-0.5 * away**2 - 0.5 * np.log(2.0 * np.pi) - log_ndtr(away))
    return np.asarray(mean - spread * hazard)
