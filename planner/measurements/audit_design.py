"""Which places to measure, so that a claim that is wrong by a stated amount is exposed.

A claim of a share is true or wrong by its realised share over all places. Places differ in how
likely they are covered: near the edge of a claim, or where predicted power is near the threshold,
failures are likely; they are drawn more often (Neyman's rule: in proportion to the standard
deviation), along a curve that spreads them, and what they show beyond expectation is weighed by one
over the chance of being drawn (the difference estimator; Saerndal, Swensson and Wretman, Model
Assisted Survey Sampling, 1992, 6.3). The estimate stays unbiased if the expectation is wrong. False
alarms and power are counted by simulation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from planner.errors import InputError, Problem
from planner.measurements.clustered import blocks_of

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SIMULATIONS = 1000
CLUSTER_M = 1000.0
COMMON_SHARE = 0.5
"""Part of the variance of what makes a place fail that a block of 1 km has in common."""
_LEAST_DEVIATION = 0.15
_SAFER_FALSE_ALARMS, _SAFER_POWER = 0.035, 0.965
"""Aims of the search: what is found holds 5 and 95 % in simulations of its own."""


@dataclass(frozen=True)
class ClaimedPlaces:
    """Places of a claim: position (m), weight (people or area), chance of being covered."""

    x_m: Floats
    y_m: Floats
    weight: Floats
    chance: Floats

    def __len__(self) -> int:
        return len(self.x_m)


@dataclass(frozen=True)
class AuditDesign:
    """Places to measure and when to call the claim wrong.

    ``rows``: the places. ``limit``: the claim is wrong if the estimated share is below it.
    ``false_alarms``, ``power``: counted in simulations that the search has not seen.
    ``even_count``: how many places an even sample needs for the same.
    """

    rows: Integers
    limit: float
    false_alarms: float
    power: float
    even_count: int
    simulations: int

    def as_dict(self) -> dict[str, float]:
        """Return the figures as plain values, without the places."""
        return {
            "places": len(self.rows), "limit": self.limit, "false_alarms": self.false_alarms,
            "power": self.power, "even_places": self.even_count, "simulations": self.simulations,
        }  # fmt: skip

    def as_text(self) -> str:
        """Return what to measure and what it can detect."""
        return (
            f"measure {len(self.rows):,} places; the claim is wrong if the share they say is "
            f"below {self.limit:.1%}\n{self.simulations:,} simulated claims: "
            f"{self.false_alarms:.1%} false alarms, power {self.power:.1%}; "
            f"an even sample needs {self.even_count:,} places"
        )


def audit_design(
    places: ClaimedPlaces, *, claimed_share: float, wrong_by: float, seed: int = 2020
) -> AuditDesign:
    """Return the smallest set of places that exposes a claim that is wrong by ``wrong_by``.

    Raises
    ------
    InputError
        Shares out of range, or no set of places that distinguishes a wrong claim from a true one.
    """
    if not 0.0 < wrong_by < claimed_share <= 1.0:
        raise InputError(
            Problem("cannot be wrong by that much", key="wrong_by", value=wrong_by,
                    expected=f"above 0 and below the claimed share, {claimed_share:g}")
        )  # fmt: skip
    rng = np.random.default_rng(seed)
    deviation = places.weight * np.maximum(
        np.sqrt(places.chance * (1.0 - places.chance)), _LEAST_DEVIATION
    )
    shares = (claimed_share, claimed_share - wrong_by)
    truths = _Truths(places, rng)
    aimed = _smallest(places, deviation, truths.drawn(shares), rng, expected=places.chance)
    even = _smallest(
        places, places.weight, truths.drawn(shares), rng, expected=np.zeros(len(places))
    )
    if aimed is None:
        raise InputError(
            Problem("no set of places can distinguish such a claim from a true one", key="wrong_by",
                    value=wrong_by, expected="a larger amount, or more places")
        )  # fmt: skip
    count, limit = aimed
    true, wrong = (
        _estimates(places, deviation, covered, count, rng, places.chance)
        for covered in truths.drawn(shares)
    )
    rows = _drawn_rows(_curve(places), _inclusion(deviation, count), rng)
    return AuditDesign(
        rows, limit, float((true < limit).mean()), float((wrong < limit).mean()),
        even[0] if even else len(places), SIMULATIONS,
    )  # fmt: skip


def estimated_share(places: ClaimedPlaces, rows: Integers, covered: npt.NDArray[np.bool_]) -> float:
    """Return the covered share that measured places of a design say."""
    deviation = places.weight * np.maximum(
        np.sqrt(places.chance * (1.0 - places.chance)), _LEAST_DEVIATION
    )
    chance_drawn = _inclusion(deviation, len(rows))[rows]
    beyond = places.weight[rows] * (covered - places.chance[rows]) / chance_drawn
    return float((np.sum(places.weight * places.chance) + beyond.sum()) / places.weight.sum())


class _Truths:
    """Draws which places are covered, with blocks in common, for exact realised shares."""

    def __init__(self, places: ClaimedPlaces, rng: np.random.Generator) -> None:
        self._rng, self._places = rng, places
        self._block = blocks_of(places.x_m, places.y_m, CLUSTER_M)
        self._ease = ndtri(np.clip(places.chance, 1e-6, 1.0 - 1e-6))

    def drawn(self, shares: tuple[float, float]) -> list[npt.NDArray[np.bool_]]:
        """Return for each share whether places are covered (bool, simulations x places)."""
        rng, weight = self._rng, self._places.weight
        found = [np.empty((SIMULATIONS, len(weight)), bool) for _ in shares]
        for row in range(SIMULATIONS):
            common = rng.standard_normal(int(self._block.max()) + 1)[self._block]
            own = rng.standard_normal(len(weight))
            hard = np.sqrt(COMMON_SHARE) * common + np.sqrt(1.0 - COMMON_SHARE) * own - self._ease
            order = np.argsort(hard)
            reached = np.cumsum(weight[order]) / weight.sum()
            for covered, share in zip(found, shares, strict=True):
                covered[row, order] = reached <= share + 1e-9
        return found


def _smallest(
    places: ClaimedPlaces,
    size: Floats,
    truths: list[npt.NDArray[np.bool_]],
    rng: np.random.Generator,
    *,
    expected: Floats,
) -> tuple[int, float] | None:
    """Return the least number of places that suffices, with the limit, by doubling and halving."""
    true, wrong = truths

    def tried(count: int) -> tuple[bool, float]:
        estimates = _estimates(places, size, true, count, rng, expected)
        limit = float(np.quantile(estimates, _SAFER_FALSE_ALARMS))
        found = _estimates(places, size, wrong, count, rng, expected)
        return bool((found < limit).mean() >= _SAFER_POWER), limit

    count = 8
    while not tried(min(count, len(places)))[0]:
        if count >= len(places):
            return None
        count *= 2
    low, high = count // 2, min(count, len(places))
    while high - low > max(1, high // 40):
        middle = (low + high) // 2
        if tried(middle)[0]:
            high = middle
        else:
            low = middle
    return high, tried(high)[1]


def _estimates(
    places: ClaimedPlaces,
    size: Floats,
    covered: npt.NDArray[np.bool_],
    count: int,
    rng: np.random.Generator,
    expected: Floats,
) -> Floats:
    """Return the share that each simulation's own draw of places estimates."""
    chance = _inclusion(size, count)
    curve, whole = _curve(places), places.weight.sum()
    base = np.sum(places.weight * expected)
    found = np.empty(len(covered))
    plain = not expected.any()
    for row, truth in enumerate(covered):
        rows = _drawn_rows(curve, chance, rng)
        gain = places.weight[rows] / chance[rows]
        beyond = float(gain @ (truth[rows] - expected[rows]))
        found[row] = beyond / gain.sum() if plain else (base + beyond) / whole
    return found


