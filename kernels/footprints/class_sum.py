"""Running sums of one area class along a row of a raster: the row of a disc is a difference of two.

Compiled for each type of values: whole numbers wrap round where their sum does not fit, and their
differences within a disc are right all the same.
"""

# What Numba has compiled returns Any to the type checker.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled


@compiled
def running_class_sum(
    running: npt.NDArray[Any],
    values: npt.NDArray[Any],
    classes: npt.NDArray[np.uint8],
    area: int,
    first: int,
) -> bool:
    """Sum one class along a row, from column ``first`` on.

    Parameters
    ----------
    running
        ``[n + 1]``, of the type of ``values``; element k receives the sum of the k columns from
        ``first`` on. Columns off the grid hold nothing. Left as it is where nothing is summed.
    values, classes
        ``[W]``, none negative, and ``uint8[W]``, of one row of the raster.
    area
        The class that is summed.
    first
        Column, which may lie off the grid.

    Returns
    -------
    bool
        Whether there is anything.
    """
    nothing = values.dtype.type(0)
    begin, end = max(0, first), min(values.size, first + running.size - 1)
    present = False
    for x in range(begin, end):
        present |= (values[x] != nothing) & (classes[x] == area)
    if not present:
        return False
    running[: begin - first + 1] = nothing
    total = nothing
    for x in range(begin, end):
        total += values[x] if classes[x] == area else nothing
        running[x - first + 1] = total
    running[end - first + 1 :] = total
    return True
