"""Simulated annealing over swaps of sites on sparse footprints, under limits and quotas.

A random site proposes to enter; if the limits are full, the site leaves whose place costs least
among those that it overlaps, or now and then any. A change for the worse is taken with probability
exp(change / temperature) (Kirkpatrick, Gelatt, Vecchi 1983), the temperature falling geometrically.
Quotas press on the weights: people of a zone that falls short count more and more.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.arrays import Classes, Floats, Ints
from kernels.compiled import compiled_exact, compiled_exact_inner
from kernels.sparse.cover import (
    ROUNDING,
    Cover,
    broken_limit,
    fits,
    may_go,
    relieves,
    reweigh,
    swap_fits,
    switch_off,
    switch_on,
    uncovered_weight,
)
from kernels.sparse.swap import NOBODY, Scratch, best_leaver, forget, share_out

_SHARE_OF_NEIGHBOURS = 0.8
_REFUSED = -2
_MOST_EJECTED = 4
_SAMPLE = 6
_SHORT_ROW = 64
_PERIODS = 400
_LOG_LENGTH = 1 << 15


class Quota(NamedTuple):
    """Weight that must be covered: ``zone float64[z]``, in each zone; ``total float64[1]``."""

    zone: Floats
    total: Floats


class Best(NamedTuple):
    """Best choice so far, changed in place.

    ``chosen uint8[m]``; ``score float64[2]``: people short of the quotas (less is better), then
    people covered (more is better).
    """

    chosen: Classes
    score: Floats


class AnnealingSchedule(NamedTuple):
    """How long and how hot to anneal.

    ``steps`` proposals; ``seed`` of the random numbers; ``hot`` and ``cold``, first and last
    temperature in units of weight; ``enough``, people at which a choice that is short of nothing
    ends the search.
    """

    steps: int
    seed: int
    hot: float
    cold: float
    enough: float


class _Path(NamedTuple):
    """The choice as a list, the way since the best one, and the random numbers.

    ``listed int64[m]``, chosen sites, of which the first ``size[0]`` count; ``place int64[m]``,
    where a site stands in it; ``flipped int64[k]``, sites that came or went since the best choice,
    ``size[1]`` of them (more than k: forgotten); ``ejected int64[4]``, room for those that one
    entry drives out; ``random uint64[1]``.
    """

    listed: Ints
    place: Ints
    flipped: Ints
    size: Ints
    ejected: Ints
    random: npt.NDArray[np.uint64]


@compiled_exact_inner
def shortfall(cover: Cover, quota: Quota) -> float:
    """People missing to the quotas, over all zones and the total."""
    short, people = 0.0, 0.0
    for z in range(quota.zone.size):
        people += cover.met[z]
        if not _is_met(quota.zone[z], cover.met[z]):
            short += quota.zone[z] - cover.met[z]
    if not _is_met(quota.total[0], people):
        short += quota.total[0] - people
    return short


@compiled_exact_inner
def _covered(cover: Cover) -> float:
    people = 0.0
    for z in range(cover.met.size):
        people += cover.met[z]
    return people


@compiled_exact_inner
def _is_met(asked: float, met: float) -> bool:
    return asked <= 0.0 or met >= asked * (1.0 - ROUNDING)


@compiled_exact_inner
def press_unmet_zones(cover: Cover, quota: Quota, factor: Floats) -> bool:
    """Raise the factor of zones short of their quota and ease that of others, in place.

    ``factor float64[z]`` is at least 1. Returns whether any changed; ``demand.weight`` follows.
    """
    demand = cover.demand
    changed = False
    for z in range(factor.size):
        old = factor[z]
        if not _is_met(quota.zone[z], cover.met[z]):
            factor[z] = min(old * 1.25, 1e3)
        else:
            factor[z] = max(1.0, old * 0.97)
        changed |= factor[z] != old
    if changed:
        for i in range(demand.weight.size):
            demand.weight[i] = demand.people[i] * factor[demand.zone[i]]
    return changed


@compiled_exact
def anneal(
    cover: Cover, quota: Quota, best: Best, allowed: Ints, schedule: AnnealingSchedule
) -> int:
    """Search for a better choice from that in ``cover``; ``best`` receives the best one met.

    ``allowed int64[k]`` are the sites that may enter. A choice that exceeds a limit, as the first
    one may, is never the best. ``cover`` and ``demand.weight`` are left where the search ended, but
    for ``gain``, which no move reads. Returns the proposals made.
    """
    m = cover.chosen.size
    scratch = Scratch(np.zeros(m), np.zeros(m, np.int64))
    path = _start(cover, schedule.seed)
    factor = np.ones(quota.zone.size)
    cooling = (schedule.cold / schedule.hot) ** (1.0 / schedule.steps)
    temperature = schedule.hot
    period = max(1, schedule.steps // _PERIODS)
    within = _is_within(cover)
    if within:
        _keep_if_better(cover, quota, best, path)
    for step in range(schedule.steps):
        if best.score[0] == 0.0 and best.score[1] >= schedule.enough:
            return step
        if step % period == 0:
            pressed = press_unmet_zones(cover, quota, factor)
            if pressed or step % (50 * period) == 0:
                reweigh(cover)
        temperature *= cooling
        enters = allowed[_below(path, allowed.size)]
        if cover.chosen[enters] == 1:
            continue
        if fits(cover, enters):
            if uncovered_weight(cover, enters) <= 0.0:
                continue
            _enter(cover, path, enters)
            moved = True
        else:
            worst = temperature * math.log(max(_uniform(path), 1e-300))
            leaves = _proposed_leaver(cover, scratch, path, enters, worst)
            if leaves >= 0:
                _leave(cover, path, leaves)
                _enter(cover, path, enters)
            moved = leaves >= 0 or (
                leaves == NOBODY and _enter_by_ejecting(cover, path, enters, worst)
            )
        if moved:
            # No move exceeds a limit: once within them, always so.
            within = within or _is_within(cover)
            if within:
                _keep_if_better(cover, quota, best, path)
    return schedule.steps


@compiled_exact_inner
def _is_within(cover: Cover) -> bool:
    """Whether every limit from above holds."""
    limit = cover.limits.limit
    for r in range(limit.size):
        if limit[r] >= 0.0 and cover.use[r] > limit[r] + ROUNDING * max(1.0, limit[r]):
            return False
    return True


@compiled_exact_inner
def _proposed_leaver(cover: Cover, scratch: Scratch, path: _Path, enters: int, worst: float) -> int:
    """Site that leaves for ``enters``; -1 if none may, -2 if the change is below ``worst``."""
    if path.size[0] == 0:
        return NOBODY
    n_touched, gain = share_out(cover, scratch, enters)
    if n_touched > 0 and _uniform(path) < _SHARE_OF_NEIGHBOURS:
        leaves = best_leaver(cover, scratch, enters, n_touched, NOBODY)
    else:
        leaves = path.listed[_below(path, path.size[0])]
        if not swap_fits(cover, enters, leaves):
            leaves = NOBODY
    if leaves != NOBODY:
        change = gain - cover.loss[leaves] + scratch.shared[leaves]
        if change < worst:
            leaves = _REFUSED
    forget(scratch, n_touched)
    return int(leaves)


@compiled_exact_inner
def _enter_by_ejecting(cover: Cover, path: _Path, enters: int, worst: float) -> bool:
    """Let ``enters`` in and drop sites until its limits hold; undone if that costs too much."""
    change = uncovered_weight(cover, enters)
    gone, n_gone = path.ejected, 0
    _enter(cover, path, enters)
    while n_gone < _MOST_EJECTED:
        row = broken_limit(cover, enters)
        if row == NOBODY:
            break
        site = _easiest_in_row(cover, path, row, enters)
        if site == NOBODY:
            break
        change -= cover.loss[site]
        _leave(cover, path, site)
        gone[n_gone] = site
        n_gone += 1
        if change < worst:
            break
    if change >= worst and broken_limit(cover, enters) == NOBODY:
        return True
    _leave(cover, path, enters)
    for t in range(n_gone):
        _enter(cover, path, gone[t])
    return False


@compiled_exact_inner
def _easiest_in_row(cover: Cover, path: _Path, row: int, entering: int) -> int:
    """Chosen site of the least loss that relieves ``row``, of a sample if the row is long."""
    limits = cover.limits
    first, last = limits.row_start[row], limits.row_start[row + 1]
    short = last - first <= _SHORT_ROW
    found = NOBODY
    for t in range(first, last) if short else range(_SAMPLE):
        site = limits.sites[t] if short else path.listed[_below(path, path.size[0])]
        if (
            cover.chosen[site] == 1
            and site != entering
            and relieves(limits, row, site)
            and (found == NOBODY or cover.loss[site] < cover.loss[found])
            and may_go(cover, site)
        ):
            found = site
    return found


@compiled_exact
def _start(cover: Cover, seed: int) -> _Path:
    m = cover.chosen.size
    listed, place = np.zeros(m, np.int64), np.full(m, NOBODY, np.int64)
    n = 0
    for site in range(m):
        if cover.chosen[site] == 1:
            listed[n], place[site] = site, n
            n += 1
    size = np.array([n, _LOG_LENGTH + 1], np.int64)
    random = np.array([seed * 2 + 1], np.uint64)
    flipped, ejected = np.zeros(_LOG_LENGTH, np.int64), np.zeros(_MOST_EJECTED, np.int64)
    return _Path(listed, place, flipped, size, ejected, random)


@compiled_exact_inner
def _enter(cover: Cover, path: _Path, site: int) -> None:
    switch_on(cover, site)
    path.listed[path.size[0]] = site
    path.place[site] = path.size[0]
    path.size[0] += 1
    _note(path, site)


@compiled_exact_inner
def _leave(cover: Cover, path: _Path, site: int) -> None:
    switch_off(cover, site)
    path.size[0] -= 1
    last = path.listed[path.size[0]]
    path.listed[path.place[site]] = last
    path.place[last] = path.place[site]
    path.place[site] = NOBODY
    _note(path, site)


@compiled_exact_inner
def _note(path: _Path, site: int) -> None:
    if path.size[1] < path.flipped.size:
        path.flipped[path.size[1]] = site
        path.size[1] += 1
    else:
        path.size[1] = path.flipped.size + 1


@compiled_exact_inner
def _keep_if_better(cover: Cover, quota: Quota, best: Best, path: _Path) -> None:
    """Bring ``best`` up to date if this choice is short of less, or as short and covers more."""
    short, people = shortfall(cover, quota), _covered(cover)
    if short > best.score[0] or (
        short == best.score[0] and people <= best.score[1] + 1e-12 * abs(best.score[1])
    ):
        return
    if path.size[1] > path.flipped.size:
        for site in range(cover.chosen.size):
            best.chosen[site] = cover.chosen[site]
    else:
        for t in range(path.size[1]):
            best.chosen[path.flipped[t]] ^= np.uint8(1)
    path.size[1] = 0
    best.score[0], best.score[1] = short, people


@compiled_exact_inner
def _uniform(path: _Path) -> float:
    """Random number in [0, 1): linear congruential (Knuth, TAOCP 2, 3.3.4, line 26), high bits."""
    path.random[0] = path.random[0] * np.uint64(6364136223846793005) + np.uint64(
        1442695040888963407
    )
    return np.float64(path.random[0] >> np.uint64(11)) * 2.0**-53


@compiled_exact_inner
def _below(path: _Path, n: int) -> int:
    return int(_uniform(path) * n)
