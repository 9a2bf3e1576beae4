"""Annealing of a list: no move breaks a limit, what it keeps counted is true, worth never falls."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kernels.covering.anneal_list import anneal_list, stand
from kernels.covering.cooling import Chance
from kernels.covering.greedy_list import ListOptions
from kernels.covering.improve_list import list_state
from kernels.covering.limits import NO_LIMITS, SiteLimits
from kernels.covering.room import too_close
from kernels.footprints.spans import Spans, span_cells
from tests.kernels.covering.cases import random_spans

SHAPE = (30, 40)
ZONES = 3


class LimitedListCase:
    """Options on a small raster, some in the same cell, some that may not be used.

    ``apart``: cells between stations; None: stations have no places, and nothing is limited.
    """

    def __init__(self, seed: int, n: int = 160, apart: float | None = 0.0) -> None:
        rng = np.random.default_rng(seed)
        self.spans = random_spans(rng, SHAPE, n, 6)
        weight = np.floor(rng.gamma(0.6, 50.0, SHAPE)).astype(np.float32)
        near = rng.integers(-1, n, (n, 9)).astype(np.int32)
        self.state, unit = list_state(weight, self.spans, near)
        self.scale = 1 / unit
        self.open = np.flatnonzero(rng.random(n) < 0.9)
        self.cell = rng.integers(0, weight.size, n)
        self.cell[1::7] = self.cell[::7][: self.cell[1::7].size]
        zone = rng.integers(-1, ZONES, SHAPE).astype(np.int16)
        self.zone = zone.ravel()[self.cell]
        self.group, self.cost = rng.integers(0, 2, n), rng.integers(1, 6, n) * 0.7
        self.options = None if apart is None else ListOptions(self.cell, self.group, self.cost)
        self.apart = apart or 0.0
        self.limits = NO_LIMITS._replace(zone=zone, separation_cells=self.apart)

    def start(self, count: int) -> np.ndarray:
        """Build the first options that keep their distance."""
        chosen: list[int] = []
        for option in self.open:
            if len(chosen) < count and self.distances([*chosen, option]) >= max(self.apart, 0.5):
                chosen.append(int(option))
        stand(self.state, np.array(chosen))
        return np.array(chosen)

    def anneal(
        self, price, temperature: float, seed: int, limits: SiteLimits, sweeps: int = 4
    ) -> int:
        """Anneal at a price and a temperature in the unit of the weight."""
        noise = np.random.default_rng(seed).gumbel(size=4096) * temperature * self.scale
        prices = np.broadcast_to(np.asarray(price) * self.scale, self.cell.shape)
        chance = Chance(prices.astype(np.int64), noise.astype(np.int64), sweeps, seed)
        return anneal_list(self.state, chance, [self.open], self.options, limits)

    def distances(self, chosen) -> float:
        """The least distance between two stations."""
        row, column = np.divmod(self.cell[list(chosen)], SHAPE[1])
        apart = np.hypot(row[:, None] - row, column[:, None] - column)
        np.fill_diagonal(apart, np.inf)
        return float(apart.min(initial=np.inf))

    @property
    def standing(self) -> np.ndarray:
        return np.flatnonzero(self.state.stands)

    def worth(self, price: np.ndarray) -> float:
        covered = self.state.weight[self.state.serving > 0].sum(dtype=np.int64) / self.scale
        return float(covered - price[self.standing].sum())

    def by_zone(self, chosen) -> np.ndarray:
        """Stations of each zone."""
        return np.bincount(self.zone[chosen] + 1, minlength=ZONES + 1)[1:]

    def check_counts(self) -> None:
        """Recount what the kernel keeps up to date."""
        first, cells = span_cells(self.spans)
        serving = np.zeros(self.state.weight.size, np.int64)
        for option in self.standing:
            serving[cells[first[option] : first[option + 1]]] += 1
        assert (serving == self.state.serving).all()
        assert (self.state.remaining == np.where(serving > 0, 0, self.state.weight)).all()


@pytest.mark.parametrize("apart", [0.0, 1.0, 3.0, 4.5])
@pytest.mark.parametrize("seed", range(4))
def test_no_move_breaks_a_limit(seed: int, apart: float) -> None:
    case = LimitedListCase(seed, apart=apart)
    chosen = case.start(14)
    used = case.by_zone(chosen)
    least = np.maximum(used - 1, 0)
    limits = case.limits._replace(
        owed=least,
        room=used + np.array([0, 1, 2]),
        group_room=np.bincount(case.group[chosen], minlength=2) + np.array([0, 1]),
        spare=len(chosen) + 1 - int(least.sum()),
        budget=float(case.cost[chosen].sum()) + 1.0,
    )
    for turn in range(12):
        before = len(case.standing)
        more = case.anneal(30, 80.0, turn, limits)
        now = case.standing
        assert len(now) == before + more
        case.check_counts()
        assert np.isin(now, case.open).all()
        assert case.distances(now) >= max(apart, 0.5) * (1 - 1e-9)
        assert (case.by_zone(now) >= least).all()
        assert (case.by_zone(now) <= limits.room).all()
        assert (np.bincount(case.group[now], minlength=2) <= limits.group_room).all()
        assert len(now) <= len(chosen) + 1
        assert case.cost[now].sum() <= limits.budget * (1 + 1e-9)


@pytest.mark.parametrize("apart", [None, 0.0, 4.0])
@pytest.mark.parametrize("seed", range(4))
def test_without_chance_the_worth_never_falls(seed: int, apart: float | None) -> None:
    case = LimitedListCase(seed, apart=apart)
    case.start(10)
    price = np.random.default_rng(seed).integers(20, 120, case.cell.size)
    limits = NO_LIMITS if apart is None else case.limits._replace(spare=12)
    worth = [case.worth(price)]
    for turn in range(10):
        case.anneal(price, 0.0, turn, limits, sweeps=1)
        case.check_counts()
        worth.append(case.worth(price))
    assert (np.diff(worth) >= 0).all()
    assert worth[-1] > worth[0]


def test_a_zone_that_has_too_few_loses_none() -> None:
    case = LimitedListCase(3)
    chosen = case.start(8)
    used = case.by_zone(chosen)
    room = np.full(ZONES, 100)
    case.anneal(10_000, 10.0, 1, case.limits._replace(owed=used + 2, room=room))
    assert (case.by_zone(case.standing) >= used).all()


@pytest.mark.parametrize("apart", [None, 0.0])
def test_a_dear_station_goes_and_a_cheap_one_comes(apart: float | None) -> None:
    case = LimitedListCase(5, apart=apart)
    case.start(10)
    limits = NO_LIMITS if apart is None else case.limits
    assert case.anneal(10**5, 0.0, 1, limits) == -10
    assert not len(case.standing)
    for turn in range(8):
        case.anneal(0, 0.0, turn, limits)
    assert len(case.standing) > 10


def line(footprints: list[tuple[int, int]], cells: list[int]):
    """Options in one row: first cell and length of each footprint, and the station's cell."""
    n = len(cells)
    start = np.array([a for a, _ in footprints], np.int32)
    length = np.array([b for _, b in footprints], np.uint16)
    spans = Spans(np.arange(n + 1), start, length)
    near = np.array([[k for k in range(n) if k != i] for i in range(n)], np.int32)
    state, unit = list_state(np.full((1, 12), 5, np.float32), spans, near)
    options = ListOptions(np.array(cells), np.zeros(n, np.int64), np.ones(n))
    return state, options, np.full(n, int(4 / unit))


