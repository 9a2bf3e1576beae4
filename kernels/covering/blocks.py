"""The best cell of each block of a raster of gains, in a tournament tree over all blocks.

The greatest gain of a block can only fall, so that an outdated one is an upper bound: a block is
searched again only when its bound comes to the top of the tree. A *key* is one integer that sorts
as a greedy chooses: the gain in its upper half, ``INDEX_LIMIT`` less the flat index in the lower.
"""

from __future__ import annotations

import numpy as np

from kernels.arrays import Ints, Numbers
from kernels.compiled import compiled

BLOCK = 32
"""Side of a block in cells."""

INDEX_LIMIT = 2**32 - 1
"""Rasters have fewer cells than this."""


@compiled
def best_of_block(gain: Numbers, block: tuple[int, int]) -> int:
    """Key of the greatest gain in a block (its row and column among blocks); -1 for none."""
    width = gain.shape[1]
    top, left = block[0] * BLOCK, block[1] * BLOCK
    cells = gain[top : top + BLOCK, left : left + BLOCK]
    best = np.int32(0)
    best_row = -1
    for y in range(cells.shape[0]):
        row_best = np.int32(0)
        for x in range(cells.shape[1]):
            row_best = max(row_best, cells[y, x])
        if row_best > best:
            best = row_best
            best_row = y
    if best_row < 0:
        return -1
    column = 0
    while cells[best_row, column] != best:
        column += 1
    index = (top + best_row) * width + left + column
    return (int(best) << 32) | (INDEX_LIMIT - index)


@compiled
def tournament(keys: Ints) -> Ints:
    """Binary tree with ``keys`` as leaves, each node the greater of its two children, root at 1."""
    leaves = 1
    while leaves < keys.size:
        leaves *= 2
    tree = np.full(2 * leaves, -1, dtype=np.int64)
    tree[leaves : leaves + keys.size] = keys
    for node in range(leaves - 1, 0, -1):
        tree[node] = max(tree[2 * node], tree[2 * node + 1])
    return tree


@compiled
def set_leaf(tree: Ints, leaf: int, key: int) -> None:
    """Give a leaf of a tree another key, and the nodes above it."""
    node = tree.size // 2 + leaf
    tree[node] = key
    while node > 1:
        node //= 2
        winner = max(tree[2 * node], tree[2 * node + 1])
        if tree[node] == winner:
            return
        tree[node] = winner
