"""What a sweep keeps of each cell: strongest and second server, interference, number of servers.

A row of a tile is taken out of the raster, seen by all its sectors one after the other, and put
back. Kept in the raster itself it took 2.8 ns where it now takes 2.2 a sector and cell: rows of
rasters whose sides are powers of two, or that begin at the same place of a page, evict each other
from the first cache.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels.compiled import compiled, compiled_disjoint, compiled_inner
from kernels.radio.sweep.sectors import TILE, Classes, Ints, Singles

NOBODY = -1
"""Server of a cell that no sector reaches."""


class Served(NamedTuple):
    """Results of a sweep for each cell (H, W).

    ``best_mw`` (float32) of the strongest sector, 0 where there is none; ``server`` (int32) its
    row, :data:`NOBODY` where there is none; ``user_class`` (uint8) class of the users, which
    selects the row of the path. The others only of a full sweep, else of shape
    (1, 1): ``loaded_mw`` (float32) ``best_mw`` times its load; ``second_mw`` (float32) of the
    second strongest; ``others_mw`` (float32) sum over all sectors but the strongest, each times
    its load; ``servers`` (int32) sectors of at least ``least_mw`` (float32), which may differ
    from cell to cell.
    """

    best_mw: Singles
    server: Ints
    user_class: Classes
    loaded_mw: Singles
    second_mw: Singles
    others_mw: Singles
    servers: Ints
    least_mw: Singles


def nothing_served(
    height: int, width: int, least_mw: Singles | None = None, user_class: Classes | None = None
) -> Served:
    """Return empty rasters for a sweep, a full one if ``least_mw`` is given.

    Without ``user_class`` all users are of the first class.
    """
    more = (1, 1) if least_mw is None else (height, width)
    classes = np.zeros((height, width), np.uint8) if user_class is None else user_class
    return Served(
        best_mw=np.zeros((height, width), np.float32),
        server=np.full((height, width), NOBODY, np.int32),
        user_class=classes,
        loaded_mw=np.zeros(more, np.float32),
        second_mw=np.zeros(more, np.float32),
        others_mw=np.zeros(more, np.float32),
        servers=np.zeros(more, np.int32),
        least_mw=np.zeros(more, np.float32) if least_mw is None else least_mw,
    )


class Kept(NamedTuple):
    """The same of the cells of a row of a tile, one dimension each."""

    best_mw: Singles
    server: Ints
    loaded_mw: Singles
    second_mw: Singles
    others_mw: Singles
    servers: Ints
    least_mw: Singles


@compiled
def kept_row() -> Kept:
    """Return room for a row of a tile."""
    values, numbers = np.zeros((5, TILE), np.float32), np.zeros((2, TILE), np.int32)
    return Kept(values[0], numbers[0], values[1], values[2], values[3], numbers[1], values[4])


@compiled_inner
def is_full(served: Served) -> bool:
    """Whether a sweep keeps more than the strongest sector."""
    return served.second_mw.shape == served.best_mw.shape


@compiled_inner
def take_row(kept: Kept, served: Served, row: int, left: int, right: int) -> None:
    """Take the cells of a row from ``left`` to ``right`` out of the raster."""
    for j in range(right - left):
        # An index that may be negative would be counted from the end, and looked up one by one.
        at = np.uint64(left + j)
        kept.best_mw[j] = served.best_mw[row, at]
        kept.server[j] = served.server[row, at]
    if is_full(served):
        for j in range(right - left):
            at = np.uint64(left + j)
            kept.loaded_mw[j] = served.loaded_mw[row, at]
            kept.second_mw[j] = served.second_mw[row, at]
            kept.others_mw[j] = served.others_mw[row, at]
            kept.servers[j] = served.servers[row, at]
            kept.least_mw[j] = served.least_mw[row, at]


@compiled_inner
def put_row(served: Served, kept: Kept, row: int, left: int, right: int) -> None:
    """Put them back."""
    for j in range(right - left):
        at = np.uint64(left + j)
        served.best_mw[row, at] = kept.best_mw[j]
        served.server[row, at] = kept.server[j]
    if is_full(served):
        for j in range(right - left):
            at = np.uint64(left + j)
            served.loaded_mw[row, at] = kept.loaded_mw[j]
            served.second_mw[row, at] = kept.second_mw[j]
            served.others_mw[row, at] = kept.others_mw[j]
            served.servers[row, at] = kept.servers[j]


@compiled_disjoint
def keep_best(power: Singles, kept: Kept, skip: int, sector: int) -> None:
    """Running maximum and its sector at the cells of a row but the first ``skip``.

    Of equals the earlier one is kept.
    """
    mine = np.int32(sector)
    for j in range(power.size):
        at = np.uint64(skip + j)
        best_mw, server = kept.best_mw[at], kept.server[at]
        better = power[j] > best_mw
        kept.best_mw[at] = power[j] if better else best_mw
        kept.server[at] = mine if better else server


@compiled_disjoint
def keep_all(power: Singles, kept: Kept, skip: int, load: float, sector: int) -> None:
    """The same, and second, interference and number of servers."""
    share, mine = np.float32(load), np.int32(sector)
    for j in range(power.size):
        at, power_mw = np.uint64(skip + j), power[j]
        # All is read before anything is chosen: else the compiler does not vectorise the loop.
        best_mw, server = kept.best_mw[at], kept.server[at]
        loaded_mw, second_mw = kept.loaded_mw[at], kept.second_mw[at]
        better, mine_mw = power_mw > best_mw, power_mw * share
        kept.others_mw[at] += loaded_mw if better else mine_mw
        kept.loaded_mw[at] = mine_mw if better else loaded_mw
        kept.second_mw[at] = max(second_mw, min(power_mw, best_mw))
        kept.servers[at] += np.int32(power_mw >= kept.least_mw[at])
        kept.best_mw[at] = power_mw if better else best_mw
        kept.server[at] = mine if better else server
