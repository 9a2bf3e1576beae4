"""Greedy within limits, on discs and on spans, against one naive twin over awkward inputs."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.covering.greedy_list import ListOptions, greedy_list
from kernels.covering.greedy_raster import DiscKind, greedy_order, greedy_order_within
from kernels.covering.idle import CoverNeeds, idle_stations
from kernels.covering.limits import NO_LIMITS, SiteLimits
from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.field import Field
from kernels.footprints.spans import cover_spans, joined

SHAPE = (23, 37)
RADII = (np.array([1.5, 3.0]), np.array([2.5, 4.2]))
COSTS = (1.0, 1.75)
ONE_CLASS = np.zeros(SHAPE, np.uint16)
PLENTY = 10**9


def case(seed: int):
    rng = np.random.default_rng(seed)
    weight = np.floor(rng.gamma(0.5, 40.0, SHAPE)).astype(np.float32)
    area_class = rng.integers(0, 2, SHAPE).astype(np.uint8)
    area_class[:, -3:] = 255
    allowed = [rng.random(SHAPE) < share for share in (0.7, 0.4)]
    covered = rng.random(SHAPE) < 0.1
    zone = np.repeat(np.arange(3, dtype=np.int16), [10, 15, 12])[None].repeat(SHAPE[0], axis=0)
    return weight, area_class, allowed, covered, zone.copy()


def limits(zone: np.ndarray, **changed: object) -> SiteLimits:
    free = {
        "zone": zone,
        "room": np.full(3, PLENTY),
        "owed": np.zeros(3, np.int64),
        "spare": PLENTY,
        "group_room": np.full(2, PLENTY),
        "need_zone": zone,
        "need": np.zeros(3),
        "separation_cells": 0.0,
        "budget": np.inf,
    }
    return SiteLimits(**(free | changed))  # type: ignore[arg-type]


def footprint(area_class: np.ndarray, radii: np.ndarray, cell: int) -> np.ndarray:
    marked = np.zeros(area_class.shape, bool)
    cover_spans(marked, disc_spans(area_class, radii, [cell]))
    return marked


def kind_of(number: int, allowed: np.ndarray, cost: float | None = None) -> DiscKind:
    price = np.array([COSTS[number] if cost is None else cost])
    return DiscKind(RADII[number], allowed, price, np.array([number]))


def naive(weight, area_class, allowed, covered, count, bound: SiteLimits):
    """Try every option at every step; stop at the first event."""
    discs = [[footprint(area_class, r, c) for c in range(weight.size)] for r in RADII]
    covered, closed = covered.copy(), np.zeros(weight.shape, bool)
    room, owed, group_room = bound.room.copy(), bound.owed.copy(), bound.group_room.copy()
    spare, money, need = bound.spare, bound.budget, bound.need.copy()
    row, column = np.indices(weight.shape)
    chosen: list[tuple[int, int]] = []
    while len(chosen) < count:
        best, best_ratio = None, 0.0
        for kind in range(2):
            for cell in np.flatnonzero(allowed[kind] & ~closed):
                zone = bound.zone.ravel()[cell]
                if room[zone] <= 0 or group_room[kind] <= 0 or COSTS[kind] > money:
                    continue
                if spare <= 0 and owed[zone] <= 0:
                    continue
                ratio = weight[discs[kind][cell] & ~covered].sum(dtype=float) / COSTS[kind]
                if ratio > best_ratio:
                    best, best_ratio = (int(cell), kind), ratio
        if best is None:
            break
        cell, kind = best
        chosen.append(best)
        new = discs[kind][cell] & ~covered
        covered |= new
        r, c = divmod(cell, weight.shape[1])
        closed[r, c] = True
        closed |= (row - r) ** 2 + (column - c) ** 2 < bound.separation_cells**2
        zone = bound.zone.ravel()[cell]
        room[zone] -= 1
        group_room[kind] -= 1
        money -= COSTS[kind]
        event = room[zone] == 0 or group_room[kind] == 0
        if owed[zone] > 0:
            owed[zone] -= 1
            event |= owed[zone] == 0 and spare == 0
        else:
            spare -= 1
            event |= spare == 0
        for z in range(3):
            if need[z] > 0:
                need[z] -= weight[new & (bound.need_zone == z)].sum(dtype=float)
                event |= need[z] <= 0
        if event:
            break
    return chosen


CASES = {
    "free": {},
    "room": {"room": np.array([2, PLENTY, 5])},
    "owed": {"owed": np.array([0, 0, 6]), "spare": 3},
    "only_owed": {"owed": np.array([0, 0, 6]), "spare": 0},
    "kinds": {"group_room": np.array([PLENTY, 2])},
    "need": {"need": np.array([0.0, 900.0, 0.0])},
    "apart": {"separation_cells": 5.0},
    "apart_far": {"separation_cells": 13.0},
    "budget": {"budget": 8.0},
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", [1, 2])
def test_both_greedies_choose_as_the_naive_one(name: str, seed: int) -> None:
    weight, area_class, allowed, covered, zone = case(seed)
    field = Field(weight, area_class, RADII[0], allowed[0], covered)
    bound = limits(zone, **CASES[name])
    expected = naive(weight, area_class, allowed, covered, 14, bound)
    kinds = [kind_of(k, allowed[k]) for k in range(2)]
    cell, kind = greedy_order_within(field, kinds, ONE_CLASS, 14, bound)
    assert list(zip(cell.tolist(), kind.tolist(), strict=True)) == expected

    places = [np.flatnonzero(a) for a in allowed]
    spans = joined([disc_spans(area_class, r, p) for r, p in zip(RADII, places, strict=True)])
    number = np.repeat([0, 1], [len(p) for p in places])
    options = ListOptions(np.concatenate(places), number, np.array(COSTS)[number])
    every = np.ones(len(number), bool)
    picked, _ = greedy_list(weight, spans, every, covered, 14, options, bound)
    assert (
        list(zip(options.cell[picked].tolist(), number[picked].tolist(), strict=True)) == expected
    )


@pytest.mark.parametrize("budget", [np.inf, 11.0, 1.2, 0.5])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_places_have_prices_of_their_own(seed: int, budget: float) -> None:
    weight, area_class, allowed, covered, zone = case(seed)
    field = Field(weight, area_class, RADII[0], allowed[0], covered)
    rng = np.random.default_rng(seed)
    place = rng.integers(0, 3, SHAPE).astype(np.uint16)
    cost = np.array([[0.6, 1.1, 2.3], [1.9, 1.3, 1.0]])
    group = np.array([0, 1, 0])
    bound = limits(zone, budget=budget, group_room=np.array([9, 7]))
    kinds = [DiscKind(RADII[k], allowed[k], cost[k], group) for k in range(2)]
    cell, kind = greedy_order_within(field, kinds, place, 30, bound)
    places = [np.flatnonzero(a) for a in allowed]
    spans = joined([disc_spans(area_class, r, p) for r, p in zip(RADII, places, strict=True)])
    number = np.repeat([0, 1], [len(p) for p in places])
    at = np.concatenate(places)
    own = place.ravel()[at]
    options = ListOptions(at, group[own], cost[number, own])
    picked, _ = greedy_list(weight, spans, np.ones(len(at), bool), covered, 30, options, bound)
    assert cell.tolist() == at[picked].tolist()
    assert kind.tolist() == number[picked].tolist()
    assert len(cell) == 0 or cost[kind, place.ravel()[cell]].sum() <= budget
    assert (len(cell) == 0) == (budget == 0.5)


@pytest.mark.parametrize("wide", [False, True])
def test_one_kind_without_limits_is_the_plain_greedy(wide: bool) -> None:
    weight, area_class, allowed, covered, zone = case(5)
    field = Field(weight, area_class, RADII[1], allowed[0], covered)
    plain, _ = greedy_order(field, 40)
    kinds = [kind_of(1, allowed[0], 3.0)]
    bound = limits(zone) if wide else NO_LIMITS
    cell, _ = greedy_order_within(field, kinds, ONE_CLASS, 40, bound)
    assert (cell == plain).all()


def test_runs_of_discs_cover_what_the_discs_cover() -> None:
    _, area_class, _, _, _ = case(3)
    cells = np.array([0, 36, 400, 850, 18])
    by_disc, by_spans = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    cover_spans(by_disc, disc_spans(area_class, RADII[1], cells))
    cover_spans(by_spans, disc_spans(area_class, RADII[1], cells), range(len(cells)))
    assert (by_disc == by_spans).all()
    with pytest.raises(ValueError, match="flat indices"):
        disc_spans(area_class, RADII[1], [SHAPE[0] * SHAPE[1]])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_idle_stations_leave_every_need_met(seed: int) -> None:
    weight, area_class, _, covered, zone = case(seed)
    rng = np.random.default_rng(seed)
    cells = rng.choice(weight.size, 60, replace=False)
    spans = disc_spans(area_class, RADII[1], cells)
    reached = covered.copy()
    cover_spans(reached, spans, range(60))
    protected = reached & (rng.random(SHAPE) < 0.01)
    slack = np.array([0.06 * weight[reached].sum()])
    zone_slack = np.array([0.0, 200.0, np.inf])
    needs = CoverNeeds(zone, zone_slack, slack, protected)
    idle = idle_stations(weight, covered, spans, np.arange(60)[::-1], needs)
    after = covered.copy()
    cover_spans(after, spans, np.flatnonzero(~idle))
    lost = weight[reached & ~after]
    assert idle.any()
    assert after[protected].all()
    assert lost.sum(dtype=float) <= slack[0] + 1e-6
    for z in range(2):
        assert weight[reached & ~after & (zone == z)].sum(dtype=float) <= zone_slack[z] + 1e-6


def test_costs_and_weights_out_of_range_are_refused() -> None:
    weight, area_class, allowed, covered, zone = case(1)
    field = Field(weight, area_class, RADII[0], allowed[0], covered)
    free = limits(zone)
    with pytest.raises(ValueError, match="cost above 0"):
        greedy_order_within(field, [kind_of(0, allowed[0], 0.0)], ONE_CLASS, 3, free)
    with pytest.raises(ValueError, match="class 1"):
        greedy_order_within(field, [kind_of(0, allowed[0])], ONE_CLASS + np.uint16(1), 3, free)
    weight[2, 2] = np.nan
    with pytest.raises(ValueError, match="finite"):
        greedy_order_within(field, [kind_of(0, allowed[0])], ONE_CLASS, 3, free)