def _inclusion(size: Floats, count: int) -> Floats:
    """Return the chance of each place to be drawn: in proportion to size, at most 1."""
    chance = np.zeros(len(size))
    sure = np.zeros(len(size), bool)
    while True:
        left = count - int(sure.sum())
        chance[sure] = 1.0
        chance[~sure] = left * size[~sure] / max(size[~sure].sum(), 1e-300)
        over = ~sure & (chance > 1.0)
        if not over.any() or sure.all():
            return np.clip(chance, 1e-9, 1.0)
        sure |= over


def _drawn_rows(curve: Integers, chance: Floats, rng: np.random.Generator) -> Integers:
    """Draw places systematically along a curve through all of them."""
    reached = np.cumsum(chance[curve])
    ticks = np.arange(rng.random(), reached[-1], 1.0)
    return np.unique(curve[np.minimum(np.searchsorted(reached, ticks), len(curve) - 1)])


def _curve(places: ClaimedPlaces) -> Integers:
    """Return places in the order of a Z curve over squares, so that neighbours follow."""
    x, y = ((v - v.min()) / max(float(np.ptp(v)), 1e-9) * 1023 for v in (places.x_m, places.y_m))
    code = np.zeros(len(x), np.int64)
    for bit in range(10):
        code |= ((x.astype(np.int64) >> bit) & 1) << (2 * bit)
        code |= ((y.astype(np.int64) >> bit) & 1) << (2 * bit + 1)
    return np.argsort(code, kind="stable")
