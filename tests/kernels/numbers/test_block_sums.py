"""Sums over blocks, zone by zone, against a naive twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.numbers.block_sums import block_parts


@given(
    st.integers(1, 9), st.integers(1, 9), st.integers(1, 4), st.integers(0, 6), st.integers(0, 99)
)
def test_parts_of_blocks(height: int, width: int, side: int, zones: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    value = random.random((height, width)).astype(np.float32)
    zone = random.integers(-1, zones, (height, width)).astype(np.int16)
    found: dict[tuple[int, int], list[float]] = {}
    columns = -(-width // side)
    for y, x in np.ndindex(height, width):
        if zone[y, x] >= 0:
            key = (y // side * columns + x // side, int(zone[y, x]))
            found.setdefault(key, []).append(float(value[y, x]))
    parts = block_parts(value, zone, side)
    assert (np.diff(parts.block) >= 0).all()
    seen = list(zip(parts.block.tolist(), parts.zone.tolist(), strict=True))
    assert len(seen) == len(set(seen)) == len(found)
    for key, cells, total in zip(seen, parts.cells, parts.total, strict=True):
        assert cells == len(found[key])
        assert total == pytest.approx(sum(found[key]))
