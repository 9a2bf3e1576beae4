"""Random numbers by counter: each draw depends only on its address, not on the thread.

Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
SC 2011, section 3.3 and table 2.
"""

# What Numba has compiled returns Any to the type checker.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import numpy as np

from kernels.compiled import compiled
from kernels.numbers.normal_quantile import normal_quantile

_WORD = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_MULTIPLIER_0, _MULTIPLIER_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_KEY_STEP_0, _KEY_STEP_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_ROUNDS = 10


@compiled
def philox4x32(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Return the four 32-bit words of a counter (four words) under a key (two), all as uint64."""
    c0, c1, c2, c3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    k0, k1 = np.uint64(k0), np.uint64(k1)
    for _ in range(_ROUNDS):
        product_0, product_1 = _MULTIPLIER_0 * c0, _MULTIPLIER_1 * c2
        high_0, high_1 = product_0 >> _SHIFT, product_1 >> _SHIFT
        c0, c2 = high_1 ^ c1 ^ k0, high_0 ^ c3 ^ k1
        c1, c3 = product_1 & _WORD, product_0 & _WORD
        k0, k1 = (k0 + _KEY_STEP_0) & _WORD, (k1 + _KEY_STEP_1) & _WORD
    return c0, c1, c2, c3


@compiled
def uniform(run, stream, index, key):  # type: ignore[no-untyped-def]
    """Return a number between 0 and 1, neither included, with 52 random bits.

    ``run``, ``stream``, ``index``: the address of the draw, each below 2**32; ``key`` (uint64[2]):
    two words of 32 bits.
    """
    a, b, _, _ = philox4x32(run, stream, index, 0, key[0], key[1])
    bits = ((a >> np.uint64(6)) << np.uint64(26)) | (b >> np.uint64(6))
    return (np.float64(bits) + 0.5) * 2.0**-52


@compiled
def standard_normal(run, stream, index, key):  # type: ignore[no-untyped-def]
    """Return a standard normal deviate: the quantile of :func:`uniform` of the same address."""
    return normal_quantile(uniform(run, stream, index, key))
