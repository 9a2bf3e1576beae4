"""Villages: where people live on land that is not built up, on a grid of 7.5 arc-seconds.

The cells of the population model measure 30 arc-seconds, about 900 m. On densely settled land their
people are spread evenly over the 16 parts of a cell. Elsewhere they live in villages: one part, or
four for a large village, about 200 m a side. A Hilbert curve is drawn through the countryside; each
village gathers the people of a stretch of it, so that people move by the distance between villages
and no further. The number of villages follows the people: thinly settled land has few and small
ones, and between them lives nobody.

Sizes and positions are random, but drawn from the position of the cell on Earth: the same place
gives the same village.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.population_model.cells import CELLS_PER_DEGREE, PARTS, Cells

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BUILT_UP_PEOPLE_PER_KM2 = 1_500.0
"""From this density on land counts as built up: that of an urban centre of DEGURBA."""

VILLAGE_LAND_KM2 = 1.0
VILLAGE_PEOPLE_RANGE = (60.0, 1_000.0)
"""One village per square kilometre, within these sizes (assumption)."""

LARGE_VILLAGE_PEOPLE = 250.0
"""Above this a village takes four parts: 250 people on one have 5,000 people per km²."""

_SPREAD_OF_SIZES = 0.8
_CURVE_BITS = 16
_SIZE, _POSITION, _PART = 1, 2, 3


def village_people(cells: Cells, people: Floats, shared: npt.NDArray[np.bool_]) -> Floats:
    """Return people of the parts of each cell (n x 16), all people conserved.

    Parameters
    ----------
    cells
        Cells of a province, n of them.
    people
        People of each cell (n), not necessarily whole numbers.
    shared
        Parts (n x 16) that lie in several counties: no village is put there if there is another
        part in its cell.
    """
    density = people / cells.area_km2
    built_up = density >= BUILT_UP_PEOPLE_PER_KM2
    parts = np.repeat(np.where(built_up, people, 0.0)[:, None] / PARTS**2, PARTS**2, axis=1)
    land = np.flatnonzero(~built_up & (people > 0))
    if not len(land):
        return parts
    row, column = np.divmod(cells.index[land], cells.shape[1])
    row = row + round((90.0 - cells.north) * CELLS_PER_DEGREE)
    column = column + round((cells.west + 180.0) * CELLS_PER_DEGREE)
    order = np.argsort(_along_curve(row, column), kind="stable")
    land, address = land[order], (row * 360 * CELLS_PER_DEGREE + column)[order]
    size = np.clip(density[land] * VILLAGE_LAND_KM2, *VILLAGE_PEOPLE_RANGE)
    position, village = _villages(people[land], size, address)
    _settle(parts, land[position], village, address[position], shared)
    return parts


def _villages(people: Floats, size: Floats, address: Ints) -> tuple[Ints, Floats]:
    """Return the position along the curve of each village, and its people.

    ``size`` is how many people a village has where the curve passes each cell.
    """
    villages = np.concatenate([[0.0], np.cumsum(people / size)])
    so_far = np.concatenate([[0.0], np.cumsum(people)])
    count = max(1, round(villages[-1]))
    villages *= count / villages[-1]
    # The ends of the stretches are shifted by less than half of one: sizes differ.
    inner = np.arange(1, count, dtype=np.float64)
    there = np.searchsorted(villages, inner, side="right") - 1
    ends = inner + _SPREAD_OF_SIZES * (_drawn(address[there], _SIZE) - 0.5)
    ends = np.concatenate([[0.0], ends, [float(count)]])
    gathered = np.diff(np.interp(ends, villages, so_far))
    first = np.clip(np.searchsorted(villages, ends[:-1], side="right") - 1, 0, len(people) - 1)
    inside = ends[:-1] + np.diff(ends) * _drawn(address[first], _POSITION)
    position = np.clip(np.searchsorted(villages, inside, side="right") - 1, 0, len(people) - 1)
    return position.astype(np.int64), gathered


def _settle(
    parts: Floats, cell: Ints, people: Floats, address: Ints, shared: npt.NDArray[np.bool_]
) -> None:
    """Put each village on one part of its cell, a large one on a square of four."""
    for side, chosen in (
        (1, people <= LARGE_VILLAGE_PEOPLE),
        (2, people > LARGE_VILLAGE_PEOPLE),
    ):
        where, count = cell[chosen], PARTS - side + 1
        corner = np.arange(count * count)
        first = corner // count * PARTS + corner % count
        square = first[:, None] + (np.arange(side)[:, None] * PARTS + np.arange(side)).ravel()
        blocked = shared[where][:, square].any(axis=2)
        # Several villages of one cell get several positions.
        draw = _drawn(address[chosen, None] * 64 + first + _repeats(where)[:, None] * 16, _PART)
        taken = square[np.argmax(draw - blocked, axis=1)]
        np.add.at(parts, (where[:, None], taken), people[chosen, None] / side**2)


def _repeats(values: Ints) -> Ints:
    """Return how many equal values stand directly before each."""
    number = np.arange(len(values))
    begins = np.concatenate([[True], values[1:] != values[:-1]])[: len(values)]
    return number - np.maximum.accumulate(np.where(begins, number, 0))


def _drawn(address: Ints, stream: int) -> Floats:
    """Return numbers from 0 to 1 drawn from addresses.

    SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
    2014, figure 17.
    """
    mixed = (address.astype(np.uint64) + np.uint64(stream << 56)) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    drawn: Floats = (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return drawn


def _along_curve(row: Ints, column: Ints) -> Ints:
    """Return the position of cells along a Hilbert curve, on which neighbours are near.

    D. Hilbert, "Über die stetige Abbildung einer Linie auf ein Flächenstück", Math. Ann. 38, 1891;
    quadrant by quadrant, from the largest to the smallest.
    """
    x, y = column.copy(), row.copy()
    distance = np.zeros_like(row)
    for bit in range(_CURVE_BITS - 1, -1, -1):
        right, lower = x >> bit & 1, y >> bit & 1
        distance += (3 * right ^ lower) << (2 * bit)
        x, y = x & (1 << bit) - 1, y & (1 << bit) - 1
        turned = lower == 0
        flipped = turned & (right == 1)
        last = (1 << bit) - 1
        x, y = np.where(flipped, last - x, x), np.where(flipped, last - y, y)
        x, y = np.where(turned, y, x), np.where(turned, x, y)
    return distance
