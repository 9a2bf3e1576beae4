"""Greedy choice of sites on sparse footprints, under limits on the choice.

Each step takes the site of the greatest newly covered weight per price that every limit allows,
ties going to the smallest index (Nemhauser, Wolsey, Fisher 1978: at least 1 - 1/e of the optimum
for a number of sites; Khuller, Moss, Naor 1999 for a budget). Gains only fall while sites are
added, so that an outdated one is an upper bound: the sites wait in a heap of such bounds.
"""

from __future__ import annotations

import numpy as np

from kernels.arrays import Bools, Floats, Ints
from kernels.compiled import compiled_exact
from kernels.numbers.heap import sink
from kernels.sparse.cover import Cover, add_site, fits

# What is left of a gain after all of it was subtracted is noise, not people: relative to the most.
ROUNDING_OF_SUMS = 1e-13


@compiled_exact
def greedy_sites(cover: Cover, price: Floats, allowed: Bools) -> tuple[Ints, Floats]:
    """Add sites to ``cover``, in place, until none is left that is allowed, fits and gains.

    The gains of ``cover``, which are in ``demand.weight``, must be up to date and not negative.
    ``price`` (float64[m], positive): a site's gain is divided by it; ``allowed`` (bool[m]): the
    sites to choose from. Returns the sites in the order of choice (int64[k]), and the weight that
    each newly covers.
    """
    heap = np.empty(allowed.size, np.int64)
    bound = np.full(allowed.size, -1.0)
    size = 0
    for j in range(allowed.size):
        if allowed[j] and cover.chosen[j] == 0 and cover.gain[j] > 0:
            bound[j] = cover.gain[j] / price[j]
            heap[size] = j
            size += 1
    for position in range(size // 2 - 1, -1, -1):
        sink(heap, bound, size, position)
    least = bound[heap[0]] * ROUNDING_OF_SUMS if size > 0 else 0.0
    sites, gains = np.empty(size, np.int64), np.empty(size)
    taken = 0
    while size > 0:
        j = heap[0]
        fresh = cover.gain[j] / price[j]
        if least < fresh < bound[j]:
            bound[j] = fresh
            sink(heap, bound, size, 0)
            continue
        if fresh > least and fits(cover, j):
            sites[taken], gains[taken] = j, cover.gain[j]
            taken += 1
            add_site(cover, j)
        size -= 1
        heap[0] = heap[size]
        sink(heap, bound, size, 0)
    return sites[:taken], gains[:taken]
