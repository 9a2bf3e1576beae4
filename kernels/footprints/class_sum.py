"""Running sums of one area class along a row of a raster: the row of a disc is a difference of two.

Compiled for each type of values: whole numbers wrap round where their sum does not fit, and their
differences within a disc are right all the same.
"""

from __future__ import annotations

from kernels.arrays import Classes, Values
from kernels.compiled import compiled


@compiled
def running_class_sum(
    running: Values, values: Values, classes: Classes, area: int, first: int
) -> bool:
    """Sum one class (``area``) along a row, from a column on, which may lie off the grid.

    ``values`` ([W], none negative) and ``classes`` (uint8[W]) are those of a row of the raster.
    Element k of ``running`` ([n + 1], of the type of ``values``) receives the sum of the k columns
    from ``first`` on; columns off the grid hold nothing. Returns whether there is anything to sum:
    without, ``running`` is left as it is.
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
