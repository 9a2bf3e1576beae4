"""Share of the users of each cell that stations serve, when every link has a chance of its own.

Users of a cell belong to strata of equal size; within a stratum, links to different stations are
independent. With the chance p of the link to each station within reach, the share

    1 - mean over strata of product over stations of (1 - p)

is served. Strata may be kinds of users, or places in the cell, each of which a station serves or
not: then this is the part of the cell that the stations serve together.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from kernels.arrays import Classes, Floats, Ints, Numbers, Raster
from kernels.compiled import compiled, compiled_disjoint, compiled_inner, compiled_parallel
from kernels.footprints.users import Users, put_known, put_people

NO_STEPS = np.zeros((0, 0, 0), np.uint8)
NO_RADII = np.zeros((0, 0, 0))

_TILE = 32
_LANES = 8
_LEAST = 1e-6
"""A step counts as reached this far below it: shares are single precision."""


class Links(NamedTuple):
    """Chance that a link fails, by where the user's cell lies beside the station.

    ``miss`` (float32[entries, strata], 0 to 1); ``entry`` (int32[kinds, classes, steps, 2 * reach +
    1, 2 * reach + 1]) by kind of station, class of the user's cell, step of the loss by terrain (0
    for none), row and column beside the station, which is in the middle; -1 for no link.
    ``places``: along each side of a cell, if the strata are places in it, row by row; 0 if they are
    kinds of users. ``step`` (uint8[stations, f * (2 * reach + 1), f * (2 * reach + 1)]): of the
    cells around each station, where strata are places of f x f parts of each; empty where the earth
    is smooth. ``square`` (float64[kinds, classes, steps]): square of the radius in cells, for
    people whose positions are known; empty where links have chances.
    """

    miss: Raster
    entry: Numbers
    places: int = 0
    step: Classes = NO_STEPS
    square: Floats = NO_RADII


class ServedInOrder(NamedTuple):
    """Users served by stations in their order.

    ``share`` (float32[H, W], 0 to 1) of the users of each cell that all serve together; ``gain``
    (float64[n, zones]) the people that each adds to those before it, by the zone they live in;
    ``reached`` (uint8[S, H, W]) the mark of the station with which a share is served first;
    ``before`` the share by those that stand before, empty if not asked for.
    """

    share: Raster
    gain: Floats
    reached: Classes
    before: Raster


class _TileUsers(NamedTuple):
    """A tile of the raster: its users, what the stations so far miss, and which steps they reach.

    ``miss`` (float32[h, w, strata]), and ``left``, its sum; ``reached`` (uint8[steps, h, w]);
    ``number`` (int32[h, w]): of each cell among those that are known better, -1 for none;
    ``lane`` (float32[lanes]): room for parts of a sum.
    """

    users: Users
    miss: Raster
    left: Raster
    reached: Classes
    number: Numbers
    lane: Raster


class _TiledStations(NamedTuple):
    """Stations by tile.

    ``place`` (int64[n, 3]): row, column, kind; ``number`` (int64[n]) in the caller's order;
    ``first`` (int64[tiles + 1]) of each tile; ``reach`` (int64[kinds, classes]) in cells.
    """

    place: Ints
    number: Ints
    first: Ints
    reach: Ints


def by_square(miss: Raster) -> Links:
    """Return links that are alike in all directions, by squares of distances in cells.

    ``miss``: float32[kinds, classes, steps, squares, strata].
    """
    *tables, count, strata = miss.shape
    squares = _squares(int(np.sqrt(count - 1 + 0.5)))
    first = count * np.arange(math.prod(tables)).reshape(*tables, 1, 1)
    entry = np.where(squares < count, first + squares, -1).astype(np.int32)
    return Links(miss.reshape(-1, strata), entry)


def served_share(users: Users, stations: Ints, kind: Ints, links: Links) -> Raster:
    """Return the share of the users of each cell that stations serve (float32[H, W], 0 to 1).

    Parameters
    ----------
    users
        Class of each cell; and, if they are known, its people: where strata are places, those with
        more people count for more. Zones are not asked for.
    stations, kind
        ``int64[n]``, flat index of each station's cell, and its kind.
    links
        Chances by kind, class and place.

    Raises
    ------
    ValueError
        When shapes differ, a station is off the raster, of no kind or without steps of its own, a
        chance is not from 0 to 1, or an entry is not in the table.
    """
    no_marks, no_steps = np.zeros(stations.size, np.uint8), np.zeros(0)
    return _served(users, (stations, kind, no_marks), links, no_steps, (0, 0)).share


def served_in_order(
    users: Users,
    stations: Ints,
    kind: Ints,
    links: Links,
    mark: Classes,
    steps: npt.ArrayLike,
    standing: int = 0,
) -> ServedInOrder:
    """Return the share served, the gain of each station, and when cells reach shares served.

    ``users``: people, class and zone of each cell; a border town may be served from abroad, people
    count where they live. ``mark`` (uint8[n], above 0): what a station leaves where its service
    reaches a step first. ``steps`` (float[S]): shares of the users of a cell. ``standing``: how
    many of the first stations stand before. The others, in the order in which the stations come,
    and the errors are those of :func:`served_share`.
    """
    zones = max(0, int(users.zone.max(initial=-1))) + 1
    given = (stations, kind, mark)
    return _served(users, given, links, np.asarray(steps, float), (zones, standing))


def _served(
    users: Users,
    known: tuple[Ints, Ints, Classes],
    links: Links,
    steps: Floats,
    counts: tuple[int, int],
) -> ServedInOrder:
    (stations, kind, mark), (zones, standing) = known, counts
    shape = users.area_class.shape
    if stations.shape != kind.shape or stations.shape != mark.shape:
        raise ValueError("stations, kind and mark differ in shape")
    if zones and not users.people.shape == users.zone.shape == shape:
        raise ValueError("people, area_class and zone differ in shape")
    size = users.area_class.size
    if stations.size and not 0 <= stations.min() <= stations.max() < size:
        raise ValueError(f"stations must be flat indices from 0 to {size - 1}")
    kinds, _, _, side, _ = links.entry.shape
    if kind.size and not 0 <= kind.min() <= kind.max() < kinds:
        raise ValueError(f"kinds must be numbers from 0 to {kinds - 1}")
    if links.step.size:
        finer = links.step.shape[1] // side
        whole = links.places % finer if links.places else finer - 1
        if links.step.shape != (stations.size, finer * side, finer * side) or whole:
            raise ValueError("steps must be of the cells around each station")
    if not ((links.miss >= 0.0) & (links.miss <= 1.0)).all():
        raise ValueError("chances must be from 0 to 1")
    if links.entry.max() >= links.miss.shape[0]:
        raise ValueError(f"entries must be below {links.miss.shape[0]}")
    rows, columns = (-(-side // _TILE) for side in shape)
    row, column = np.divmod(stations, shape[1])
    tile = row // _TILE * columns + column // _TILE
    order = np.argsort(tile, kind="stable")
    first = np.searchsorted(tile[order], np.arange(rows * columns + 1))
    place = np.column_stack([row, column, kind])[order]
    by_tile = _TiledStations(place, order, first, _reach_by_class(links))
    # Tiles of one row of tiles write what its stations gain into rows of their own.
    beside = -(-int(by_tile.reach.max(initial=0)) // _TILE)
    tile_row = np.arange(rows)
    begin = first[np.maximum(tile_row - beside, 0) * columns]
    end = first[np.minimum(tile_row + beside + 1, rows) * columns]
    offset = np.concatenate([[0], np.cumsum(end - begin)])
    by_row = np.zeros((offset[-1] if zones else 0, zones))
    reached = np.zeros((steps.size, *shape), np.uint8)
    share = np.zeros(shape, np.float32)
    before = np.zeros(shape if standing else (0, 0), np.float32)
    most_left = (links.miss.shape[1] * (1.0 - steps + _LEAST)).astype(np.float32)
    marks, found = (mark, most_left, standing), (share, by_row, reached, before)
    _walk(users, by_tile, links, (offset, begin), marks, found)
    gain = np.zeros((stations.size, zones))
    if zones:
        for number in range(rows):
            own = slice(begin[number], end[number])
            gain[order[own]] += by_row[offset[number] : offset[number + 1]]
    return ServedInOrder(share, gain, reached, before)


def _squares(reach: int) -> Ints:
    """Return squares of distances from the middle of a square of cells."""
    away = np.arange(-reach, reach + 1) ** 2
    return np.add.outer(away, away)


def _reach_by_class(links: Links) -> Ints:
    """Return the farthest whole distance at which any link may serve (int64[kinds, classes])."""
    middle = links.entry.shape[-1] // 2
    # Of a cell that is partly within a disc, no place may be, but one of its people.
    serves = (links.miss < 1.0).any(axis=1) | (links.places > 0)
    serving = np.append(serves, False)[links.entry].any(axis=2)
    farthest = np.where(serving, _squares(middle), -1).max(axis=(2, 3), initial=-1)
    whole = np.ceil(np.sqrt(np.maximum(farthest, 0))).astype(np.int64)
    return np.where(farthest < 0, -1, np.minimum(whole, middle))


@compiled_parallel
def _walk(
    users: Users,
    stations: _TiledStations,
    links: Links,
    rows_of: tuple[Ints, Ints],
    marks: tuple[Classes, Raster, int],
    found: tuple[Raster, Floats, Classes, Raster],
) -> None:
    """Work out the tiles, a row of them at a time, into ``found``, as :class:`ServedInOrder`.

    ``rows_of``: first row of gains of each row of tiles, and its first station; ``marks``: those of
    stations, the most a step leaves, how many stand before.
    """
    first, begin = rows_of
    for row in numba.prange(begin.size):
        _walk_row(users, stations, links, (row, first[row] - begin[row]), marks, found)


@compiled
def _walk_row(
    users: Users,
    stations: _TiledStations,
    links: Links,
    row_of: tuple[int, int],
    marks: tuple[Classes, Raster, int],
    found: tuple[Raster, Floats, Classes, Raster],
) -> None:
    """Work out a row of tiles; ``row_of``: its number, and from a station to its row of gains."""
    share, gain, reached, before = found
    mark, most_left, standing = marks
    row, shift = row_of
    height, width = users.area_class.shape
    strata = links.miss.shape[1]
    top, bottom = row * _TILE, min(height, (row + 1) * _TILE)
    nowhere, lane = np.zeros(0), np.empty(_LANES, np.float32)
    for column in range((width + _TILE - 1) // _TILE):
        begin, end = column * _TILE, min(width, (column + 1) * _TILE)
        classes = users.area_class[top:bottom, begin:end]
        near = _near(stations, (row, column), users.area_class.shape, _farthest(classes, stations))
        if near.size == 0:
            continue
        people = users.people[top:bottom, begin:end].copy()
        zone, number = users.zone[top:bottom, begin:end], np.full(classes.shape, -1, np.int32)
        miss = np.ones((bottom - top, end - begin, strata), np.float32)
        if links.places > 0 and users.people.size:
            put_people(miss, users, (top, begin), links.places)
        if users.known.size > 0:
            put_known(miss, people, number, users, (top, begin), links.places)
        own = Users(people, classes, zone, users.sharp, users.known, users.weight, users.at)
        left = np.full((bottom - top, end - begin), np.float32(strata))
        tile = _TileUsers(own, miss, left, reached[:, top:bottom, begin:end], number, lane)
        square, stood = np.zeros((0, 0)), before.size == 0
        for one in near:
            which, kind = stations.number[one], stations.place[one, 2]
            if which >= standing and not stood:
                _put_share(before[top:bottom, begin:end], left, strata)
                stood = True
            if links.square.size > 0:
                square = links.square[kind]
            _add_station(
                tile,
                (stations.place[one, 0] - top, stations.place[one, 1] - begin),
                stations.reach[kind],
                links.miss,
                links.entry[kind],
                (links.step[which if links.step.size else 0 :], links.places, square),
                (mark[which], most_left),
                gain[shift + one] if gain.size else nowhere,
            )
        _put_share(share[top:bottom, begin:end], left, strata)
        if not stood:
            _put_share(before[top:bottom, begin:end], left, strata)


@compiled_inner
def _put_share(share: Raster, left: Raster, strata: int) -> None:
    """Put the share of users not ``left``, whose sum may be a rounding above their strata."""
    for y in range(left.shape[0]):
        for x in range(left.shape[1]):
            share[y, x] = max(np.float32(0.0), np.float32(1.0) - left[y, x] / np.float32(strata))


@compiled
def _farthest(area_class: Classes, stations: _TiledStations) -> int:
    """Return the farthest distance at which a cell of a tile may be served, -1 for none."""
    around, reach = -1, stations.reach
    for y in range(area_class.shape[0]):
        for x in range(area_class.shape[1]):
            if area_class[y, x] < reach.shape[1]:
                around = max(around, reach[:, area_class[y, x]].max())
    return around


@compiled
def _near(
    stations: _TiledStations, tile: tuple[int, int], shape: tuple[int, int], around: int
) -> Ints:
    """Return the stations in and around a tile, in the caller's order; none for -1."""
    rows, columns = (shape[0] + _TILE - 1) // _TILE, (shape[1] + _TILE - 1) // _TILE
    row, column = tile
    beside = (around + _TILE - 1) // _TILE
    left, right = max(0, column - beside), min(columns, column + beside + 1)
    above, below = max(0, row - beside), min(rows, row + beside + 1) if around >= 0 else 0
    count = 0
    for other in range(above, below):
        count += stations.first[other * columns + right] - stations.first[other * columns + left]
    near = np.empty(count, np.int64)
    count = 0
    for other in range(above, below):
        begin, end = stations.first[other * columns + left], stations.first[other * columns + right]
        near[count : count + end - begin] = np.arange(begin, end)
        count += end - begin
    return near[np.argsort(stations.number[near])]


