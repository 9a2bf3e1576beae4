"""Odd sets of customers whose cover the linear relaxation overstates.

Of an odd number of customers ``C``, site ``j`` covers ``n_j``. Every choice of sites keeps ``sum of
y_i over C <= (|C| - 1) / 2 + sum of ceil(n_j / 2) x_j``: half the sum of the rows ``y_i <= sum of
x_j`` and ``y_i <= 1``, rounded to whole numbers (zero-half cuts, Caprara and Fischetti 1996). Three
sites of one half each that cover three customers in pairs break it by one half. Shares break it by
``(1 - odd) / 2``, where ``odd`` sums the shares of the sites of odd ``n_j`` and the unused parts
of the rows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels.arrays import Bools, Floats, Ints
from kernels.compiled import compiled_exact
from kernels.sparse.cover import SparseFootprints

_MOST_SITES_OF_CUSTOMER = 62
_FIRST_TRIED = 8


class Shares(NamedTuple):
    """Shares of a relaxation that are above 0.

    ``fp``, footprints of the sites with a share; ``sites float64[m]``, their shares; ``unused
    float64[n]``, slack of the two rows of each customer; ``people float64[n]``, its weight.
    """

    fp: SparseFootprints
    sites: Floats
    unused: Floats
    people: Floats


class _Near(NamedTuple):
    """Customers that share a site with the first: ``listed``, shared sites as bits, their shares.

    Bit k stands for the k-th site of the first customer. All three are of length n.
    """

    listed: Ints
    mask: Ints
    shared: Floats


@compiled_exact
def odd_triples(at: Shares, most_odd: float, keep: int) -> tuple[Ints, Floats]:
    """Find triples of customers whose inequality the shares break, or nearly so.

    Parameters
    ----------
    at
        The shares.
    most_odd
        Triples of a smaller ``odd`` are returned; below 1 the inequality is broken.
    keep
        The most triples for each customer that is the first of one. Those with the largest ``1 -
        odd`` times the least weight are kept.

    Returns
    -------
    tuple of arrays
        The triples, each ascending, ``int64[k, 3]``, and ``odd``, ``float64[k]``.
    """
    n, fp = at.people.size, at.fp
    alone = at.unused.copy()
    for i in range(n):
        for k in range(fp.customer_start[i], fp.customer_start[i + 1]):
            alone[i] += at.sites[fp.sites[k]]
    near = _Near(np.empty(n, np.int64), np.zeros(n, np.int64), np.zeros(n))
    with_b = np.zeros(n)
    triples, odds, rank = np.empty((n * keep, 3), np.int64), np.empty(n * keep), np.empty(keep)
    found = 0
    for a in range(n):
        n_near = _list_near(at, a, most_odd, near)
        kept = 0
        for p in range(n_near):
            b = near.listed[p]
            _add_shared(at, b, with_b, 1.0)
            pair = alone[a] + alone[b] - 2.0 * near.shared[b]
            for q in range(p + 1, n_near):
                c = near.listed[q]
                # A site of two counts twice in the first sum, one of three three times.
                odd = pair + alone[c] - 2.0 * (near.shared[c] + with_b[c])
                if odd >= most_odd:
                    continue
                odd += 4.0 * _shares_in(at, fp.customer_start[a], near.mask[b] & near.mask[c])
                if odd >= most_odd:
                    continue
                score = (1.0 - odd) * min(at.people[a], at.people[b], at.people[c])
                slot = kept if kept < keep else int(np.argmin(rank))
                if kept < keep:
                    kept += 1
                elif score <= rank[slot]:
                    continue
                rank[slot], odds[found + slot] = score, odd
                triples[found + slot, 0] = a
                triples[found + slot, 1], triples[found + slot, 2] = min(b, c), max(b, c)
            _add_shared(at, b, with_b, 0.0)
        found += kept
        for p in range(n_near):
            near.mask[near.listed[p]], near.shared[near.listed[p]] = 0, 0.0
    return triples[:found], odds[:found]


@compiled_exact
def _list_near(at: Shares, a: int, most_odd: float, near: _Near) -> int:
    """Fill ``near`` with the later customers that share a site with ``a``; returns how many."""
    fp, n_near = at.fp, 0
    first = fp.customer_start[a]
    for k in range(first, min(fp.customer_start[a + 1], first + _MOST_SITES_OF_CUSTOMER)):
        j = fp.sites[k]
        for t in range(fp.site_start[j], fp.site_start[j + 1]):
            b = fp.customers[t]
            if b > a and at.unused[a] + at.unused[b] < most_odd:
                if near.mask[b] == 0:
                    near.listed[n_near] = b
                    n_near += 1
                near.mask[b] |= np.int64(1) << (k - first)
                near.shared[b] += at.sites[j]
    return n_near


@compiled_exact
def _add_shared(at: Shares, b: int, shared: Floats, keep: float) -> None:
    """Add the shares of the sites that each customer has in common with ``b``; 0 if not kept."""
    fp = at.fp
    for k in range(fp.customer_start[b], fp.customer_start[b + 1]):
        j = fp.sites[k]
        for t in range(fp.site_start[j], fp.site_start[j + 1]):
            shared[fp.customers[t]] = keep * (shared[fp.customers[t]] + at.sites[j])


@compiled_exact
def _shares_in(at: Shares, first: int, mask: int) -> float:
    """Shares of the sites whose bits, counted from the entry ``first``, are in ``mask``."""
    total, k = 0.0, first
    while mask:
        if mask & 1:
            total += at.sites[at.fp.sites[k]]
        mask >>= 1
        k += 1
    return total


@compiled_exact
def with_two_more(at: Shares, sets: Ints) -> tuple[Ints, Floats]:
    """Add to each set the two customers that leave the least odd.

    ``sets int64[k, s]``. Of the first customer the best few are tried, each with its best second
    one. Returns ``int64[k, s + 2]``, ascending, and ``odd``, ``float64[k]``; inf where no two were
    found.
    """
    n_sets, size = sets.shape
    is_odd = np.zeros(at.sites.size, np.bool_)
    seen = np.full(at.unused.size, -1, np.int64)
    grown, odds = np.empty((n_sets, size + 2), np.int64), np.full(n_sets, np.inf)
    first, change = np.empty(_FIRST_TRIED, np.int64), np.empty(_FIRST_TRIED)
    second, its = np.empty(1, np.int64), np.empty(1)
    look = 0
    for s in range(n_sets):
        grown[s, :size], grown[s, size:] = sets[s], sets[s, 0]
        base = 0.0
        for i in sets[s]:
            base += _flip(at, is_odd, i) + at.unused[i]
        n_first = _best_next(at, is_odd, sets[s], seen, look, first, change)
        look += 1
        for f in range(n_first):
            _flip(at, is_odd, first[f])
            members = np.append(sets[s], first[f])
            n_second = _best_next(at, is_odd, members, seen, look, second, its)
            look += 1
            odd = base + change[f] + its[0]
            if n_second > 0 and odd < odds[s]:
                odds[s] = odd
                grown[s, size], grown[s, size + 1] = first[f], second[0]
            _flip(at, is_odd, first[f])
        for i in sets[s]:
            _flip(at, is_odd, i)
        grown[s].sort()
    return grown, odds


@compiled_exact
def _flip(at: Shares, is_odd: Bools, i: int) -> float:
    """Put customer ``i`` into the set or take it out; returns the change of the odd shares."""
    change = 0.0
    for k in range(at.fp.customer_start[i], at.fp.customer_start[i + 1]):
        j = at.fp.sites[k]
        change += -at.sites[j] if is_odd[j] else at.sites[j]
        is_odd[j] = not is_odd[j]
    return change


@compiled_exact
def _best_next(
    at: Shares, is_odd: Bools, members: Ints, seen: Ints, look: int, best: Ints, change: Floats
) -> int:
    """Other customers of the odd sites of ``members`` that leave the least odd, into ``best``."""
    fp = at.fp
    for i in members:
        seen[i] = look
    n_best = 0
    for i in members:
        for k in range(fp.customer_start[i], fp.customer_start[i + 1]):
            if not is_odd[fp.sites[k]]:
                continue
            for t in range(fp.site_start[fp.sites[k]], fp.site_start[fp.sites[k] + 1]):
                c = fp.customers[t]
                if seen[c] == look or at.unused[c] >= 1.0:
                    continue
                seen[c] = look
                delta = at.unused[c]
                for u in range(fp.customer_start[c], fp.customer_start[c + 1]):
                    j = fp.sites[u]
                    delta += -at.sites[j] if is_odd[j] else at.sites[j]
                slot = n_best if n_best < best.size else int(np.argmax(change))
                if n_best < best.size:
                    n_best += 1
                elif delta >= change[slot]:
                    continue
                best[slot], change[slot] = c, delta
    return n_best
