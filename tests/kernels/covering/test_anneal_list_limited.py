"""Annealing within limits: no move breaks one, what it keeps counted is true, worth never falls."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kernels.covering.anneal_list import ListField
from kernels.covering.anneal_list_limited import (
    CountLimits,
    OptionPlaces,
    PricedChance,
    anneal_within,
    stand_within,
    too_close,
)
from kernels.footprints.spans import Spans, span_cells
from tests.kernels.covering.cases import random_spans

PLENTY = 2**40
SHAPE = (30, 40)
ZONES = 3


class LimitedListCase:
    """Options on a small raster, some in the same cell, some that may not be used."""

    def __init__(self, seed: int, n: int = 160, apart: float = 0.0) -> None:
        rng = np.random.default_rng(seed)
        self.spans = random_spans(rng, SHAPE, n, 6)
        weight = np.floor(rng.gamma(0.6, 50.0, SHAPE)).astype(np.int32).ravel()
        near = rng.integers(-1, n, (n, 9)).astype(np.int32)
        self.apart = apart
        self.field = ListField(
            weight=weight,
            remaining=weight.copy(),
            serving=np.zeros(weight.size, np.uint16),
            stands=np.zeros(n, np.bool_),
            home=np.where(rng.random(n) < 0.9, 0, -1).astype(np.int32),
            first=self.spans.first,
            start=self.spans.start,
            length=self.spans.length,
            near=near,
        )
        half = too_close(apart)
        cell = rng.integers(0, weight.size, n)
        cell[1::7] = cell[::7][: cell[1::7].size]
        self.places = OptionPlaces(
            cell=cell,
            zone=rng.integers(0, ZONES + 1, n),
            group=rng.integers(0, 2, n),
            cost=rng.integers(1, 6, n) * 0.7,
            stations_near=np.zeros(weight.size, np.uint16),
            station_at=np.full(weight.size if half.size > 1 else 0, -1, np.int32),
            half_width=half,
            width=SHAPE[1],
        )

    def start(self, count: int) -> np.ndarray:
        """Build the first options that keep their distance."""
        chosen: list[int] = []
        for option in np.flatnonzero(self.field.home >= 0):
            if len(chosen) < count and self.distances([*chosen, option]) >= max(self.apart, 0.5):
                chosen.append(int(option))
        stand_within(self.field, self.places, np.array(chosen))
        return np.array(chosen)

    def distances(self, chosen) -> float:
        """The least distance between two stations."""
        row, column = np.divmod(self.places.cell[list(chosen)], SHAPE[1])
        apart = np.hypot(row[:, None] - row, column[:, None] - column)
        np.fill_diagonal(apart, np.inf)
        return float(apart.min())

    @property
    def standing(self) -> np.ndarray:
        return np.flatnonzero(self.field.stands)

    def worth(self, price: np.ndarray) -> int:
        covered = self.field.weight[self.field.serving > 0].sum(dtype=np.int64)
        return int(covered - price[self.standing].sum())

    def check_counts(self) -> None:
        """Recount what the kernel keeps up to date."""
        first, cells = span_cells(self.spans)
        serving = np.zeros(self.field.weight.size, np.int64)
        for option in self.standing:
            serving[cells[first[option] : first[option + 1]]] += 1
        assert (serving == self.field.serving).all()
        assert (self.field.remaining == np.where(serving > 0, 0, self.field.weight)).all()
        near = np.zeros(SHAPE, np.int64)
        rows, columns = np.indices(SHAPE)
        for option in self.standing:
            row, column = divmod(int(self.places.cell[option]), SHAPE[1])
            squared = (rows - row) ** 2 + (columns - column) ** 2
            near += squared < max(self.apart**2 * (1 - 1e-9), 0.5)
        assert (near.ravel() == self.places.stations_near).all()
        if self.places.station_at.size:
            at = np.full(self.field.weight.size, -1)
            at[self.places.cell[self.standing]] = self.standing
            assert (at == self.places.station_at).all()


def free() -> CountLimits:
    zones = np.zeros(ZONES + 1, np.int64)
    return CountLimits(zones, zones + PLENTY, np.full(2, PLENTY), PLENTY, np.inf)


def chance(price: np.ndarray, temperature: float, seed: int, sweeps: int = 4) -> PricedChance:
    noise = np.random.default_rng(seed).gumbel(size=4096) * temperature
    return PricedChance(price.astype(np.int64), noise.astype(np.int64), sweeps, seed)


@pytest.mark.parametrize("apart", [0.0, 1.0, 3.0, 4.5])
@pytest.mark.parametrize("seed", range(4))
def test_no_move_breaks_a_limit(seed: int, apart: float) -> None:
    case = LimitedListCase(seed, apart=apart)
    chosen = case.start(14)
    zone, group = case.places.zone, case.places.group
    used = np.bincount(zone[chosen], minlength=ZONES + 1)
    limits = CountLimits(
        np.maximum(used - 1, 0),
        used + np.array([0, 1, 2, PLENTY]),
        np.bincount(group[chosen], minlength=2) + np.array([0, 1]),
        len(chosen) + 1,
        float(case.places.cost[chosen].sum()) + 1.0,
    )
    price = np.full(zone.size, 30)
    for turn in range(12):
        before = len(case.standing)
        more = anneal_within(case.field, case.places, limits, chance(price, 80.0, turn))
        now = case.standing
        assert len(now) == before + more
        case.check_counts()
        assert (case.field.home[now] >= 0).all()
        assert case.distances(now) >= max(apart, 0.5) * (1 - 1e-9)
        count = np.bincount(zone[now], minlength=ZONES + 1)
        assert (count >= limits.least).all()
        assert (count <= limits.most).all()
        assert (np.bincount(group[now], minlength=2) <= limits.of_group).all()
        assert len(now) <= limits.in_all
        assert case.places.cost[now].sum() <= limits.budget * (1 + 1e-9)


@pytest.mark.parametrize("apart", [0.0, 4.0])
@pytest.mark.parametrize("seed", range(4))
def test_without_chance_the_worth_never_falls(seed: int, apart: float) -> None:
    case = LimitedListCase(seed, apart=apart)
    case.start(10)
    price = np.random.default_rng(seed).integers(20, 120, case.places.zone.size)
    limits = free()._replace(in_all=12)
    worth = [case.worth(price)]
    for turn in range(10):
        anneal_within(case.field, case.places, limits, chance(price, 0.0, turn, sweeps=1))
        worth.append(case.worth(price))
    assert (np.diff(worth) >= 0).all()
    assert worth[-1] > worth[0]


def test_a_zone_that_has_too_few_loses_none() -> None:
    case = LimitedListCase(3)
    chosen = case.start(8)
    used = np.bincount(case.places.zone[chosen], minlength=ZONES + 1)
    limits = free()._replace(least=used + 2)
    price = np.full(case.places.zone.size, 10_000)
    anneal_within(case.field, case.places, limits, chance(price, 10.0, 1))
    now = np.bincount(case.places.zone[case.standing], minlength=ZONES + 1)
    assert (now >= used).all()


def test_a_dear_station_goes_and_a_cheap_one_comes() -> None:
    case = LimitedListCase(5)
    case.start(10)
    price = np.full(case.places.zone.size, 10**7)
    anneal_within(case.field, case.places, free(), chance(price, 0.0, 1))
    assert not len(case.standing)
    price[:] = 0
    for turn in range(8):
        anneal_within(case.field, case.places, free(), chance(price, 0.0, turn))
    assert len(case.standing) > 10


def line(footprints: list[tuple[int, int]], cells: list[int], apart: float):
    """Options in one row: first cell and length of each footprint, and the station's cell."""
    n = len(cells)
    start = np.array([a for a, _ in footprints], np.int32)
    length = np.array([b for _, b in footprints], np.uint16)
    spans = Spans(np.arange(n + 1), start, length)
    weight = np.full(12, 5, np.int32)
    near = np.array([[k for k in range(n) if k != i] for i in range(n)], np.int32)
    field = ListField(
        weight,
        weight.copy(),
        np.zeros(12, np.uint16),
        np.zeros(n, np.bool_),
        np.zeros(n, np.int32),
        *spans,
        near,
    )
    half = too_close(apart)
    at = np.full(12 if half.size > 1 else 0, -1, np.int32)
    none = np.zeros(n, np.int64)
    near_cells = np.zeros(12, np.uint16)
    places = OptionPlaces(np.array(cells), none + ZONES, none, none + 1.0, near_cells, at, half, 12)
    return field, places


def test_a_station_in_the_way_of_two_is_pushed_aside() -> None:
    field, places = line([(3, 6), (0, 6), (6, 6)], [6, 3, 9], apart=4.0)
    stand_within(field, places, np.array([0]))
    limits = free()._replace(in_all=2)
    for turn in range(30):
        price = np.full(3, 4)
        anneal_within(field, places, limits, chance(price, 0.0, turn))
    assert np.flatnonzero(field.stands).tolist() == [1, 2]


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
