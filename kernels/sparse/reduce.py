"""Reduction of a covering problem: like customers become one, dominated sites are dropped."""

from __future__ import annotations

import numpy as np

from kernels.arrays import Bools, Floats, Ints, Numbers
from kernels.compiled import compiled_exact
from kernels.sparse.cover import SparseFootprints, SparseLimits


@compiled_exact
def alike(customer_start: Ints, sites: Numbers, zone: Numbers) -> Ints:
    """First customer that is covered by the same sites and lies in the same zone, for each one.

    ``customer_start``, ``sites``: sites of each customer, ascending, as in ``SparseFootprints``;
    ``zone`` (int32[n]): of each customer. Returns int64[n], its own index for the first of a kind.
    """
    n = zone.size
    size = 16
    while size < 2 * n:
        size *= 2
    table = np.full(size, -1, np.int64)
    first = np.empty(n, np.int64)
    for i in range(n):
        key = np.uint64(zone[i] + 1) * np.uint64(0x9E3779B97F4A7C15)
        for k in range(customer_start[i], customer_start[i + 1]):
            key = (key ^ np.uint64(sites[k] + 1)) * np.uint64(0x9E3779B97F4A7C15)
            key ^= key >> np.uint64(29)
        slot = np.int64(key & np.uint64(size - 1))
        while table[slot] >= 0 and not _same(customer_start, sites, zone, table[slot], i):
            slot = (slot + 1) % size
        if table[slot] < 0:
            table[slot] = i
        first[i] = table[slot]
    return first


@compiled_exact
def _same(start: Ints, sites: Numbers, zone: Numbers, a: int, b: int) -> bool:
    length = start[a + 1] - start[a]
    if zone[a] != zone[b] or start[b + 1] - start[b] != length:
        return False
    same = True
    for k in range(length):
        same &= sites[start[a] + k] == sites[start[b] + k]
    return same


@compiled_exact
def dominated_sites(
    fp: SparseFootprints, price: Floats, limits: SparseLimits, work_limit: int
) -> Bools:
    """Mark sites that another beats: it covers as much and more, costs and takes up no more.

    Some optimal choice does without those marked (bool[m]). A site of two that are equal survives:
    the one of the smaller index. A site whom a lower limit counts (a negative coefficient) is never
    marked. ``work_limit`` is how many footprint entries may be compared; what is left then stays.
    """
    m = price.size
    out = np.zeros(m, np.bool_)
    work = 0
    for a in range(m):
        if _helps_a_lower_limit(limits, a):
            continue
        first, last = fp.site_start[a], fp.site_start[a + 1]
        if first == last:
            out[a] = True
            continue
        rarest = fp.customers[first]
        for k in range(first, last):
            i = fp.customers[k]
            if (
                fp.customer_start[i + 1] - fp.customer_start[i]
                < fp.customer_start[rarest + 1] - fp.customer_start[rarest]
            ):
                rarest = i
        for t in range(fp.customer_start[rarest], fp.customer_start[rarest + 1]):
            b = fp.sites[t]
            larger = fp.site_start[b + 1] - fp.site_start[b] - (last - first)
            if b == a or out[b] or larger < 0 or price[b] > price[a]:
                continue
            work += last - first
            if work > work_limit:
                return out
            if not _takes_no_more(limits, b, a) or not _covers_all(fp, b, a):
                continue
            equal = (
                larger == 0
                and price[a] == price[b]
                and _takes_no_more(limits, a, b)
                and not _helps_a_lower_limit(limits, b)
            )
            if not equal or b < a:
                out[a] = True
                break
    return out


@compiled_exact
def _helps_a_lower_limit(limits: SparseLimits, site: int) -> bool:
    helps = False
    for k in range(limits.start[site], limits.start[site + 1]):
        helps |= limits.coefficient[k] < 0
    return helps


@compiled_exact
def _takes_no_more(limits: SparseLimits, winner: int, loser: int) -> bool:
    """Whether in every limit the winner's coefficient is at most the loser's."""
    for k in range(limits.start[winner], limits.start[winner + 1]):
        if limits.coefficient[k] <= 0:
            continue
        good = False
        for t in range(limits.start[loser], limits.start[loser + 1]):
            if limits.row[t] == limits.row[k]:
                good = limits.coefficient[t] >= limits.coefficient[k]
        if not good:
            return False
    return True


@compiled_exact
def _covers_all(fp: SparseFootprints, winner: int, loser: int) -> bool:
    k = fp.site_start[winner]
    for t in range(fp.site_start[loser], fp.site_start[loser + 1]):
        i = fp.customers[t]
        while k < fp.site_start[winner + 1] and fp.customers[k] < i:
            k += 1
        if k == fp.site_start[winner + 1] or fp.customers[k] != i:
            return False
    return True
