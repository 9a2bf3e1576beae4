"""Share of the users of each cell that stations serve, when every link has a chance of its own.

Users of a cell belong to strata of equal size; within a stratum, links to different stations are
independent. With the chance p of the link to each station within reach, the share

    1 - mean over strata of product over stations of (1 - p)

is served.
"""

from __future__ import annotations

import numba
import numpy as np

from kernels.arrays import Bools, Classes, Ints, Numbers, Raster
from kernels.compiled import compiled, compiled_parallel

_TILE = 32


def served_share(
    wanted: Bools,
    area_class: Classes,
    stations: Ints,
    kind: Ints,
    log_miss: Raster,
    entry: Numbers | None = None,
) -> Raster:
    """Return the share of the users of each cell that stations serve.

    Parameters
    ----------
    wanted
        ``bool[H, W]``, cells to work out; others get 0.
    area_class
        ``uint8[H, W]``; cells of a class without chances are not served.
    stations, kind
        ``int64[n]``, flat index of each station's cell, and its kind.
    log_miss
        ``float32[kinds, n_classes, entries, strata]``: logarithm of the chance that a link fails,
        by kind of station, class of the user's cell, entry, and stratum; at most 0.
    entry
        ``int32[2 * reach + 1, 2 * reach + 1]``: entry of a cell by its row and column beside the
        station, which is in the middle; -1 for none. Default: the square of the distance in cells,
        so that all directions are alike.

    Returns
    -------
    float32[H, W]
        From 0 to 1.

    Raises
    ------
    ValueError
        When shapes differ, a station is off the raster or of no kind, a logarithm is above 0, or
        an entry is not in the table.
    """
    if wanted.shape != area_class.shape or stations.shape != kind.shape:
        raise ValueError("wanted and area_class, or stations and kind, differ in shape")
    if stations.size and not 0 <= stations.min() <= stations.max() < wanted.size:
        raise ValueError(f"stations must be flat indices from 0 to {wanted.size - 1}")
    if kind.size and not 0 <= kind.min() <= kind.max() < log_miss.shape[0]:
        raise ValueError(f"kinds must be numbers from 0 to {log_miss.shape[0] - 1}")
    if not (log_miss <= 0.0).all():
        raise ValueError("logarithms of chances must be at most 0")
    if entry is None:
        reach = int(np.sqrt(log_miss.shape[2] - 1 + 0.5))
        squares = _squares(reach)
        entry = np.where(squares < log_miss.shape[2], squares, -1).astype(np.int32)
    if entry.max() >= log_miss.shape[2]:
        raise ValueError(f"entries must be below {log_miss.shape[2]}")
    height, width = wanted.shape
    columns = (width + _TILE - 1) // _TILE
    row, column = np.divmod(stations, width)
    tile = row // _TILE * columns + column // _TILE
    order = np.argsort(tile, kind="stable")
    first = np.searchsorted(tile[order], np.arange((height + _TILE - 1) // _TILE * columns + 1))
    share: Raster = _shares(
        wanted,
        area_class,
        np.column_stack([row, column, kind])[order],
        first,
        _reach_by_class(log_miss, entry),
        log_miss,
        entry,
    )
    return share


def _squares(reach: int) -> Ints:
    """Return squares of distances from the middle of a square of cells."""
    away = np.arange(-reach, reach + 1) ** 2
    return np.add.outer(away, away)


def _reach_by_class(log_miss: Raster, entry: Numbers) -> Ints:
    """Return the farthest whole distance at which any link may serve (int64[kinds, classes])."""
    serving = np.asarray((log_miss < 0.0).any(axis=3))
    squares = _squares(entry.shape[0] // 2)[entry >= 0]
    here = serving[:, :, entry[entry >= 0]]
    farthest = np.where(here, squares, -1).max(axis=2, initial=-1)
    whole = np.ceil(np.sqrt(np.maximum(farthest, 0))).astype(np.int64)
    return np.where(farthest < 0, -1, np.minimum(whole, entry.shape[0] // 2))


@compiled_parallel
def _shares(
    wanted: Bools,
    area_class: Classes,
    stations: Ints,
    first: Ints,
    reach: Ints,
    log_miss: Raster,
    entry: Numbers,
) -> Raster:
    """Work out the tiles; ``stations`` (row, column, kind) by tile, ``first`` of each tile."""
    height, width = wanted.shape
    columns = (width + _TILE - 1) // _TILE
    rows = (first.size - 1) // columns
    share = np.zeros((height, width), np.float32)
    for tile in numba.prange(first.size - 1):
        row, column = tile // columns, tile % columns
        top, left = row * _TILE, column * _TILE
        bottom, right = min(height, top + _TILE), min(width, left + _TILE)
        here = wanted[top:bottom, left:right]
        classes = area_class[top:bottom, left:right]
        around = _farthest(here, classes, reach)
        if around < 0:
            continue
        logs = np.zeros((bottom - top, right - left, log_miss.shape[3]), np.float32)
        beside = (around + _TILE - 1) // _TILE
        for other_row in range(max(0, row - beside), min(rows, row + beside + 1)):
            begin = other_row * columns + max(0, column - beside)
            end = other_row * columns + min(columns, column + beside + 1)
            for number in range(first[begin], first[end]):
                place = (stations[number, 0] - top, stations[number, 1] - left)
                kind = stations[number, 2]
                _add_station(logs, here, classes, place, reach[kind], log_miss[kind], entry)
        _put_shares(share[top:bottom, left:right], here, logs)
    return share


@compiled
def _farthest(wanted: Bools, area_class: Classes, reach: Ints) -> int:
    """Return the farthest distance at which a wanted cell of a tile may be served, -1 for none."""
    around = -1
    for y in range(wanted.shape[0]):
        for x in range(wanted.shape[1]):
            if wanted[y, x] and area_class[y, x] < reach.shape[1]:
                around = max(around, reach[:, area_class[y, x]].max())
    return around


@compiled
def _add_station(
    logs: Raster,
    wanted: Bools,
    area_class: Classes,
    place: tuple[int, int],
    reach: Ints,
    log_miss: Raster,
    entry: Numbers,
) -> None:
    """Add what a station leaves of the users within its reach; ``place``: its row and column."""
    row, column = place
    around, n_classes, middle = reach.max(), log_miss.shape[0], entry.shape[0] // 2
    for y in range(max(0, row - around), min(wanted.shape[0], row + around + 1)):
        for x in range(max(0, column - around), min(wanted.shape[1], column + around + 1)):
            here = area_class[y, x]
            if not wanted[y, x] or here >= n_classes:
                continue
            number = entry[y - row + middle, x - column + middle]
            if number >= 0 and (y - row) ** 2 + (x - column) ** 2 <= reach[here] ** 2:
                own, miss = logs[y, x], log_miss[here, number]
                for k in range(own.size):
                    own[k] += miss[k]


@compiled
def _put_shares(share: Raster, wanted: Bools, logs: Raster) -> None:
    """Write the shares of the wanted cells of a tile."""
    for y in range(share.shape[0]):
        for x in range(share.shape[1]):
            if wanted[y, x]:
                missed = np.float32(0.0)
                for k in range(logs.shape[2]):
                    missed += np.exp(logs[y, x, k])
                # A mean of ones may be a rounding above 1.
                share[y, x] = max(np.float32(0.0), 1 - missed / np.float32(logs.shape[2]))
