"""Random numbers for one thread's own search: a state of 64 bits, stepped by shifts.

The generator xorshift64* (G. Marsaglia, J. Stat. Software 8(14), 2003, with the shifts 12, 25, 27;
scrambled as in S. Vigna, ACM TOMS 42(4), 2016). A state is passed on by its owner, so that parallel
searches share nothing.
"""

from __future__ import annotations

import numpy as np

from kernels.compiled import compiled

_MULTIPLIER = np.uint64(2685821657736338717)
_SEED_STEP = np.uint64(0x9E3779B97F4A7C15)
_WARM_UP_STEPS = 8


@compiled
def seeded(seed: int, stream: int) -> np.uint64:
    """Return the state to start from; ``stream`` distinguishes searches of the same seed."""
    state = np.uint64(seed) * _SEED_STEP ^ np.uint64(stream)
    state |= np.uint64(1) << np.uint64(63)
    for _ in range(_WARM_UP_STEPS):
        state = next_state(state)
    return state


@compiled
def next_state(state: np.uint64) -> np.uint64:
    """Return the state after this one; never 0 unless this one is."""
    state ^= state >> np.uint64(12)
    state ^= state << np.uint64(25)
    state ^= state >> np.uint64(27)
    return state


@compiled
def below(state: np.uint64, limit: int) -> int:
    """Whole number from 0 to below ``limit`` (at most 2**32), from the upper half of the state."""
    upper = (state * _MULTIPLIER) >> np.uint64(32)
    return int(np.int64((upper * np.uint64(limit)) >> np.uint64(32)))


@compiled
def uniform(state: np.uint64) -> float:
    """Number in [0, 1), from the upper 53 bits of the state."""
    return np.float64((state * _MULTIPLIER) >> np.uint64(11)) * 2.0**-53
