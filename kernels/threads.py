"""Whether and how threads of the caller share the cores with the threads of kernels."""

from __future__ import annotations

import numba
import numpy as np

from kernels.arrays import Floats
from kernels.compiled import compiled_parallel


def kernels_run_in_several_threads() -> bool:
    """Whether parallel kernels may run in several threads of the caller at once.

    OpenMP and TBB allow it; Numba's own work queue, the last resort of machines without either,
    ends the process.

    Examples
    --------
    >>> isinstance(kernels_run_in_several_threads(), bool)
    True
    """
    _anything(np.zeros(2))  # The layer is chosen with the first parallel kernel.
    layer: str = numba.threading_layer()  # type: ignore[attr-defined]
    return layer != "workqueue"


@compiled_parallel
def _anything(value: Floats) -> None:
    for i in numba.prange(value.size):
        value[i] += 1.0
