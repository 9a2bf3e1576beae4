"""What measurements add to the published model of each area class: an offset, a slope, a spread.

Generalised least squares on means over blocks of 100 m of each cell: blocks of one cell share a
part (their cell's own error), which is estimated with them. Single blocks far off weigh less
(Huber), and few samples move little: before any measurement, offset and slope are taken as 0 with
spreads of 10 and 5 dB, and the weight of the antenna's pattern as 1 with a spread of 0.25. A block
whose median lies at the receiver's floor says that the loss is at least that: it enters by what a
normal distribution expects beyond.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.measurements.clustered import blocks_of
from planner.measurements.mean_model import expected_below
from planner.measurements.residual_field import Places, ResidualField, fit_field
from planner.scenario.correction import CORRECTION_AT_M

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BLOCK_M = 100.0
OFFSET_PRIOR_DB, SLOPE_PRIOR_DB, ENTRY_PRIOR_DB = 10.0, 5.0, 5.0
PATTERN_PRIOR = 0.25
LEAST_CELLS_OF_A_CLASS = 3
SHARED_M, LEAST_SHARED = 50.0, 50
"""Side of the squares, and fewest of them, that say how much of shadowing sites share."""
_ROUNDS = 6
_HUBER = 1.5
_SHORTEST_M = 10.0
_FIELD_SAMPLES = 200


@dataclass(frozen=True)
class ClassCorrection:
    """One area class: loss to add at 100 m and by decade, and the spread that remains.

    ``offset_se_db``, ``slope_se_db``: standard errors. ``shadow_sigma_db``: of what is common to a
    cell and what fades over the land, without the noise of single samples; None with too few cells.
    """

    area_class: str
    offset_db: float
    slope_db_per_decade: float
    offset_se_db: float
    slope_se_db: float
    shadow_sigma_db: float | None
    samples: int
    cells: int


@dataclass(frozen=True)
class LinkDetails:
    """What else is known of each sample's link.

    ``pattern_db``: loss of the antenna's pattern; ``censored``: at the receiver's floor, so that
    the loss is at least the excess; ``site``: number of the site of its cell.
    """

    pattern_db: Floats
    censored: npt.NDArray[np.bool_]
    site: Integers


@dataclass(frozen=True)
class Correction:
    """All classes, with the covariance of (offset, slope) of each in turn.

    ``common_sigma_db`` is the part of shadowing that a cell's samples share, ``link_sigma_db`` that
    of single links, which fades over ``decorrelation_m``. ``shared_share``: correlation of the
    shadowing of links from one place to different sites; None where too few places have two.
    ``pattern_weight``: factor of the antenna pattern's loss, the effective antenna, and its error.
    """

    classes: tuple[ClassCorrection, ...]
    covariance: Floats
    common_sigma_db: float
    link_sigma_db: float
    decorrelation_m: float
    shared_share: float | None
    pattern_weight: tuple[float, float] = (1.0, PATTERN_PRIOR)

    def loss_db(
        self, area_class: npt.NDArray[np.str_], distance_m: Floats, pattern_db: Floats
    ) -> Floats:
        """Return the loss that the correction adds; ``pattern_db``: what the pattern takes."""
        extra = (self.pattern_weight[0] - 1.0) * pattern_db
        decades = _decades(distance_m)
        for one in self.classes:
            here = area_class == one.area_class
            extra[here] += one.offset_db + one.slope_db_per_decade * decades[here]
        return extra


def fit_correction(
    excess_db: Floats,
    distance_m: Floats,
    area_class: npt.NDArray[np.str_],
    cell: Integers,
    place: tuple[Floats, Floats],
    *,
    classes: Sequence[str],
    more: LinkDetails | None = None,
) -> Correction:
    """Fit offset and slope by class to the excess of measured loss over the model's.

    ``place``: x and y in metres. ``classes``: those that the scenario knows; those without samples
    keep their published model and are left out. ``more``: what else is known of the links.
    """
    more = more or LinkDetails(np.zeros(len(cell)), np.zeros(len(cell), bool), cell)
    there = [key for key in classes if (area_class == key).any()]
    kind = np.array([there.index(key) for key in area_class])
    row, count = _block_rows(cell, kind, place)
    own = np.zeros(len(count), np.int64)
    own[row] = cell
    of_class = np.zeros(len(count), np.int64)
    of_class[row] = kind
    decades = np.bincount(row, _decades(distance_m)) / count
    target = _block_medians(row, excess_db)
    columns = np.zeros((len(count), 2 * len(there) + 1))
    columns[np.arange(len(count)), 2 * of_class] = 1.0
    columns[np.arange(len(count)), 2 * of_class + 1] = decades
    columns[:, -1] = np.bincount(row, more.pattern_db) / count
    at_least = np.bincount(row, more.censored) > 0.5 * count
    weight, covariance = _generalised(columns, target, own, at_least)
    error = np.sqrt(np.diag(covariance))
    left = excess_db - weight[2 * kind] - weight[2 * kind + 1] * _decades(distance_m)
    left -= weight[-1] * more.pattern_db
    seen = ~more.censored if not more.censored.all() else more.censored
    left, place, cell, kind = left[seen], (place[0][seen], place[1][seen]), cell[seen], kind[seen]
    samples = np.bincount(kind, minlength=len(there))
    whole = _field(left, place, cell)
    found = []
    for k, key in enumerate(there):
        here = kind == k
        cells = len(np.unique(cell[here]))
        enough = cells >= LEAST_CELLS_OF_A_CLASS
        some = _field(left[here], (place[0][here], place[1][here]), cell[here]) if enough else None
        found.append(
            ClassCorrection(
                key, float(weight[2 * k]), float(weight[2 * k + 1]), float(error[2 * k]),
                float(error[2 * k + 1]), _shadow_db(some), int(samples[k]), cells,
            )
        )  # fmt: skip
    return Correction(
        tuple(found), covariance[:-1, :-1], float(np.sqrt(whole.offset)),
        float(np.sqrt(whole.lengths.sum())), whole.decorrelation_m(),
        _shared_share(left, place, more.site[seen]),
        (1.0 + float(weight[-1]), float(error[-1])),
    )  # fmt: skip


def entry_losses(
    excess_db: Floats,
    area_class: npt.NDArray[np.str_],
    cell: Integers,
    published_db: Mapping[str, float],
) -> dict[str, tuple[float, float]]:
    """Return by class what indoor samples add to the published loss into buildings, and its error.

    ``excess_db``: loss of indoor samples beyond that outdoors. Each cell counts once, by its
    median; before any measurement the addition is 0 with a spread of 5 dB.
    """
    found = {}
    for key, loss_db in published_db.items():
        here = area_class == key
        if not here.any():
            continue
        row = np.unique(cell[here], return_inverse=True)[1]
        medians = _block_medians(row, excess_db[here]) - loss_db
        spread = float(np.std(medians, ddof=1)) if len(medians) > 1 else ENTRY_PRIOR_DB
        error = max(spread, 1.0) / np.sqrt(len(medians))
        weight = ENTRY_PRIOR_DB**2 / (ENTRY_PRIOR_DB**2 + error**2)
        found[key] = (weight * float(np.mean(medians)), float(np.sqrt(weight)) * error)
    return found


def _decades(distance_m: Floats) -> Floats:
    return np.log10(np.maximum(distance_m, _SHORTEST_M) / CORRECTION_AT_M)


def _block_rows(
    cell: Integers, kind: Integers, place: tuple[Floats, Floats]
) -> tuple[Integers, Floats]:
    block = blocks_of(*place, BLOCK_M)
    keys = np.stack([cell, kind, block], axis=1)
    row = np.unique(keys, axis=0, return_inverse=True)[1].ravel()
    return row, np.bincount(row).astype(float)


def _block_medians(row: Integers, value: Floats) -> Floats:
    order = np.lexsort((value, row))
    starts = np.searchsorted(row[order], np.arange(int(row.max()) + 1))
    count = np.diff(np.append(starts, len(row)))
    low, high = value[order][starts + (count - 1) // 2], value[order][starts + count // 2]
    return np.asarray(0.5 * (low + high))


def _generalised(
    columns: Floats, said: Floats, cell: Integers, at_least: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Return weights and their covariance; blocks of a cell share a random part.

    ``said``: the target, where ``at_least`` its least value.
    """
    names, row = np.unique(cell, return_inverse=True)
    prior = np.tile([OFFSET_PRIOR_DB**-2, SLOPE_PRIOR_DB**-2], columns.shape[1] // 2)
    prior = np.append(prior, PATTERN_PRIOR**-2)
    target = said.copy()
    within, between = 64.0, 16.0
    trust = np.ones(len(target))
    for _ in range(_ROUNDS):
        precision = trust / within
        of_cell = np.bincount(row, precision)
        share = between / (1.0 + between * of_cell)
        sums = np.stack([np.bincount(row, precision * column) for column in columns.T], axis=1)
        right = np.bincount(row, precision * target)
        squares = columns.T @ (columns * precision[:, None]) - sums.T @ (sums * share[:, None])
        products = columns.T @ (precision * target) - sums.T @ (share * right)
        covariance = np.linalg.inv(squares + np.diag(prior))
        weight = covariance @ products
        left = target - columns @ weight
        common = between * np.bincount(row, precision * left) / (1.0 + between * of_cell)
        own = left - common[row]
        within = max(float(np.average(own**2, weights=trust)), 1e-6)
        unsure = between / (1.0 + between * of_cell)
        between = max(float(np.mean(common**2 + unsure)) if len(names) > 1 else 0.0, 1e-6)
        expected = columns[at_least] @ weight + common[row[at_least]]
        target[at_least] = -expected_below(-said[at_least], -expected, float(np.sqrt(within)))
        reach = _HUBER * np.sqrt(within)
        trust = np.minimum(1.0, reach / np.maximum(np.abs(own), 1e-9))
    return np.asarray(weight, np.float64), np.asarray(covariance, np.float64)


def _field(left: Floats, place: tuple[Floats, Floats], cell: Integers) -> ResidualField:
    kept = np.random.default_rng(0).permutation(len(left))
    order = kept[np.argsort(cell[kept], kind="stable")]
    number = np.arange(len(order)) - np.searchsorted(cell[order], cell[order])
    rows = order[number < _FIELD_SAMPLES]
    places = Places(place[0][rows], place[1][rows], np.zeros((len(rows), 1)))
    return fit_field(left[rows] - np.median(left), places, cell[rows])


def _shared_share(left: Floats, place: tuple[Floats, Floats], site: Integers) -> float | None:
    """Return the correlation of what remains between sites, over squares of 50 m that have two."""
    block = blocks_of(*place, SHARED_M)
    keys, row = np.unique(np.stack([block, site], axis=1), axis=0, return_inverse=True)
    means = np.bincount(row.ravel(), left) / np.bincount(row.ravel())
    means -= means.mean()
    count = np.bincount(keys[:, 0])
    total, squares = np.bincount(keys[:, 0], means), np.bincount(keys[:, 0], means**2)
    several = count > 1
    if several.sum() < LEAST_SHARED:
        return None
    pairs = count[several] * (count[several] - 1)
    product = float(np.sum(total[several] ** 2 - squares[several]) / pairs.sum())
    variance = float(np.sum(squares[several]) / count[several].sum())
    return min(max(product / max(variance, 1e-9), 0.0), 1.0)


def _shadow_db(field: ResidualField | None) -> float | None:
    return None if field is None else float(np.sqrt(field.offset + field.lengths.sum()))
