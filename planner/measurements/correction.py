"""What measurements add to the published model: by area class, carrier, land cover and terrain.

Generalised least squares on means over blocks of 100 m of each cell: blocks of one cell share a
part (their cell's own error), which is estimated with them. Single blocks far off weigh less
(Huber), and few samples move little: before any measurement, offset and slope of an area class are
taken as 0 with spreads of 10 and 5 dB, offsets of carriers and of land cover as 0 with 4 dB, and
the weights of terrain and of the antenna's pattern as they are with a spread of 0.25. A block whose
median lies at the receiver's floor says that the loss is at least that: it enters by what a normal
distribution expects beyond.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planner.errors import PlannerWarning
from planner.measurements.clustered import blocks_of
from planner.measurements.groups import numbered
from planner.measurements.links import NO_CODE, LinkDetails, carrier_groups
from planner.measurements.mean_model import expected_below
from planner.measurements.residual_field import Places, ResidualField, fit_field
from planner.radio.calibrated import carrier_loss_db
from planner.scenario.correction import CORRECTION_AT_M

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BLOCK_M = 100.0
OFFSET_PRIOR_DB, SLOPE_PRIOR_DB, ENTRY_PRIOR_DB = 10.0, 5.0, 5.0
GROUP_PRIOR_DB = 4.0
WEIGHT_PRIOR = 0.25
MOST_SLOPE_DB, MOST_GROUP_DB = 30.0, 30.0
"""Most that a decade of distance, and a carrier or land cover, adds or takes."""
LEAST_CELLS_OF_A_CLASS = 3
_NEAR_LIMIT_DB = 0.1
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


def warn_of_held_slopes(classes: Sequence[ClassCorrection]) -> None:
    """Warn of each class whose slope stands at the limit."""
    for one in classes:
        if abs(one.slope_db_per_decade) >= MOST_SLOPE_DB - _NEAR_LIMIT_DB:
            how = "less" if one.slope_db_per_decade < 0 else "more"
            warnings.warn(
                f"{one.area_class}: the fitted slope, {one.slope_db_per_decade:+.1f} dB a decade, "
                f"stands at its limit: measured power falls with distance much {how} than the "
                "published model says",
                PlannerWarning, stacklevel=3,
            )  # fmt: skip


@dataclass(frozen=True)
class GroupCorrection:
    """Loss to add for a carrier (``key`` in MHz) or on a code of land cover; standard error."""

    key: int
    offset_db: float
    offset_se_db: float
    samples: int
    cells: int


@dataclass(frozen=True)
class Correction:
    """All groups, with the covariance of all that was fitted.

    Of (offset, slope) of each class, then of carriers, land covers, terrain and pattern.
    ``carriers``: none if all samples have one. ``common_sigma_db`` is the part of shadowing that a
    cell's samples share, ``link_sigma_db`` that of single links, which fades over
    ``decorrelation_m``. ``shared_share``: correlation of the shadowing of links from one place to
    different sites; None where too few places have two. ``pattern_weight``: factor of the antenna
    pattern's loss, the effective antenna, and its error; None without a pattern.
    ``terrain_change``: what to add to the factor of the loss by terrain, and its error; None
    without terrain.
    """

    classes: tuple[ClassCorrection, ...]
    carriers: tuple[GroupCorrection, ...]
    covers: tuple[GroupCorrection, ...]
    covariance: Floats
    pattern_weight: tuple[float, float] | None
    terrain_change: tuple[float, float] | None
    common_sigma_db: float = 0.0
    link_sigma_db: float = 0.0
    decorrelation_m: float = 0.0
    shared_share: float | None = None

    def loss_db(
        self, area_class: npt.NDArray[np.str_], distance_m: Floats, links: LinkDetails
    ) -> Floats:
        """Return the loss that the correction adds to each link."""
        extra = np.zeros(len(distance_m))
        if self.pattern_weight is not None:
            extra += (self.pattern_weight[0] - 1.0) * links.pattern_db
        if self.terrain_change is not None:
            extra += self.terrain_change[0] * links.terrain_db
        extra += carrier_loss_db(
            {str(one.key): one.offset_db for one in self.carriers}, links.carrier_mhz
        )
        decades = _decades(distance_m)
        for one in self.classes:
            here = area_class == one.area_class
            extra[here] += one.offset_db + one.slope_db_per_decade * decades[here]
        for cover in self.covers:
            extra[links.cover == cover.key] += cover.offset_db
        return extra


def fit_correction(
    excess_db: Floats,
    distance_m: Floats,
    area_class: npt.NDArray[np.str_],
    cell: Integers,
    place: tuple[Floats, Floats],
    *,
    classes: Sequence[str],
    links: LinkDetails | None = None,
) -> Correction:
    """Fit the correction to the excess of measured loss over the model's.

    ``place``: x and y in metres. ``classes``: those that the scenario knows; those without samples
    keep their published model and are left out. ``links``: what else is known of them.
    """
    links = links or LinkDetails.plain(cell)
    there = [key for key in classes if (area_class == key).any()]
    kind = np.array([there.index(key) for key in area_class])
    carriers, carrier = carrier_groups(links.carrier_mhz)
    covers = np.unique(links.cover[links.cover != NO_CODE])
    row, count = _block_rows(cell, kind, links.cover, place)
    blocks, some = np.arange(len(count)), np.zeros(len(count), np.int64)

    def of_blocks(value: Integers) -> Integers:
        found = some.copy()
        found[row] = value
        return found

    def means(value: Floats) -> Floats:
        return np.asarray(np.bincount(row, value) / count)

    own = of_blocks(cell)
    several = len(carriers) > 1
    firsts = np.cumsum([0, 2 * len(there), len(carriers) * several, len(covers), 1])
    prior = np.repeat([GROUP_PRIOR_DB, WEIGHT_PRIOR], [firsts[3], 2])
    prior[: firsts[1]] = np.tile([OFFSET_PRIOR_DB, SLOPE_PRIOR_DB], len(there))
    columns = np.zeros((len(count), len(prior)))
    columns[blocks, 2 * of_blocks(kind)] = 1.0
    columns[blocks, 2 * of_blocks(kind) + 1] = means(_decades(distance_m))
    if several:
        columns[blocks, firsts[1] + of_blocks(carrier)] = 1.0
    columns[:, firsts[2] : firsts[3]] = of_blocks(links.cover)[:, None] == covers
    columns[:, -2], columns[:, -1] = means(links.terrain_db), means(links.pattern_db)
    at_least = np.bincount(row, links.censored) > 0.5 * count
    weight, covariance = _generalised(columns, _block_medians(row, excess_db), own, at_least, prior)
    limits = np.repeat([np.inf, MOST_GROUP_DB, np.inf], [firsts[1], firsts[3] - firsts[1], 2])
    limits[1 : firsts[1] : 2] = MOST_SLOPE_DB
    weight = _held(weight, covariance, limits)
    error = np.sqrt(np.diag(covariance))
    seen = ~links.censored if not links.censored.all() else links.censored

    def group(key: int, column: int, here: npt.NDArray[np.bool_]) -> GroupCorrection:
        here = here & seen
        return GroupCorrection(
            key, float(weight[column]), float(error[column]), int(here.sum()),
            len(np.unique(cell[here])),
        )  # fmt: skip

    has_terrain, has_pattern = bool(links.terrain_db.any()), bool(links.pattern_db.any())
    kept = np.array([*range(firsts[3]), *firsts[3:][:has_terrain], *firsts[4:][:has_pattern]])
    plain = Correction(
        tuple(
            ClassCorrection(
                key, float(weight[2 * k]), float(weight[2 * k + 1]), float(error[2 * k]),
                float(error[2 * k + 1]), None, 0, 0,
            )
            for k, key in enumerate(there)
        ),
        tuple(group(one, firsts[1] + k, carrier == k) for k, one in enumerate(carriers) if several),
        tuple(group(int(one), firsts[2] + k, links.cover == one) for k, one in enumerate(covers)),
        covariance[np.ix_(kept, kept)],
        (1.0 + float(weight[-1]), float(error[-1])) if has_pattern else None,
        (float(weight[-2]), float(error[-2])) if has_terrain else None,
    )  # fmt: skip
    left = (excess_db - plain.loss_db(area_class, distance_m, links))[seen]
    place, cell, kind = (place[0][seen], place[1][seen]), cell[seen], kind[seen]
    whole = _field(left, place, cell)
    return replace(
        plain,
        classes=tuple(
            _with_spread(one, left[here], (place[0][here], place[1][here]), cell[here])
            for one, here in zip(plain.classes, (kind == k for k in range(len(there))), strict=True)
        ),
        common_sigma_db=float(np.sqrt(whole.offset)),
        link_sigma_db=float(np.sqrt(whole.lengths.sum())),
        decorrelation_m=whole.decorrelation_m(),
        shared_share=_shared_share(left, place, links.site[seen]),
    )


def _with_spread(
    one: ClassCorrection, left: Floats, place: tuple[Floats, Floats], cell: Integers
) -> ClassCorrection:
    """Return a class with the spread of what is left of its samples."""
    cells = len(np.unique(cell))
    enough = cells >= LEAST_CELLS_OF_A_CLASS
    field = _field(left, place, cell) if enough else None
    return replace(one, shadow_sigma_db=_shadow_db(field), samples=len(left), cells=cells)


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
    cell: Integers, kind: Integers, cover: Integers, place: tuple[Floats, Floats]
) -> tuple[Integers, Floats]:
    block = blocks_of(*place, BLOCK_M)
    row = numbered(cell, kind, cover, block)
    return row, np.bincount(row).astype(float)


def _block_medians(row: Integers, value: Floats) -> Floats:
    order = np.lexsort((value, row))
    starts = np.searchsorted(row[order], np.arange(int(row.max()) + 1))
    count = np.diff(np.append(starts, len(row)))
    low, high = value[order][starts + (count - 1) // 2], value[order][starts + count // 2]
    return np.asarray(0.5 * (low + high))


def _generalised(
    columns: Floats,
    said: Floats,
    cell: Integers,
    at_least: npt.NDArray[np.bool_],
    prior: Floats,
) -> tuple[Floats, Floats]:
    """Return weights and their covariance; blocks of a cell share a random part.

    ``said``: the target, where ``at_least`` its least value. ``prior``: spread of each weight about
    0 before any measurement.
    """
    names, row = np.unique(cell, return_inverse=True)
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
        covariance = np.linalg.inv(squares + np.diag(prior**-2.0))
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


def _held(weight: Floats, covariance: Floats, most: Floats) -> Floats:
    """Return weights of at most some size, the others as they are expected then."""
    for k in np.flatnonzero(np.isfinite(most)):
        away = float(np.clip(weight[k], -most[k], most[k])) - weight[k]
        weight = weight + covariance[:, k] / covariance[k, k] * away
    return weight


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
    row = numbered(block, site)
    means = np.bincount(row, left) / np.bincount(row)
    means -= means.mean()
    square = np.empty(len(means), np.int64)
    square[row] = block
    count = np.bincount(square)
    total, squares = np.bincount(square, means), np.bincount(square, means**2)
    several = count > 1
    if several.sum() < LEAST_SHARED:
        return None
    pairs = count[several] * (count[several] - 1)
    product = float(np.sum(total[several] ** 2 - squares[several]) / pairs.sum())
    variance = float(np.sum(squares[several]) / count[several].sum())
    return min(max(product / max(variance, 1e-9), 0.0), 1.0)


def _shadow_db(field: ResidualField | None) -> float | None:
    return None if field is None else float(np.sqrt(field.offset + field.lengths.sum()))
