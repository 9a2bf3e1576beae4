"""A heap of numbered things by an upper bound on their worth: greatest first, then smallest number.

A lazy greedy keeps its candidates so: what a candidate is worth can only fall, and its bound is
lowered when it comes to the top (Minoux 1978). A sorted array is a heap.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled_exact


@compiled_exact
def sink(
    heap: npt.NDArray[np.int64], bound: npt.NDArray[np.float64], size: int, position: int
) -> None:
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
    while True:
        child = 2 * position + 1
        if child >= size:
            break
        if child + 1 < size and _before(bound, heap[child + 1], heap[child]):
            child += 1
        if not _before(bound, heap[child], number):
            break
        heap[position] = heap[child]
        position = child
    heap[position] = number


@compiled_exact
def _before(bound: npt.NDArray[np.float64], first: int, second: int) -> bool:
    return bound[first] > bound[second] or (bound[first] == bound[second] and first < second)
