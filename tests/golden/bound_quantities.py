"""What the bounds are on the small cases, as ``kernel_quantities.py`` has the other quantities."""

from __future__ import annotations

import numpy as np

from kernels.covering.bound_check import CheckedKind, check_bound, price_in_discs, price_in_spans
from kernels.covering.bound_curve import tightest
from kernels.covering.bound_limits import NO_LIMIT, Limits, Parts, least_cost
from kernels.covering.bound_search import Start, upper_bound, upper_bounds
from kernels.covering.bound_value import WHOLE, Kind, ToCover, gains_of
from kernels.footprints.disc_sums import DiscSums
from kernels.footprints.span_sums import SpanSums
from kernels.footprints.spans import Spans, selected
from tests.golden.cases import GroundCase
from tests.golden.values import Values, real, whole

_ITERATIONS = 80


def _disc_kind(case: GroundCase, number: int) -> tuple[Kind, CheckedKind]:
    """A kind of stations on the raster, as the search and as the check take it."""
    radii, cost = case.radii[number], case.limits.cost[number]
    sums = DiscSums(case.area_class, radii, case.candidate)

    def price(price):
        return price_in_discs(price, case.area_class, radii, case.candidate)

    return Kind(case.candidate, sums, np.array([cost])), CheckedKind(case.candidate, price, cost)


def raster_bound(case: GroundCase, sites, gain) -> Values:
    """Bounds of one and of several numbers of stations, and the check of the first."""
    to_cover, n = ToCover(case.inside, case.covered), case.n_stations
    kind, checked = _disc_kind(case, 0)
    limits, start = Limits.none(n), Start.of_order(sites, gain, n)
    found = upper_bound(to_cover, (kind,), limits, start, iterations=_ITERATIONS)
    coarse = upper_bound(to_cover, (kind,), limits, start, iterations=20, coarse=[(2, 20)])
    several = upper_bounds(to_cover, kind, [n // 3, n], (sites, gain), iterations=30)
    return {
        "bound.multipliers": whole(found.multipliers),
        "bound.values": real(found.values),
        "bound.coarse": coarse.value,
        "bound.tightest": real(tightest(several)),
        "bound.check": check_bound(found.multipliers, *to_cover, (checked,), limits),
    }


def _bound_limits(case: GroundCase) -> Limits:
    least = np.array(case.limits.owed)
    most = np.minimum(np.array(case.limits.room), NO_LIMIT)
    return Limits(case.n_stations, case.limits.budget, (Parts(case.zone, least, most),))


def _bound_within(case: GroundCase, kinds: list[tuple[Kind, CheckedKind]], start: Start) -> Values:
    """Bound within the limits of zones and money, its check, and the least cost."""
    to_cover, limits = ToCover(case.inside, case.covered), _bound_limits(case)
    own, checked = zip(*kinds, strict=True)
    found = upper_bound(to_cover, own, limits, start, iterations=_ITERATIONS)
    asked = 0.97 * float(found.values[-1])
    gains = gains_of(found.multipliers, to_cover, own)
    money, worth = least_cost(gains, limits._replace(asked=asked))
    return {
        "bound_within.multipliers": whole(found.multipliers),
        "bound_within.worth": found.worth,
        "bound_within.values": real(found.values),
        "bound_within.least_cost": money,
        "bound_within.least_cost_worth": worth,
        "bound_within.check": check_bound(
            found.multipliers, *to_cover, checked, limits, found.worth
        ),
    }


def raster_bound_within(case: GroundCase, price: float) -> Values:
    """Bound of two kinds of stations on the raster within limits."""
    return _bound_within(case, [_disc_kind(case, number) for number in range(2)], Start(price))


def _span_kind(
    case: GroundCase, spans: Spans, cells, cost: float = 1.0
) -> tuple[Kind, CheckedKind]:
    """A kind of stations in listed cells, as the search and as the check take it."""
    candidate = np.zeros(case.weight.shape, bool)
    candidate.ravel()[cells] = True
    sums = SpanSums(spans, case.weight.shape)

    def price(price):
        return price_in_spans(price, *spans)

    return Kind(candidate, sums, np.array([cost])), CheckedKind(candidate, price, cost)


def list_bound(case: GroundCase, spans: Spans, allowed, chosen, gain) -> Values:
    """Bound of a number of stations, and its check."""
    to_cover, n = ToCover(case.inside, case.covered), case.n_stations
    kind, checked = _span_kind(case, selected(spans, np.flatnonzero(allowed)), case.cells[allowed])
    limits, start = Limits.none(n), Start.of_order(case.cells[chosen], gain, n)
    found = upper_bound(to_cover, (kind,), limits, start, iterations=_ITERATIONS)
    whole_weight = np.full_like(found.multipliers, WHOLE)
    return {
        "bound.multipliers": whole(found.multipliers),
        "bound.values": real(found.values),
        "bound.check": check_bound(found.multipliers, *to_cover, (checked,), limits),
        "bound.best_single": check_bound(whole_weight, *to_cover, (checked,), limits),
    }


def list_bound_within(case: GroundCase, spans: list[Spans], price: float) -> Values:
    """Bound of two kinds of stations in listed cells within limits."""
    kinds = [
        _span_kind(case, own, case.cells, cost)
        for own, cost in zip(spans, case.limits.cost, strict=True)
    ]
    return _bound_within(case, kinds, Start(price))