@compiled_inner
def _add_station(
    tile: _TileUsers,
    place: tuple[int, int],
    reach: Ints,
    miss: Raster,
    entry: Numbers,
    steps_of: tuple[Classes, int, Floats],
    marks: tuple[int, Raster],
    gain: Floats,
) -> None:
    """Add what a station at ``place`` (row, column) leaves of the users within its reach.

    ``miss``, ``entry``: as :class:`Links`, of its kind; ``steps_of``: steps, of which its own are
    the first, places, and squares of radii; ``marks``: its own, and the most that may be left.
    """
    # Taken out of their tuples once: each access to one counts references to its arrays.
    users, own, left, reached, number, lane = tile
    people, classes, zone, _, _, _, at = users
    row, column = place
    mark, most_left = marks
    strata = own.shape[2]
    around, n_classes, middle = 0, reach.size, entry.shape[2] // 2
    for cells in reach:
        around = max(around, cells)
    steps, places, square = steps_of
    finer = steps.shape[1] // entry.shape[2] if steps.size else 1
    stands, counts = square.size > 0 and at.size > 0, gain.size > 0
    for y in range(max(0, row - around), min(classes.shape[0], row + around + 1)):
        half = int(math.sqrt(around**2 - (y - row) ** 2))
        for x in range(max(0, column - half), min(classes.shape[1], column + half + 1)):
            here, before = classes[y, x], left[y, x]
            if here >= n_classes or before <= 0.0:
                continue
            if (y - row) ** 2 + (x - column) ** 2 > reach[here] ** 2:
                continue
            beside = (y - row + middle, x - column + middle)
            if stands and number[y, x] >= 0:
                limit = square[here]
                _miss_people(
                    own[y, x], at[number[y, x]], (y - row, x - column), (steps[:1], finer), limit
                )
                after = _sum(own[y, x])
            elif finer > 1:
                above, aside = beside[0] * finer, beside[1] * finer
                parts = steps[0, above : above + finer, aside : aside + finer]
                _miss_by_part(own[y, x], parts, entry[here, :, beside[0], beside[1]], miss, places)
                after = _sum(own[y, x])
            else:
                step = steps[0, beside[0], beside[1]] if steps.size else 0
                if step >= entry.shape[1] or entry[here, step, beside[0], beside[1]] < 0:
                    continue
                missed = miss[entry[here, step, beside[0], beside[1]]]
                after = (
                    _miss_in_lanes(own[y, x], missed, lane)
                    if strata == 3 * lane.size
                    else _miss_all(own[y, x], missed)
                )
            left[y, x] = after
            for wanted in range(most_left.size):
                if after <= most_left[wanted] and reached[wanted, y, x] == 0:
                    reached[wanted, y, x] = mark
            if counts and zone[y, x] >= 0:
                share = (np.float64(before) - np.float64(after)) / strata
                gain[zone[y, x]] += people[y, x] * share


