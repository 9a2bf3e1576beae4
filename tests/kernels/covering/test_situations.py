"""Several situations: a stack of rasters, each with radii of its own, in every kernel."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.covering.anneal_raster import anneal_raster, raster_state
from kernels.covering.bound_check import CheckedKind, check_bound, price_in_discs
from kernels.covering.bound_limits import Limits
from kernels.covering.bound_search import Start, upper_bound
from kernels.covering.bound_value import Kind, ToCover
from kernels.covering.cooling import Chance, Cooling
from kernels.covering.greedy_list import greedy_list
from kernels.covering.greedy_raster import DiscKind, greedy_order, greedy_order_within
from kernels.covering.improve_list import improve_list
from kernels.covering.improve_raster import improve
from kernels.covering.limits import NO_LIMITS
from kernels.footprints.disc import NO_DISC
from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.disc_sums import DiscSums
from kernels.footprints.field import Field
from kernels.footprints.span_sums import SpanSums
from kernels.footprints.spans import cover_spans, newly_covered_span_weight
from planner.sites.search_effort import nearest_candidates
from tests.kernels.naive import naive_footprint

RADII = np.array([[0.0, 1.0, NO_DISC], [1.0, 2.3, 3.0], [3.2, 2.0, 5.0]])
SHAPE = (40, 53)
STACK = (3 * SHAPE[0], SHAPE[1])


def stacked_field(seed, shape=SHAPE):
    """People in whole numbers; where they are heavy, differs by situation."""
    rng = np.random.default_rng(seed)
    stack = (len(RADII) * shape[0], shape[1])
    weight = np.floor(rng.gamma(0.4, 30.0, stack)).astype(np.float32)
    area_class = rng.choice(np.array([0, 1, 2, 255], np.uint8), size=shape, p=[0.3, 0.3, 0.3, 0.1])
    candidate = rng.random(shape) < 0.8
    return Field(weight, area_class, RADII, candidate, rng.random(stack) < 0.1)


def naive_stack(field, site):
    """What a station serves, as bool[Q * H, W]."""
    return np.concatenate([naive_footprint(field.area_class, own, site) for own in RADII])


def naive_order(field, n_stations):
    """The textbook greedy, cell by cell."""
    covered, sites, gains = field.covered.copy(), [], []
    served = {site: naive_stack(field, site) for site in np.flatnonzero(field.candidate)}
    for _ in range(n_stations):
        gain = {
            site: float(field.weight[mask & ~covered].sum(dtype=np.float64))
            for site, mask in served.items()
        }
        site = min(gain, key=lambda one: (-gain[one], one))
        sites.append(site)
        gains.append(gain[site])
        covered |= served[site]
    return sites, gains


def test_discs_of_each_situation_are_spans_of_its_own_raster():
    field = stacked_field(1)
    sites = [0, 17, SHAPE[1] * 20 + 30, SHAPE[0] * SHAPE[1] - 1]
    spans = disc_spans(field.area_class, RADII, sites)
    for number, site in enumerate(sites):
        covered = np.zeros(STACK, np.bool_)
        cover_spans(covered, spans, [number])
        assert np.array_equal(covered, naive_stack(field, site))


def test_greedy_orders_of_raster_and_list_are_the_textbook():
    field = stacked_field(2, (19, 23))
    sites, gains = naive_order(field, 12)
    found, gain = greedy_order(field, 12)
    assert found.tolist() == sites
    assert gain.tolist() == gains
    cells = np.flatnonzero(field.candidate)
    spans = disc_spans(field.area_class, RADII, cells)
    numbers, _ = greedy_list(field.weight, spans, np.ones(cells.size, bool), field.covered, 12)
    assert cells[numbers].tolist() == sites
    kind = DiscKind(RADII, field.candidate, np.ones(1), np.zeros(1, np.int64))
    place = np.zeros(field.area_class.shape, np.uint16)
    limited, _ = greedy_order_within(field, [kind], place, 12, NO_LIMITS)
    assert limited.tolist() == sites


def test_products_of_discs_are_those_of_spans_and_of_the_check():
    field = stacked_field(3)
    discs = DiscSums(field.area_class, RADII, field.candidate)
    cells = np.flatnonzero(field.candidate)
    spans = SpanSums(disc_spans(field.area_class, RADII, cells), STACK)
    values = field.weight.astype(np.int64)
    gained = discs.at_candidates(discs.gained(values))
    assert np.array_equal(gained, spans.gained(values))
    assert np.array_equal(gained, price_in_discs(values, field.area_class, RADII, field.candidate))
    shares = np.random.default_rng(1).random(cells.size).astype(np.float32)
    by_disc, by_span = np.zeros(STACK, np.float32), np.zeros(STACK, np.float32)
    discs.add_served(by_disc, discs.spread(shares), field.weight)
    spans.add_served(by_span, spans.spread(shares), field.weight)
    counts = (field.weight > 0) & np.tile(field.area_class < 3, (len(RADII), 1))
    assert np.allclose(by_disc[counts], by_span[counts], rtol=0, atol=1e-4)


def test_rounds_on_a_raster_count_who_serves_each_situation():
    field = stacked_field(4, (120, 110))
    state, _ = raster_state(field, greedy_order(field, 150)[0])
    rng = np.random.default_rng(1)
    count = int(state.station.sum())
    for seed in range(3):
        expected = np.zeros((len(RADII) * 120, 110), np.uint16)
        for site in np.flatnonzero(state.station):
            expected += naive_stack(field, site)
        assert np.array_equal(state.serving.reshape(expected.shape), expected)
        unit = int(state.weight.max()) // 9
        noise = rng.integers(0, 20 * unit, 4096).astype(np.int32)
        chance = Chance(np.array([20 * unit], np.int32), noise, 3, seed)
        count += anneal_raster(state, chance, 60, rng.integers(0, 60, 2))
        assert count == int(state.station.sum())


def test_improvement_gains_and_the_bound_stays_above_it():
    field = stacked_field(5, (60, 70))
    first, gain = greedy_order(field, 120)
    cooling = Cooling(6, 10, (0.1, 0.01), 1)
    better, more = improve(first, field, cooling)
    assert more.sum() > gain.sum()
    cells = np.flatnonzero(field.candidate)
    spans = disc_spans(field.area_class, RADII, cells)
    _, by_list = improve_list(
        np.searchsorted(cells, first),
        field.weight,
        spans,
        np.ones(cells.size, bool),
        field.covered,
        nearest_candidates(cells, 70),
        cooling,
        situations=len(RADII),
    )
    assert by_list.sum() > gain.sum()
    outside = np.tile(field.area_class == 255, (len(RADII), 1))
    weight = np.where(outside, 0, field.weight).astype(np.float32)
    kind = Kind(field.candidate, DiscSums(field.area_class, RADII, field.candidate))
    found = upper_bound(
        ToCover(weight, field.covered),
        [kind],
        Limits.none(120),
        Start.of_order(better, more, 120),
        iterations=60,
        coarse=((4, 20), (2, 20)),
    )
    before = float(weight[field.covered].sum())
    best = before + max(float(more.sum()), float(by_list.sum()))
    assert best <= found.value <= 1.15 * best
    checked = CheckedKind(
        field.candidate,
        lambda price: price_in_discs(price, field.area_class, RADII, field.candidate),
    )
    again = check_bound(found.multipliers, weight, field.covered, [checked], Limits.none(120))
    assert again == pytest.approx(found.value, rel=1e-9)
    with pytest.raises(ValueError, match="differ in shape"):
        check_bound(found.multipliers[1:], weight, field.covered, [checked], Limits.none(120))


def test_situations_that_hold_the_same_may_be_given_as_one_raster():
    field = stacked_field(6, (60, 70))
    one = np.where(field.area_class == 255, 0, field.weight[:60]).astype(np.float32)
    every = np.tile(one, (len(RADII), 1))
    first, gain = greedy_order(field._replace(weight=every), 60)
    spans = disc_spans(field.area_class, RADII, first)
    again = newly_covered_span_weight(one, field.covered.copy(), spans)
    assert np.array_equal(again, newly_covered_span_weight(every, field.covered.copy(), spans))
    kind = Kind(field.candidate, DiscSums(field.area_class, RADII, field.candidate))
    start = Start.of_order(first, gain, 60)
    short, full = (
        upper_bound(ToCover(weight, field.covered), [kind], Limits.none(60), start, iterations=30)
        for weight in (one, every)
    )
    assert np.array_equal(short.values, full.values)
    assert np.array_equal(short.multipliers, full.multipliers)
