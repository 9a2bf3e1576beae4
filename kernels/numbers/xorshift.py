"""Random numbers for one thread's own search: a state of 64 bits, stepped by shifts."""

from __future__ import annotations

import numpy as np

from kernels.compiled import compiled

_MULTIPLIER = np.uint64(2685821657736338717)


@compiled
def next_state(state):  # type: ignore[no-untyped-def]
    """Xorshift generator of 64 bits (Marsaglia, J. Stat. Software 8(14), 2003; 12, 25, 27)."""
    state ^= state >> np.uint64(12)
    state ^= state << np.uint64(25)
    state ^= state >> np.uint64(27)
    return state


@compiled
def below(state, limit):  # type: ignore[no-untyped-def]
    """Whole number from 0 to below ``limit``, from the upper half of the scrambled state."""
    upper = (state * _MULTIPLIER) >> np.uint64(32)
    return np.int64((upper * np.uint64(limit)) >> np.uint64(32))
