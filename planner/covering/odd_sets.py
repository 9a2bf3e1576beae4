"""Prices that prove more than the linear relaxation: those of odd sets of customers.

The relaxation covers three customers, two by each of three sites, with half of each site; whole
sites cannot. Rows for such sets (``kernels.sparse.odd_sets``) are added where the shares of the
relaxation break them, which changes the shares, and so on (cutting planes).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from kernels.sparse.cover import footprints
from kernels.sparse.odd_sets import Shares, odd_triples, with_two_more
from kernels.sparse.reduce import alike
from planner.covering.certificate import OddSets
from planner.covering.deadline import Deadline
from planner.covering.dual import (
    LARGEST_FOR_HIGHS,
    Relaxation,
    dual_value,
    relaxation_by_highs,
)
from planner.covering.model import Model
from planner.covering.programme import covers, half_of_covered, members

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Point = tuple[Floats, Floats]
"""Shares of the sites and of the customers in a solution of the relaxation."""

_MOST_ROUNDS = 40
_SHARE = 1e-6
# ``odd`` of a set that is worth adding, and of a set that may grow into one.
_BROKEN, _NEARLY = 0.96, 1.3
_TRIPLES_KEPT, _MOST_GROWN, _LARGEST_SET = 12, 3000, 7
_ROWS_OF_CUSTOMER = 3
_SLACK = 0.02


@dataclass(frozen=True)
class Rounds:
    """How rounds of odd sets are made, and when they end.

    ``least_progress``: a round that closes less than this part of the gap is the last one.
    ``newest``: part of the newest shares in the average at which sets are looked for, 1 for these
    alone. ``of_last_round``: part of the time of the last round that must be left for another.
    """

    least_progress: float = 0.01
    newest: float = 1.0
    of_last_round: float = 0.0


USUAL = Rounds()
# The shares of one solve are a corner that moves far; sets that their average breaks too stay of
# use. The bound of San Francisco 80 is 0.584 % over the best known plan after 124 s of processor
# time, for 153 s, with 1.2 times as many rows a solve; that of Bronx 50 0.132 % after 44 s, for 53.
MANY = Rounds(least_progress=0.002, newest=0.5, of_last_round=1.0)


def tightened(
    model: Model, first: Relaxation, reached: float, deadline: Deadline, rounds: Rounds = USUAL
) -> Relaxation:
    """Relaxation with odd sets, until its bound hardly falls, ``reached`` or the deadline."""
    best, least = first, dual_value(model, first.prices)
    sets, now = OddSets(), first
    if now.sites is None and len(model.fp.customers) <= LARGEST_FOR_HIGHS:
        now = relaxation_by_highs(model, sets, deadline) or first
    average: Point | None = None
    took_s = 0.0
    for _ in range(_MOST_ROUNDS):
        if now.sites is None or now.customers is None or deadline.passed:
            break
        if deadline.left_s < rounds.of_last_round * took_s:  # It could not end.
            break
        began = time.monotonic()
        newest = now.sites, now.customers
        average = _average(average, newest, rounds.newest)
        more = _broken_by_both(model, average, newest, sets)
        if len(more.price) == 0:
            break
        sets = _joined(_tight(model, sets, *newest), more)
        found = relaxation_by_highs(model, sets, deadline)
        if found is None:
            break
        took_s = time.monotonic() - began
        now, before = found, least
        value = dual_value(model, now.prices)
        if value < least:
            best, least = now, value
        if least <= reached or before - least < rounds.least_progress * (before - reached):
            break
    return best


def _average(before: Point | None, newest: Point, of_newest: float) -> Point:
    """The newest shares averaged with those before; the newest themselves if they count alone."""
    if before is None or of_newest == 1.0:
        return newest
    sites, customers = (
        (1.0 - of_newest) * one + of_newest * two for one, two in zip(before, newest, strict=True)
    )
    return sites, customers


def _broken_by_both(model: Model, average: Point, newest: Point, known: OddSets) -> OddSets:
    """Sets that the newest shares break, first of them those that their average breaks too."""
    if average is newest:
        return _broken_sets(model, *newest, known)
    both = _used_up_to(model, _broken_sets(model, *average, known), *newest, _SLACK)
    return _joined(both, _broken_sets(model, *newest, _joined(known, both)))


def carried(sets: OddSets, model: Model, left: Model) -> OddSets:
    """Sets with a price of the customers of ``left``, a smaller model of the same problem."""
    inside = model.group >= 0
    group = np.full(model.n_customers, -1, np.int64)
    group[model.group[inside]] = left.group[inside]
    spans = [
        group[who]
        for who, price in zip(_spans(sets), sets.price.tolist(), strict=True)
        if price > 0
    ]
    return _sets_of([who for who in spans if (who >= 0).all()])


def _spans(sets: OddSets) -> list[Index]:
    """Customers of each set."""
    return [sets.customers[a:b] for a, b in pairwise(sets.start.tolist())]


def _sets_of(spans: list[Index]) -> OddSets:
    if not spans:
        return OddSets()
    start = np.concatenate([[0], np.cumsum([len(who) for who in spans])])
    return OddSets(start, np.concatenate(spans), np.zeros(len(spans)))


def _joined(one: OddSets, two: OddSets) -> OddSets:
    return OddSets(
        np.concatenate([one.start, one.start[-1] + two.start[1:]]),
        np.concatenate([one.customers, two.customers]),
        np.concatenate([one.price, two.price]),
    )


def _tight(model: Model, sets: OddSets, x: Floats, y: Floats) -> OddSets:
    """The sets whose rows the shares use up."""
    return _used_up_to(model, sets, x, y, -_SLACK)


def _used_up_to(model: Model, sets: OddSets, x: Floats, y: Floats, beyond: float) -> OddSets:
    """The sets whose rows the shares use up to ``beyond`` more than they allow."""
    if len(sets.price) == 0:
        return sets
    used = members(sets, model.n_customers) @ y - half_of_covered(model, sets) @ x
    stay = np.flatnonzero(used > sets.size // 2 + beyond)
    spans = _spans(sets)
    return _sets_of([spans[k] for k in stay.tolist()])


def _broken_sets(model: Model, x: Floats, y: Floats, known: OddSets) -> OddSets:
    """Odd sets whose rows the shares break, those that promise most, few for each customer."""
    shared = np.flatnonzero(x > _SHARE)
    covered = sp.csc_array(covers(model)[:, shared])
    unused = np.maximum(0.0, covered @ x[shared] - y) + np.maximum(0.0, 1.0 - y)
    kinds = _kinds(covered, model.people, unused)
    leaders = np.array([who[0] for who in kinds], np.int64)
    of_kinds = sp.csc_array(sp.csr_array(covered)[leaders])
    start, customers = of_kinds.indptr.astype(np.int64), of_kinds.indices.astype(np.int32)
    people = model.people[leaders]
    fp = footprints(start, customers, len(leaders))
    at = Shares(fp, x[shared], unused[leaders], people)
    sets, odd = odd_triples(at, _NEARLY, _TRIPLES_KEPT)
    spans: list[Index] = []
    scores: list[float] = []
    while len(sets):
        broken = odd < _BROKEN
        for who, its in zip(sets[broken].tolist(), odd[broken].tolist(), strict=True):
            # One row for the heaviest of each kind, one for the second heaviest, ...
            for ranked in zip(*(kinds[i][:_ROWS_OF_CUSTOMER] for i in who), strict=False):
                one = np.sort(np.array(ranked))
                spans.append(one)
                scores.append((1.0 - its) * float(model.people[one].min()))
        if sets.shape[1] >= _LARGEST_SET:
            break
        sets, odd = with_two_more(at, sets[np.argsort(odd, kind="stable")[:_MOST_GROWN]])
        sets, once = np.unique(sets[odd < _NEARLY], axis=0, return_index=True)
        odd = odd[odd < _NEARLY][once]
    return _best_of(spans, np.array(scores), model.n_customers, known)


def _kinds(covered: sp.csc_array, people: Floats, unused: Floats) -> list[Index]:
    """Customers of the same sites as one kind, the heaviest first."""
    n = covered.shape[0]
    fp = footprints(covered.indptr.astype(np.int64), covered.indices.astype(np.int32), n)
    first = alike(fp.customer_start, fp.sites, np.zeros(n, np.int32))
    wanted = np.flatnonzero((unused < 1.0) & (np.diff(fp.customer_start) > 0))
    if len(wanted) == 0:
        return []
    order = wanted[np.lexsort((-people[wanted], first[wanted]))]
    return np.split(order, np.flatnonzero(np.diff(first[order])) + 1)


def _best_of(spans: list[Index], scores: Floats, n_customers: int, known: OddSets) -> OddSets:
    """Those of the highest score, each customer in a few only."""
    have = {tuple(who.tolist()) for who in _spans(known)}
    rows = np.zeros(n_customers, np.int64)
    taken = []
    for k in np.argsort(-scores, kind="stable").tolist():
        who = spans[k]
        key = tuple(who.tolist())
        if rows[who].max() < _ROWS_OF_CUSTOMER and key not in have:
            rows[who] += 1
            have.add(key)
            taken.append(who)
    return _sets_of(taken)
