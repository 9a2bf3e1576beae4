"""Groups of rows, in time that grows with the rows alone: millions of samples of many cells."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

_MOST_NUMBERS = 2**62


def numbered(*keys: Integers) -> Integers:
    """Return the number of each row's combination of keys (integers), in the order of the keys.

    Examples
    --------
    >>> import numpy as np
    >>> from planner.measurements.groups import numbered
    >>> numbered(np.array([7, 3, 7, 3]), np.array([0, 9, 1, 9])).tolist()
    [1, 0, 2, 0]
    """
    found, size = np.zeros(len(keys[0]), np.int64), 1
    for key in keys if len(found) else ():
        low = int(key.min())
        span = int(key.max()) - low + 1
        if size * span > _MOST_NUMBERS:
            found = np.unique(found, return_inverse=True)[1]
            size = len(found)
        found = found * span + (key - low)
        size *= span
    return np.asarray(np.unique(found, return_inverse=True)[1])


def rows_of_each(group: Integers) -> dict[int, Integers]:
    """Return the rows of each group, in their order.

    Examples
    --------
    >>> import numpy as np
    >>> from planner.measurements.groups import rows_of_each
    >>> {name: rows.tolist() for name, rows in rows_of_each(np.array([4, 2, 4])).items()}
    {2: [1], 4: [0, 2]}
    """
    order = np.argsort(group, kind="stable")
    names, starts = np.unique(group[order], return_index=True)
    return dict(zip(names.tolist(), np.split(order, starts[1:]), strict=True))
