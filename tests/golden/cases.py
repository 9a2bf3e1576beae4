"""Small deterministic cases: rasters with discs, footprints as spans, sparse footprints, months.

All numbers come from whole random numbers, so that they are the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

SEED = 7
PLENTY = 10**9
OUTSIDE = 255

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class LimitCase:
    """Limits in plain numbers: three zones from west to east, two kinds of stations.

    ``room``, ``owed`` and ``need``: of each zone; ``kind_room``: of each kind; ``cost``: of a
    station of each kind. ``separation`` in cells.
    """

    room: tuple[int, ...] = (PLENTY,) * 3
    owed: tuple[int, ...] = (0,) * 3
    spare: int = PLENTY
    kind_room: tuple[int, ...] = (PLENTY,) * 2
    need: tuple[float, ...] = (0.0,) * 3
    separation: float = 0.0
    budget: float = np.inf
    cost: tuple[float, float] = (1.0, 1.75)


@dataclass(frozen=True)
class GroundCase:
    """A raster (H, W) and what may be built on it.

    ``radii``: of each area class in cells, for each of two kinds of stations, the first being the
    one that free searches use. ``zone`` (int16): three from west to east, -1 for none.
    """

    weight: npt.NDArray[np.float32]
    area_class: npt.NDArray[np.uint8]
    candidate: Bools
    covered: Bools
    zone: npt.NDArray[np.int16]
    radii: tuple[Floats, Floats]
    n_stations: int
    limits: LimitCase = field(default_factory=LimitCase)

    @property
    def cells(self) -> Ints:
        """Flat indices of the candidates."""
        return np.flatnonzero(self.candidate)

    @property
    def inside(self) -> npt.NDArray[np.float32]:
        """Weight of the cells of a known class, 0 elsewhere."""
        within = self.area_class < self.radii[0].size
        return np.where(within, self.weight, 0).astype(np.float32)


def ground(
    shape: tuple[int, int],
    radii: tuple[float, ...],
    *,
    seed: int = SEED,
    n_stations: int = 30,
    candidates: float = 0.8,
    covered: float = 0.05,
    heaviest: int = 4000,
    outside: int = 3,
    more: float = 1.3,
    limits: LimitCase | None = None,
) -> GroundCase:
    """Draw a ground: two towns on thin country, a strip outside at the right edge.

    ``candidates`` and ``covered``: shares of the cells; ``more``: radius of the second kind, as a
    share of the first's.
    """
    rng = np.random.default_rng(seed)
    rows, columns = np.indices(shape)
    noise = rng.integers(0, 64, shape)
    towns = sum(
        heaviest // (1 + (rows - shape[0] * y // 10) ** 2 + (columns - shape[1] * x // 10) ** 2)
        for y, x in ((3, 2), (6, 7))
    )
    weight = np.where(noise < 16, 0, towns + noise / 8).astype(np.float32)
    area_class = np.zeros(shape, np.uint8)
    for number in range(1, len(radii)):
        area_class[weight < heaviest / 8.0**number] = number
    area_class[:, shape[1] - outside :] = OUTSIDE
    zone = (columns * 3 // shape[1]).astype(np.int16)
    zone[rows == 0] = -1
    first = np.array(radii)
    return GroundCase(
        weight,
        area_class,
        rng.integers(0, 1000, shape) < 1000 * candidates,
        rng.integers(0, 1000, shape) < 1000 * covered,
        zone,
        (first, first * more),
        n_stations,
        limits or LimitCase(),
    )


def all_at_once() -> LimitCase:
    """Every limit there is."""
    return LimitCase(
        room=(9, PLENTY, 6),
        owed=(0, 3, 2),
        spare=14,
        kind_room=(PLENTY, 8),
        separation=2.5,
        budget=40.0,
    )


RASTERS = {
    "raster": partial(ground, (37, 53), (1.5, 2.3, 3.0, 4.2)),
    "raster-one-class": partial(ground, (41, 44), (3.3,), covered=0.0, outside=0),
    "raster-few-candidates": partial(ground, (40, 60), (2.0, 3.7), seed=8, candidates=0.05),
    "raster-ties": partial(ground, (30, 70), (2.0, 2.0, 3.0), heaviest=64, covered=0.2),
    "raster-tiles": partial(ground, (150, 170), (2.5, 4.0, 6.0), n_stations=120),
    "raster-zones": partial(
        ground, (36, 54), (1.5, 2.5, 3.5), limits=LimitCase(room=(4, PLENTY, 5), owed=(0, 3, 0))
    ),
    "raster-owed": partial(
        ground, (36, 54), (2.0, 3.0), limits=LimitCase(owed=(0, 0, 9), spare=7), seed=9
    ),
    "raster-kinds": partial(
        ground, (36, 54), (1.0, 2.0, 3.0), limits=LimitCase(kind_room=(PLENTY, 5)), more=2.0
    ),
    "raster-need": partial(ground, (36, 54), (2.0, 3.2), limits=LimitCase(need=(0.0, 4000.0, 0.0))),
    "raster-apart": partial(ground, (36, 54), (2.0, 3.2), limits=LimitCase(separation=6.0)),
    "raster-budget": partial(
        ground, (36, 54), (2.0, 3.2), limits=LimitCase(budget=22.5, cost=(1.5, 2.0))
    ),
    "raster-all-limits": partial(ground, (36, 54), (1.5, 2.6, 3.4), limits=all_at_once()),
}
"""Grounds on which every cell may be a candidate and footprints are discs."""

LISTED_DISCS = {
    "spans-discs": partial(ground, (40, 60), (1.5, 2.7, 4.0), candidates=0.25),
    "spans-discs-limits": partial(
        ground, (40, 60), (1.5, 2.7, 4.0), candidates=0.25, limits=all_at_once()
    ),
}
"""Grounds with listed candidates, whose discs become spans."""

RAGGED = {
    "spans-ragged": partial(ground, (44, 50), (3.0,), outside=0, candidates=0.3),
    "spans-ragged-limits": partial(
        ground, (44, 50), (3.0,), outside=0, candidates=0.3, limits=all_at_once(), seed=11
    ),
    "spans-ragged-budget": partial(
        ground, (44, 50), (3.0,), outside=0, candidates=0.3, limits=LimitCase(budget=17.5)
    ),
}
"""Grounds with listed candidates, whose footprints are drawn: several spans in a row, holes."""

TERRAIN = {
    "spans-terrain": partial(ground, (44, 64), (4.3, 8.0), candidates=0.2),
    "spans-terrain-limits": partial(
        ground, (44, 64), (4.3, 8.0), candidates=0.2, limits=all_at_once(), seed=12
    ),
    "spans-terrain-zones": partial(
        ground, (44, 64), (4.3, 8.0), candidates=0.2, limits=LimitCase(room=(3, 4, PLENTY))
    ),
}
"""Grounds with listed candidates, whose footprints the terrain shapes."""


def heights_m(shape: tuple[int, int], seed: int = SEED) -> npt.NDArray[np.float32]:
    """Ridges and valleys, from sums of whole random steps."""
    rng = np.random.default_rng(seed)
    down = np.cumsum(rng.integers(-12, 13, shape), axis=0)
    across = np.cumsum(rng.integers(-12, 13, shape), axis=1)
    ridge = np.abs(np.indices(shape)[1] - shape[1] // 2) < 2
    found: npt.NDArray[np.float32] = (500 + down + across + 150 * ridge).astype(np.float32)
    return found


def ragged_rows(case: GroundCase, reach: int, seed: int = SEED) -> list[list[tuple[int, int]]]:
    """Draw for each candidate (first cell, cells) of spans round it: none to two in a row."""
    rng = np.random.default_rng(seed)
    height, width = case.weight.shape
    rows: list[list[tuple[int, int]]] = []
    for cell in case.cells.tolist():
        row, column = divmod(cell, width)
        spans: list[tuple[int, int]] = []
        for y in range(max(0, row - reach), min(height, row + reach + 1)):
            x = max(0, column - int(rng.integers(1, reach + 2)))
            for _ in range(int(rng.integers(0, 3))):
                cells = min(int(rng.integers(1, reach + 2)), width - x)
                if cells <= 0:
                    break
                spans.append((y * width + x, cells))
                x += cells + int(rng.integers(1, 3))
        rows.append(spans)
    return rows


@dataclass(frozen=True)
class SparseCase:
    """Sites and customers: ``covers`` (bool[m, n]), ``people`` and ``zone`` of each customer.

    ``rows``: limits, each with sites, coefficients and a right side. ``quota``: of each zone.
    """

    covers: Bools
    people: Floats
    zone: npt.NDArray[np.int32]
    price: Floats
    rows: list[tuple[Any, Any, float]]
    quota: tuple[float, float] = (0.0, 0.0)

    @property
    def starts(self) -> Ints:
        """Where the customers of each site begin, and the end."""
        found: Ints = np.concatenate([[0], self.covers.sum(axis=1).cumsum()])
        return found


def sparse(seed: int, sites: int, customers: int, share: int) -> SparseCase:
    """Draw a sparse problem that allows a quarter of its sites; ``share``: covered, of 100."""
    rng = np.random.default_rng(seed)
    covers = rng.integers(0, 100, (sites, customers)) < share
    people = rng.integers(1, 400, customers) / 4.0
    zone = (np.arange(customers) % 2).astype(np.int32)
    price = rng.integers(4, 20, sites) / 4.0
    return SparseCase(covers, people, zone, price, [(np.arange(sites), 1.0, sites // 4)])


def sparse_with_limits() -> SparseCase:
    """Draw a problem with a budget, conflicts, a lower limit and a quota."""
    case = sparse(SEED + 1, 60, 180, 6)
    every = np.arange(60)
    conflicts = [([k, k + 1], 1.0, 1.0) for k in range(0, 40, 4)]
    rows = [(every, case.price, 40.0), *conflicts, ([50, 52, 54], -1.0, -1.0)]
    return replace(case, rows=rows, quota=(0.35 * float(case.people.sum()), 0.0))


SPARSE = {
    "sparse": partial(sparse, SEED, 60, 200, 6),
    "sparse-dense": partial(sparse, SEED, 40, 90, 25),
    "sparse-limits": sparse_with_limits,
}


@dataclass(frozen=True)
class MonthsCase:
    """A build-out of 12 months of 20 days, two resources, two events."""

    sigma: float
    runs: int
    probability: float


MONTHS = {
    "months-planned": partial(MonthsCase, 0.0, 1, 1.0),
    "months-by-chance": partial(MonthsCase, 0.15, 60, 0.4),
}