@compiled_inner
def _miss_all(left: Raster, missed: Raster) -> np.float32:
    """Miss all users of a cell by an entry; return what is left, as :func:`_sum` adds it up."""
    a = b = c = d = e = f = g = h = np.float32(0.0)
    whole = left.size // 8 * 8
    for k in range(0, whole, 8):
        # All are read before any is written, so that they are worked out at once.
        p, q = left[k] * missed[k], left[k + 1] * missed[k + 1]
        r, s = left[k + 2] * missed[k + 2], left[k + 3] * missed[k + 3]
        t, u = left[k + 4] * missed[k + 4], left[k + 5] * missed[k + 5]
        v, w = left[k + 6] * missed[k + 6], left[k + 7] * missed[k + 7]
        left[k], left[k + 1], left[k + 2], left[k + 3] = p, q, r, s
        left[k + 4], left[k + 5], left[k + 6], left[k + 7] = t, u, v, w
        a, b, c, d, e, f, g, h = a + p, b + q, c + r, d + s, e + t, f + u, g + v, h + w
    for k in range(whole, left.size):
        left[k] *= missed[k]
        a += left[k]
    return ((a + b) + (c + d)) + ((e + f) + (g + h))


@compiled_disjoint
def _miss_in_lanes(left: Raster, missed: Raster, lane: Raster) -> np.float32:
    """Do as :func:`_miss_all` for the strata of users, in a form that LLVM vectorises.

    Three times as many as ``lane`` (float32[8]) has room for.
    """
    n = lane.size
    for k in range(n):
        p = left[k] * missed[k]
        q = left[k + n] * missed[k + n]
        r = left[k + 2 * n] * missed[k + 2 * n]
        left[k], left[k + n], left[k + 2 * n] = p, q, r
        lane[k] = (p + q) + r
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]))


