"""A heap of numbered items by an upper bound on their value: greatest first, then lowest number.

A lazy greedy keeps its candidates so: what a candidate is worth can only fall, and its bound is
lowered when it comes to the top (Minoux 1978). A sorted array is a heap.
"""

from __future__ import annotations

from kernels.arrays import Floats, Ints
from kernels.compiled import compiled_exact


@compiled_exact
def sink(heap: Ints, bound: Floats, size: int, position: int) -> None:
    """Restore the heap below ``position``, in place.

    Parameters
    ----------
    heap
        ``int64[k]``, numbers, of which the first ``size`` count.
    bound
        ``float64[n]``, by number.
    size, position
        Things in the heap, and the place of the one whose bound is lower than before.
    """
    number = heap[position]
    own = bound[number]
    while True:
        child = 2 * position + 1
        if child >= size:
            break
        best = heap[child]
        worth = bound[best]
        if child + 1 < size:
            other = heap[child + 1]
            if bound[other] > worth or (bound[other] == worth and other < best):
                child, best, worth = child + 1, other, bound[other]
        if own > worth or (own == worth and number < best):
            break
        heap[position] = best
        position = child
    heap[position] = number