def test_a_station_in_the_way_of_two_is_pushed_aside() -> None:
    state, options, price = line([(3, 6), (0, 6), (6, 6)], [6, 3, 9])
    stand(state, np.array([0]))
    limits = NO_LIMITS._replace(spare=2, separation_cells=4.0)
    for turn in range(30):
        chance = Chance(price, np.zeros(4096, np.int64), 4, turn)
        anneal_list(state, chance, [np.arange(3)], options, limits)
    assert np.flatnonzero(state.stands).tolist() == [1, 2]


def test_stations_that_may_not_move_stay() -> None:
    state, options, price = line([(3, 6), (0, 6), (6, 6)], [6, 3, 9])
    stand(state, np.array([0]))
    limits = NO_LIMITS._replace(separation_cells=4.0)
    for movable in (np.zeros(0, np.int64), np.array([1, 2])):
        for turn in range(20):
            chance = Chance(0 * price, np.zeros(4096, np.int64), 4, turn)
            assert anneal_list(state, chance, [movable], options, limits) == 0
    assert np.flatnonzero(state.stands).tolist() == [0]


def test_limits_hold_in_one_tile_only() -> None:
    case = LimitedListCase(1)
    chance = Chance(np.zeros(case.cell.size, np.int64), np.zeros(4096, np.int64), 1, 0)
    tiles = [case.open[:50], case.open[50:]]
    with pytest.raises(ValueError, match="one tile"):
        anneal_list(case.state, chance, tiles, None, NO_LIMITS._replace(spare=3))
    with pytest.raises(ValueError, match="one tile"):
        anneal_list(case.state, chance, tiles, case.options)


@pytest.mark.parametrize("apart", [0.0, 0.3, 1.0, 1.5, 2.0, 2.3, 5.0, np.sqrt(5)])
def test_cells_too_close_are_those_nearer_than_the_separation(apart: float) -> None:
    half = too_close(apart)
    marked = {(y, x) for y in range(half.size) for x in range(half[y] + 1)}
    reach = range(int(apart) + 3)
    said = {
        (y, x)
        for y, x in itertools.product(reach, reach)
        if (y, x) == (0, 0) or np.hypot(y, x) < apart * (1 - 1e-9)
    }
    assert marked == said
