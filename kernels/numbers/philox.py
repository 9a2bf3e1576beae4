"""Random numbers by counter: each draw depends only on its address, not on the thread.

Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
SC 2011, section 3.3 and table 2.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.numbers.normal_quantile import normal_quantile

Words = tuple[np.uint64, np.uint64, np.uint64, np.uint64]

_WORD = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_MULTIPLIER_0, _MULTIPLIER_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_KEY_STEP_0, _KEY_STEP_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_ROUNDS = 10


@compiled
def philox4x32(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> Words:
    """Return the four 32-bit words of a counter (four words) under a key (two), all as uint64."""
    a, b, c, d = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    key_0, key_1 = np.uint64(k0), np.uint64(k1)
    for _ in range(_ROUNDS):
        product_0, product_1 = _MULTIPLIER_0 * a, _MULTIPLIER_1 * c
        high_0, high_1 = product_0 >> _SHIFT, product_1 >> _SHIFT
        a, c = high_1 ^ b ^ key_0, high_0 ^ d ^ key_1
        b, d = product_1 & _WORD, product_0 & _WORD
        key_0, key_1 = (key_0 + _KEY_STEP_0) & _WORD, (key_1 + _KEY_STEP_1) & _WORD
    return a, b, c, d


@compiled
def uniform(run: int, stream: int, index: int, key: npt.NDArray[np.uint64]) -> float:
    """Return a number between 0 and 1, neither included, with 52 random bits.

    ``run``, ``stream``, ``index``: the address of the draw, each below 2**32; ``key`` (uint64[2]):
    two words of 32 bits.
    """
    a, b, _, _ = philox4x32(run, stream, index, 0, key[0], key[1])
    bits = ((a >> np.uint64(6)) << np.uint64(26)) | (b >> np.uint64(6))
    return (np.float64(bits) + 0.5) * 2.0**-52


@compiled
def standard_normal(run: int, stream: int, index: int, key: npt.NDArray[np.uint64]) -> float:
    """Return a standard normal deviate: the quantile of :func:`uniform` of the same address."""
    return normal_quantile(uniform(run, stream, index, key))
