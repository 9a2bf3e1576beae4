"""What changes when a station with spans is lifted out or put down, and what it would gain.

``field`` has ``weight``, ``remaining`` (int32[cells]) and ``serving`` (uint16[cells]), ``stands``
(bool[n]), ``first``, ``start`` and ``length`` as in
:class:`kernels.covering.anneal_list.ListField`.
"""

from __future__ import annotations

import numpy as np

from kernels.compiled import compiled


@compiled
def span_gain(field, candidate):  # type: ignore[no-untyped-def]
    """Weight that a station there would newly cover."""
    gain = np.int64(0)
    for span in range(field.first[candidate], field.first[candidate + 1]):
        begin = field.start[span]
        # A footprint weighs less than 2**31, so that 32 bits hold it: twice as quick.
        part = np.int32(0)
        for weight in field.remaining[begin : begin + field.length[span]]:
            part += weight
        gain += part
    return gain


@compiled
def lift_spans(field, candidate):  # type: ignore[no-untyped-def]
    """Take a station out: what it alone served remains to be covered."""
    field.stands[candidate] = False
    for span in range(field.first[candidate], field.first[candidate + 1]):
        for cell in range(field.start[span], field.start[span] + field.length[span]):
            field.serving[cell] -= np.uint16(1)
            if field.serving[cell] == 0:
                field.remaining[cell] = field.weight[cell]


@compiled
def put_spans(field, candidate):  # type: ignore[no-untyped-def]
    """Build a station: nothing remains to be covered of what it serves."""
    field.stands[candidate] = True
    for span in range(field.first[candidate], field.first[candidate + 1]):
        for cell in range(field.start[span], field.start[span] + field.length[span]):
            field.serving[cell] += np.uint16(1)
            field.remaining[cell] = 0
