"""Changes by a swap of sites on sparse footprints, and a climb by additions and swaps.

A swap changes the covered weight by ``gain[enters] - loss[leaves] + shared``, where ``shared`` is
the weight that only the leaving site covers and the entering one covers too. One walk over the
entering footprint finds it for all sites that could leave (the interchange of Teitz and Bart
1968; the bookkeeping by owners is that of Resende and Werneck 2007 for the p-median).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels.arrays import Floats, Ints
from kernels.compiled import compiled_exact, compiled_exact_inner
from kernels.sparse.cover import Cover, add_site, drop_site, fits, swap_fits

NOBODY = -1
NOISE = 1e-12


class Scratch(NamedTuple):
    """Room for one evaluation: ``shared float64[m]``, zero in between, and ``touched int64[m]``."""

    shared: Floats
    touched: Ints


@compiled_exact_inner
def share_out(cover: Cover, scratch: Scratch, enters: int) -> tuple[int, float]:
    """Weight that ``enters`` would take over from each site that alone covers it, in ``scratch``.

    Returns how many sites are in ``scratch.touched``, and the weight that nobody covers: the gain
    of ``enters``. ``forget`` empties ``scratch`` again.
    """
    fp, weight = cover.fp, cover.demand.weight
    n_touched, gain = 0, 0.0
    for k in range(fp.site_start[enters], fp.site_start[enters + 1]):
        i = fp.customers[k]
        if cover.times[i] == 0:
            gain += weight[i]
        elif cover.times[i] == 1 and weight[i] > 0:
            owner = cover.owner[i]
            if scratch.shared[owner] == 0.0:
                scratch.touched[n_touched] = owner
                n_touched += 1
            scratch.shared[owner] += weight[i]
    return n_touched, gain


@compiled_exact_inner
def forget(scratch: Scratch, n_touched: int) -> None:
    """Empty ``scratch`` after ``share_out``."""
    for t in range(n_touched):
        scratch.shared[scratch.touched[t]] = 0.0


@compiled_exact_inner
def best_leaver(cover: Cover, scratch: Scratch, enters: int, n_touched: int, other: int) -> int:
    """Site whose place ``enters`` takes at the least loss: one of the touched, or ``other``.

    ``other`` is a chosen site or -1. Ties go to the smallest index; -1 if the limits allow none.
    """
    least, leaves = np.inf, NOBODY
    if other != NOBODY and swap_fits(cover, enters, other):
        least, leaves = cover.loss[other] - scratch.shared[other], other
    for t in range(n_touched):
        site = scratch.touched[t]
        lost = cover.loss[site] - scratch.shared[site]
        better = lost < least or (lost == least and site < leaves)
        if better and swap_fits(cover, enters, site):
            least, leaves = lost, site
    return leaves


@compiled_exact_inner
def easiest_to_leave(cover: Cover) -> int:
    """Chosen site of the least loss, ties going to the smallest index, or -1."""
    found = NOBODY
    for site in range(cover.chosen.size):
        if cover.chosen[site] == 1 and (found == NOBODY or cover.loss[site] < cover.loss[found]):
            found = site
    return found


@compiled_exact
def climb(cover: Cover, allowed: Ints, work_limit: int) -> int:
    """Add and swap, in place, while the weight grows; returns the footprint entries touched.

    The sites of ``allowed int64[k]`` take turns, each with its best partner at once; a turn in
    which nobody moved, or ``work_limit`` entries, ends it.
    """
    m = cover.chosen.size
    scratch = Scratch(np.zeros(m), np.zeros(m, np.int64))
    work, moved = 0, True
    while moved and work < work_limit:
        moved = False
        easiest = easiest_to_leave(cover)
        noise = NOISE * cover.met.sum()
        for j in allowed:
            if cover.chosen[j] == 1 or cover.gain[j] <= noise:
                continue
            if not fits(cover, j):
                work += cover.fp.site_start[j + 1] - cover.fp.site_start[j]
                n_touched, _ = share_out(cover, scratch, j)
                leaves = best_leaver(cover, scratch, j, n_touched, easiest)
                lost = np.inf if leaves == NOBODY else cover.loss[leaves] - scratch.shared[leaves]
                forget(scratch, n_touched)
                if cover.gain[j] - lost <= noise:
                    continue
                work += drop_site(cover, leaves)
            work += add_site(cover, j)
            moved = True
            if easiest == NOBODY or cover.chosen[easiest] == 0:
                easiest = easiest_to_leave(cover)
                work += m // 8
            if work >= work_limit:
                break
    return work
