"""People of each cell, and where in the cell they live."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels.arrays import Classes, Ints, Numbers, Raster, Zones
from kernels.compiled import compiled

NO_CELLS = np.zeros(0, np.int64)
NO_WEIGHTS = np.zeros((0, 0), np.float32)
NOWHERE = np.zeros((0, 0, 2), np.float32)


class Users(NamedTuple):
    """Inhabitants of each cell: ``people`` (float32), ``area_class`` (uint8), ``zone`` (int16).

    All of shape [H, W]. Cells of a class without chances are not served, those of a zone below 0
    count nowhere. ``sharp``: whether people change at edges that are two cells apart or more, as
    between the large pixels of a source; else they change gradually.

    ``known`` (int64[n], ascending): cells of whose people more is known. ``weight`` (float32[n,
    places]): people of each place over those of a mean place of ``people``, who are fewer where the
    mean is below 1. ``at`` (float32[n, places, 2]): where they stand, in rows and columns from the
    middle of the cell; empty where they are spread over the places.
    """

    people: Raster
    area_class: Classes
    zone: Zones
    sharp: bool = False
    known: Ints = NO_CELLS
    weight: Raster = NO_WEIGHTS
    at: Raster = NOWHERE


def alike(area_class: Classes) -> Users:
    """Return users of whom only the class of each cell is known."""
    return Users(np.zeros((0, 0), np.float32), area_class, np.zeros((0, 0), np.int16))


@compiled
def put_people(miss: Raster, users: Users, corner: tuple[int, int], places: int) -> None:
    """Weigh the places in the cells of a tile by the people who live there, 1 in the mean."""
    people, sharp = users.people, users.sharp
    height, width = people.shape
    along, across = np.empty(places, np.float32), np.empty(places, np.float32)
    for y in range(miss.shape[0]):
        for x in range(miss.shape[1]):
            row, column = corner[0] + y, corner[1] + x
            here = people[row, column]
            above = people[row - 1, column] if row > 0 else here
            below = people[row + 1, column] if row < height - 1 else here
            before = people[row, column - 1] if column > 0 else here
            after = people[row, column + 1] if column < width - 1 else here
            divided = _divide(above, here, below, sharp, along)
            if _divide(before, here, after, sharp, across) or divided:
                for i in range(places):
                    for j in range(places):
                        miss[y, x, i * places + j] = along[i] * across[j]


@compiled
def _divide(before: float, here: float, after: float, sharp: bool, weight: Raster) -> bool:
    """Put a cell's people where they live if one neighbour has more of them and one fewer.

    A cell across a sharp edge has the density of each neighbour on its side of the edge. Else its
    density changes evenly, by half of what the neighbours differ, within theirs (van Leer 1977).
    ``weight``: of places from one side to the other, 1 in the mean. Returns whether they differ.
    """
    if not (before > here > after or before < here < after):
        weight[:] = 1.0
        return False
    edge = weight.size * (here - after) / (before - after)
    most = 2.0 * min(abs(here - before), abs(after - here))
    slope = min(max(0.5 * (after - before), -most), most)
    for k in range(weight.size):
        if sharp:
            share = min(max(edge - k, 0.0), 1.0)
            weight[k] = (share * before + (1.0 - share) * after) / here
        else:
            weight[k] = 1.0 + slope * ((k + 0.5) / weight.size - 0.5) / here
    return True


@compiled
def put_known(
    miss: Raster,
    people: Raster,
    number: Numbers,
    users: Users,
    corner: tuple[int, int],
    places: int,
) -> None:
    """Weigh the places of a tile's cells of whose people more is known."""
    for y in range(number.shape[0]):
        first = (corner[0] + y) * users.area_class.shape[1] + corner[1]
        begin = np.searchsorted(users.known, first)
        end = np.searchsorted(users.known, first + number.shape[1])
        for one in range(begin, end):
            x, mean = users.known[one] - first, users.weight[one].mean()
            number[y, x] = one
            people[y, x] *= mean
            if places > 0:
                for k in range(miss.shape[2]):
                    miss[y, x, k] = users.weight[one, k] / mean