@compiled_inner
def _miss_people(
    own: Raster,
    at: Raster,
    beside: tuple[int, int],
    steps_of: tuple[Classes, int],
    square: Floats,
) -> None:
    """Serve the people of a cell who stand within the radius: ``square`` of it, by step."""
    steps, finer = steps_of
    middle = steps.shape[1] // 2
    for k in range(own.size):
        if own[k] > 0.0:
            row, column = beside[0] + at[k, 0], beside[1] + at[k, 1]
            step = 0
            if steps.size:
                i, j = math.floor(row * finer + 0.5), math.floor(column * finer + 0.5)
                step = steps[0, middle + i, middle + j]
            if step < square.size and row * row + column * column <= square[step]:
                own[k] = 0.0


@compiled_inner
def _miss_by_part(own: Raster, parts: Classes, numbers: Numbers, miss: Raster, places: int) -> None:
    """Miss the places of each part of a cell by the entry of its own step; ``numbers``: by step."""
    finer = parts.shape[0]
    wide = places // finer
    for i in range(finer):
        for j in range(finer):
            if parts[i, j] >= numbers.size or numbers[parts[i, j]] < 0:
                continue
            missed = miss[numbers[parts[i, j]]]
            for y in range(i * wide, (i + 1) * wide):
                for k in range(y * places + j * wide, y * places + (j + 1) * wide):
                    own[k] *= missed[k]


@compiled_inner
def _sum(values: Raster) -> np.float32:
    """Return the sum, in eight parts at once."""
    a = b = c = d = e = f = g = h = np.float32(0.0)
    whole = values.size // 8 * 8
    for k in range(0, whole, 8):
        a += values[k]
        b += values[k + 1]
        c += values[k + 2]
        d += values[k + 3]
        e += values[k + 4]
        f += values[k + 5]
        g += values[k + 6]
        h += values[k + 7]
    for k in range(whole, values.size):
        a += values[k]
    return ((a + b) + (c + d)) + ((e + f) + (g + h))
