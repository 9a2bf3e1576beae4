"""Upper bound within limits for explicit candidates of several kinds with spans as footprints.

As :mod:`kernels.covering.bound_raster_limited` has it for discs: multipliers from the search of
:mod:`kernels.covering.bound_list`, in which a station has a price in proportion to its cost, and
from them the bound of :mod:`kernels.covering.bound_limits`. The search knows nothing of parts:
their limits only lower the value that its multipliers give. :mod:`kernels.covering.check_limited`
sums it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from kernels.covering.bound_limits import Gains, Kind, Limits, gains_in_places
from kernels.covering.bound_list import ListSearch, footprint_sums, row_units, running_units
from kernels.covering.bound_raster_limited import LimitedBound, least_values
from kernels.covering.bound_value import WHOLE, bound_unit, stored_multipliers
from kernels.covering.span_steps import span_sums, span_table
from kernels.footprints.spans import Spans, joined

Ints = npt.NDArray[np.int64]


def limited_list_bound(
    weight: npt.NDArray[np.floating],
    spans: Sequence[Spans],
    kinds: tuple[Kind, ...],
    covered: npt.NDArray[np.bool_],
    limits: Limits,
    *,
    n_stations: int,
    start: Ints,
    price: float,
    iterations: int = 400,
    progress: Callable[[int], object] | None = None,
) -> LimitedBound:
    """Bound from above the weight that new stations within ``limits`` can cover.

    Parameters
    ----------
    weight, covered
        As for :func:`kernels.covering.greedy_list.greedy_list`.
    spans, kinds
        Footprints of the candidates of each kind, row by row; radii play no part.
    limits
        Within a budget any number of stations may be built, up to ``limits.most_stations``.
    n_stations
        Stations of the plan: the bound is computed for every number up to it.
    start
        Numbers of a good plan's stations among the candidates of all kinds, one kind after the
        other.
    price
        Weight that the plan's last station gains.
    iterations
        Steps of the primal-dual method; 0: only the best single stations.
    progress
        Called with the number of steps since the last call.
    """
    uncovered = np.where(covered, 0, weight).astype(np.float32)
    every = joined(list(spans))
    cost, wanted = np.ones(every.first.size - 1), float(max(1, n_stations))
    if np.isfinite(limits.budget):
        paid = np.concatenate([kind.cost for kind in kinds])
        cheapest = float(paid.min(initial=np.inf))
        cost, wanted = paid / cheapest, limits.budget / cheapest
    stored = np.zeros(weight.shape, dtype=np.uint16)
    if iterations and footprint_sums(uncovered, every).max(initial=0.0) > 0:
        allowed = np.ones(cost.size, dtype=bool)
        search = ListSearch(uncovered, every, allowed, cost, start, price)
        search.run(wanted, iterations, progress)
        stored = stored_multipliers(search.best, weight)
    gains = span_gains_of(stored, weight, spans, kinds, covered)
    single = span_gains_of(np.full_like(stored, WHOLE), weight, spans, kinds, covered)
    return least_values(stored, gains, single, limits, n_stations)


def span_gains_of(
    stored: npt.NDArray[np.uint16],
    weight: npt.NDArray[np.floating],
    spans: Sequence[Spans],
    kinds: tuple[Kind, ...],
    covered: npt.NDArray[np.bool_],
) -> Gains:
    """Sum up multipliers over the footprints of every kind."""
    unit = bound_unit(weight)
    everything = int(row_units(weight, 1 / unit).sum())
    running = running_units(stored, weight, covered, 1 / unit)
    each = [span_sums(running, span_table(own, weight.shape)) for own in spans]
    constant = everything - int(running[:, -1].sum())
    return gains_in_places(unit, constant, everything, kinds, each)
