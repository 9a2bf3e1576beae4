"""Footprints as sparse rows, and the cover that a set of sites gives, kept up to date site by site.

A covering problem on plain arrays: site ``j`` covers the customers
``customers[site_start[j]:site_start[j + 1]]``, customer ``i`` is covered by the sites
``sites[customer_start[i]:customer_start[i + 1]]``. Limits on the choice of sites (how many, at
what cost, how far apart) are rows ``sum of coefficient * chosen <= limit``, stored site by site.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.arrays import Bools, Classes, Floats, Ints, Numbers
from kernels.compiled import compiled_exact, compiled_exact_inner

ROUNDING = 1e-9


class SparseFootprints(NamedTuple):
    """Sites and the customers that they cover, by site and by customer.

    ``site_start int64[m + 1]``, ``customers int32[nnz]``, ``customer_start int64[n + 1]``,
    ``sites int32[nnz]``; both lists ascend within a row.
    """

    site_start: Ints
    customers: Numbers
    customer_start: Ints
    sites: Numbers


class SparseDemand(NamedTuple):
    """Weights of customers: true ones, and those of the search.

    ``people float64[n]``, the weight that counts; ``zone int32[n]``, 0 to z - 1, the last one for
    customers of no zone; ``weight float64[n]``, what moves are chosen by: people times a factor of
    their zone, greater where a zone's quota is hard to meet.
    """

    people: Floats
    zone: Numbers
    weight: Floats


class SparseLimits(NamedTuple):
    """Rows ``sum_j coefficient * chosen_j <= limit``, stored site by site.

    ``start int64[m + 1]``, ``row int32[k]``, ``coefficient float64[k]``, ``limit float64[r]``; a
    lower limit is a row of negative coefficients. ``row_start int64[r + 1]`` and ``sites
    int32[k]`` list the sites of each row.
    """

    start: Ints
    row: Numbers
    coefficient: Floats
    limit: Floats
    row_start: Ints
    sites: Numbers


class Cover(NamedTuple):
    """A set of sites on a problem, with all that moves need to know.

    ``fp``, ``demand`` and ``limits`` are the problem. The arrays are changed in place:
    ``chosen uint8[m]``; ``times int32[n]``, how many chosen sites cover a customer; ``owner
    int64[n]``, sum of their indices, so that it names the only one where ``times`` is 1;
    ``gain float64[m]``, uncovered weight in a footprint; ``loss float64[m]``, weight that only
    this chosen site covers; ``use float64[r]``, left-hand side of each limit; ``met float64[z]``,
    people covered in each zone.
    """

    fp: SparseFootprints
    demand: SparseDemand
    limits: SparseLimits
    chosen: Classes
    times: Numbers
    owner: Ints
    gain: Floats
    loss: Floats
    use: Floats
    met: Floats


@compiled_exact
def customer_rows(site_start: Ints, customers: Numbers, n_customers: int) -> tuple[Ints, Numbers]:
    """Transpose footprints: for each customer the sites that cover it, ascending.

    Takes ``site_start`` and ``customers`` of ``SparseFootprints``, with ``n_customers`` more than
    any index; returns its ``customer_start int64[n + 1]`` and ``sites int32[nnz]``.
    """
    start = np.zeros(n_customers + 1, np.int64)
    for k in range(customers.size):
        start[customers[k] + 1] += 1
    for i in range(n_customers):
        start[i + 1] += start[i]
    sites = np.empty(customers.size, np.int32)
    put = start[:-1].copy()
    for j in range(site_start.size - 1):
        for k in range(site_start[j], site_start[j + 1]):
            i = customers[k]
            sites[put[i]] = j
            put[i] += 1
    return start, sites


def footprint_weight(site_start: Ints, customers: Numbers, weight: Floats) -> Floats:
    """Weight in the footprint of every site, in the unit of ``weight``, as ``float64[m]``."""
    m = site_start.size - 1
    owner = np.repeat(np.arange(m), np.diff(site_start))
    return np.bincount(owner, weight[customers], m).astype(np.float64, copy=False)


@compiled_exact
def is_covered(site_start: Ints, customers: Numbers, n_customers: int, chosen: Ints) -> Bools:
    """Mark the customers that the sites in ``chosen int64[k]`` cover, as ``bool[n]``.

    Shares nothing with ``Cover``: it is what reported coverage is recomputed from.
    """
    covered = np.zeros(n_customers, np.bool_)
    for j in chosen:
        for k in range(site_start[j], site_start[j + 1]):
            covered[customers[k]] = True
    return covered


@compiled_exact_inner
def add_site(cover: Cover, site: int) -> int:
    """Choose ``site``, in place; returns how many footprint entries were touched."""
    switch_on(cover, site)
    return int(_shift_gains(cover, site, 1, -1.0))


@compiled_exact_inner
def drop_site(cover: Cover, site: int) -> int:
    """Give up ``site``, in place; returns how many footprint entries were touched."""
    switch_off(cover, site)
    return int(_shift_gains(cover, site, 0, 1.0))


@compiled_exact_inner
def _shift_gains(cover: Cover, site: int, times: int, sign: float) -> int:
    """Change the gain of all sites by the customers of ``site`` that are covered ``times``."""
    fp, weight = cover.fp, cover.demand.weight
    work = fp.site_start[site + 1] - fp.site_start[site]
    for k in range(fp.site_start[site], fp.site_start[site + 1]):
        i = fp.customers[k]
        if cover.times[i] == times:
            work += fp.customer_start[i + 1] - fp.customer_start[i]
            for t in range(fp.customer_start[i], fp.customer_start[i + 1]):
                cover.gain[fp.sites[t]] += sign * weight[i]
    return int(work)


@compiled_exact_inner
def switch_on(cover: Cover, site: int) -> None:
    """Choose ``site``, in place, and leave ``gain`` behind."""
    fp, demand, limits = cover.fp, cover.demand, cover.limits
    cover.chosen[site] = 1
    for k in range(limits.start[site], limits.start[site + 1]):
        cover.use[limits.row[k]] += limits.coefficient[k]
    for k in range(fp.site_start[site], fp.site_start[site + 1]):
        i = fp.customers[k]
        if cover.times[i] == 0:
            cover.loss[site] += demand.weight[i]
            cover.met[demand.zone[i]] += demand.people[i]
        elif cover.times[i] == 1:
            cover.loss[cover.owner[i]] -= demand.weight[i]
        cover.times[i] += 1
        cover.owner[i] += site


@compiled_exact_inner
def switch_off(cover: Cover, site: int) -> None:
    """Give up ``site``, in place, and leave ``gain`` behind."""
    fp, demand, limits = cover.fp, cover.demand, cover.limits
    cover.chosen[site] = 0
    for k in range(limits.start[site], limits.start[site + 1]):
        cover.use[limits.row[k]] -= limits.coefficient[k]
    for k in range(fp.site_start[site], fp.site_start[site + 1]):
        i = fp.customers[k]
        cover.times[i] -= 1
        cover.owner[i] -= site
        if cover.times[i] == 0:
            cover.met[demand.zone[i]] -= demand.people[i]
        elif cover.times[i] == 1:
            cover.loss[cover.owner[i]] += demand.weight[i]
    cover.loss[site] = 0.0


@compiled_exact_inner
def reweigh(cover: Cover) -> None:
    """Sum ``gain`` and ``loss`` afresh, in place: after other weights, or many moves."""
    fp, weight = cover.fp, cover.demand.weight
    cover.gain[:] = 0.0
    cover.loss[:] = 0.0
    for j in range(cover.gain.size):
        for k in range(fp.site_start[j], fp.site_start[j + 1]):
            i = fp.customers[k]
            if cover.times[i] == 0:
                cover.gain[j] += weight[i]
            elif cover.times[i] == 1 and cover.owner[i] == j:
                cover.loss[j] += weight[i]


@compiled_exact_inner
def uncovered_weight(cover: Cover, site: int) -> float:
    """Weight in the footprint of ``site`` that no chosen site covers: its ``gain``, summed now."""
    fp, total = cover.fp, 0.0
    for k in range(fp.site_start[site], fp.site_start[site + 1]):
        i = fp.customers[k]
        if cover.times[i] == 0:
            total += cover.demand.weight[i]
    return total


@compiled_exact_inner
def fits(cover: Cover, site: int) -> bool:
    """Whether ``site`` may be added: no limit is broken by it that was not broken before."""
    return bool(_breaks_nothing(cover, site, 1.0))


@compiled_exact_inner
def may_go(cover: Cover, site: int) -> bool:
    """Whether ``site`` may be given up: no lower limit is broken by it."""
    return bool(_breaks_nothing(cover, site, -1.0))


@compiled_exact_inner
def _breaks_nothing(cover: Cover, site: int, sign: float) -> bool:
    """Whether every left-hand side that rises as ``site`` comes (1) or goes (-1) has the room."""
    limits = cover.limits
    for k in range(limits.start[site], limits.start[site + 1]):
        change, limit = sign * limits.coefficient[k], limits.limit[limits.row[k]]
        if change > 0 and cover.use[limits.row[k]] + change > limit + _slack(limit):
            return False
    return True


@compiled_exact_inner
def swap_fits(cover: Cover, enters: int, leaves: int) -> bool:
    """Whether ``enters`` may take the place of ``leaves`` under every limit."""
    limits = cover.limits
    for k in range(limits.start[enters], limits.start[enters + 1]):
        row, coming = limits.row[k], limits.coefficient[k]
        change = coming - _coefficient(limits, row, leaves)
        limit = limits.limit[row]
        if coming > 0 and cover.use[row] + change > limit + _slack(limit):
            return False
    for k in range(limits.start[leaves], limits.start[leaves + 1]):
        row, going = limits.row[k], limits.coefficient[k]
        if going < 0:
            change = _coefficient(limits, row, enters) - going
            limit = limits.limit[row]
            if cover.use[row] + change > limit + _slack(limit):
                return False
    return True


@compiled_exact_inner
def _coefficient(limits: SparseLimits, row: int, site: int) -> float:
    """Coefficient of ``site`` in ``row``, 0 if it is not in it."""
    for k in range(limits.start[site], limits.start[site + 1]):
        if limits.row[k] == row:
            return float(limits.coefficient[k])
    return 0.0


@compiled_exact_inner
def broken_limit(cover: Cover, site: int) -> int:
    """First limit on ``site`` from above that is exceeded, or -1."""
    limits = cover.limits
    for k in range(limits.start[site], limits.start[site + 1]):
        limit = limits.limit[limits.row[k]]
        if limits.coefficient[k] > 0 and cover.use[limits.row[k]] > limit + _slack(limit):
            return int(limits.row[k])
    return -1


@compiled_exact_inner
def relieves(limits: SparseLimits, row: int, site: int) -> bool:
    """Whether giving up ``site`` lowers the left-hand side of ``row``."""
    return bool(_coefficient(limits, row, site) > 0)


@compiled_exact_inner
def _slack(limit: float) -> float:
    """Room for rounding in a sum of coefficients."""
    return ROUNDING * max(1.0, abs(limit))


def no_cover(
    fp: SparseFootprints, demand: SparseDemand, limits: SparseLimits, n_zones: int
) -> Cover:
    """Cover of no site at all, to add sites to; zones are 0 to ``n_zones - 1``."""
    m, n = fp.site_start.size - 1, fp.customer_start.size - 1
    return Cover(
        fp=fp,
        demand=demand,
        limits=limits,
        chosen=np.zeros(m, np.uint8),
        times=np.zeros(n, np.int32),
        owner=np.zeros(n, np.int64),
        gain=footprint_weight(fp.site_start, fp.customers, demand.weight),
        loss=np.zeros(m),
        use=np.zeros(limits.limit.size),
        met=np.zeros(n_zones),
    )


def limits_from_rows(
    n_sites: int, rows: list[tuple[npt.ArrayLike, npt.ArrayLike, float]]
) -> SparseLimits:
    """Limits from ``(sites, coefficients, limit)`` of each row; a site at most once in a row."""
    sites = [np.asarray(row[0], np.int32) for row in rows]
    lengths = [len(row) for row in sites]
    member = np.concatenate([*sites, np.zeros(0, np.int32)])
    coefficient = np.concatenate(
        [
            np.broadcast_to(np.asarray(row[1], np.float64), n)
            for row, n in zip(rows, lengths, strict=True)
        ]
        + [np.zeros(0)]
    )
    row = np.repeat(np.arange(len(rows), dtype=np.int32), lengths)
    order = np.argsort(member, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(member, minlength=n_sites))])
    return SparseLimits(
        start=start.astype(np.int64),
        row=row[order],
        coefficient=coefficient[order],
        limit=np.array([row[2] for row in rows], np.float64),
        row_start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        sites=member,
    )


def footprints(
    site_start: npt.ArrayLike, customers: npt.ArrayLike, n_customers: int
) -> SparseFootprints:
    """Footprints seen from both sides, from a valid row per site."""
    start: Any = np.ascontiguousarray(site_start, np.int64)
    column: Any = np.ascontiguousarray(customers, np.int32)
    return SparseFootprints(start, column, *customer_rows(start, column, n_customers))
