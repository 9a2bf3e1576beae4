"""Stations built month by month, from the capacity of each resource and the needs of stations.

A build-out of N stations in a fixed order over M months draws on R resources. A month gives each
resource its capacity; stations are built in their order as long as every resource suffices. What is
left of a resource that keeps (material) stays in stock; of one that passes (a crew's day) no more
stays than the next station needs: work begun on it.

More capacity never delays. Let the pool of a resource be all that it has given to the stations
built so far and what is left. A richer run's pools are at least as large in each month, so it
builds at least as many; and what is left at the month's end is cut at the need of one station more
than built, which grows with the number built. So it stays richer.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from kernels.arrays import Bools, Floats, Ints, Numbers
from kernels.compiled import compiled_exact, compiled_exact_parallel
from kernels.numbers.philox import standard_normal, uniform

Key = npt.NDArray[np.uint64]
Binding = npt.NDArray[np.int8]

NOTHING_BINDS = -1
"""Binding resource of a month in which the last station was built, or stood already."""

_TOLERANCE = 1e-9
_COMMON, _OCCURS, _FACTOR, _END = 0, 1, 2, 3


class Resources(NamedTuple):
    """R resources over M months of D days.

    ``per_day`` (M, R): units a working day gives in a month, ramp-up included; ``works`` (D, R):
    whether a day is worked; ``lead_months`` (R): months from work to use; ``stock`` (R): units at
    hand at the start; ``keeps`` (R): what is left stays in stock; ``sigma_month`` (R): standard
    deviation of the logarithm of a month's capacity, whose mean is 1; ``address`` (R): whose random
    numbers it draws, from 2**31 to below 2**32.
    """

    per_day: Floats
    works: Bools
    lead_months: Ints
    stock: Floats
    keeps: Bools
    sigma_month: Floats
    address: Ints


class Disruptions(NamedTuple):
    """E events: each multiplies the capacity of the resources it hits on its days.

    ``hits`` (E, R); ``first``, ``last`` (E): days counted from the start, both included;
    ``factor`` (E) from 0 to 1; ``factor_sigma``, ``end_sigma_days`` (E): standard deviations of
    factor and last day; ``probability`` (E) that it happens at all; ``address`` (E): whose random
    numbers it draws, below 2**32. Where several hit one resource on one day their factors multiply.
    """

    hits: Bools
    first: Ints
    last: Ints
    factor: Floats
    factor_sigma: Floats
    end_sigma_days: Floats
    probability: Floats
    address: Ints


def stations_built(
    resources: Resources,
    disruptions: Disruptions,
    first_day: Ints,
    need: Floats,
    sigma_common: float,
    key: npt.NDArray[np.uint64],
    runs: int,
) -> tuple[Numbers, npt.NDArray[np.int8]]:
    """Return stations built by the end of each month, and what kept it from being more.

    Parameters
    ----------
    resources, disruptions
        What there is, and what happens to it.
    first_day
        ``int64[M + 1]``, day on which each month begins, and the day after the last.
    need
        ``float64[R, N + 1]``, units needed for the first n stations together, rising from 0.
    sigma_common
        Standard deviation of the logarithm of one factor, of mean 1, on all capacities of a run.
    key
        ``uint64[2]``, two words of 32 bits: the same key gives the same runs.
    runs
        Number of runs, at least 1; each draws numbers of its own address, on any thread.

    Returns
    -------
    int32[runs, M]
        Stations built.
    int8[runs, M]
        The resource that ran out first, or :data:`NOTHING_BINDS`.
    """
    built = np.empty((runs, first_day.size - 1), dtype=np.int32)
    binding = np.empty(built.shape, dtype=np.int8)
    _run_all(resources, disruptions, first_day, need, sigma_common, key, built, binding)
    return built, binding


@compiled_exact_parallel
def capacities(
    resources: Resources,
    disruptions: Disruptions,
    first_day: Ints,
    sigma_common: float,
    key: Key,
    runs: int,
) -> Floats:
    """Return the capacity of each resource in each month of each run (float64[runs, M, R]).

    With :func:`built_within` as :func:`stations_built`, for tries that differ in a factor only.
    """
    given = np.empty((runs, first_day.size - 1, resources.stock.size))
    days = _calm_days(resources.works, first_day)
    for run in numba.prange(runs):
        given[run] = _capacity(resources, disruptions, first_day, days, sigma_common, key, run)
    return given


@compiled_exact_parallel
def built_within(capacity: Floats, boost: Floats, need: Floats, resources: Resources) -> Numbers:
    """Return the stations built by the end of each month (int32[runs, M]).

    ``capacity``: of :func:`capacities`; ``boost`` (float64[M]): factor on what is worked in each
    month, which comes to use later where a resource has a lead time.
    """
    built = np.empty(capacity.shape[:2], dtype=np.int32)
    for run in numba.prange(capacity.shape[0]):
        boosted = capacity[run].copy()
        for r in range(boosted.shape[1]):
            for month in range(resources.lead_months[r], boosted.shape[0]):
                boosted[month, r] *= boost[month - resources.lead_months[r]]
        binding = np.empty(boosted.shape[0], dtype=np.int8)
        _build(boosted, need, resources.stock, resources.keeps, built[run], binding)
    return built


@compiled_exact_parallel
def _run_all(
    resources: Resources,
    disruptions: Disruptions,
    first_day: Ints,
    need: Floats,
    sigma_common: float,
    key: Key,
    built: Numbers,
    binding: Binding,
) -> None:
    days = _calm_days(resources.works, first_day)
    for run in numba.prange(built.shape[0]):
        capacity = _capacity(resources, disruptions, first_day, days, sigma_common, key, run)
        _build(capacity, need, resources.stock, resources.keeps, built[run], binding[run])


@compiled_exact
def _mean_one(sigma: float, run: int, stream: int, index: int, key: Key) -> float:
    """Return a lognormal factor of mean 1."""
    if sigma == 0.0:
        return 1.0
    return np.exp(sigma * standard_normal(run, stream, index, key) - 0.5 * sigma * sigma)


@compiled_exact
def _calm_days(works: Bools, first_day: Ints) -> Floats:
    """Return the days on which each resource works in each month (M, R)."""
    days = np.zeros((first_day.size - 1, works.shape[1]))
    for month in range(days.shape[0]):
        for day in range(first_day[month], first_day[month + 1]):
            for r in range(days.shape[1]):
                days[month, r] += works[day, r]
    return days


@compiled_exact
def _capacity(
    resources: Resources,
    disruptions: Disruptions,
    first_day: Ints,
    calm_days: Floats,
    sigma_common: float,
    key: Key,
    run: int,
) -> Floats:
    """Units of each resource that come to use in each month of one run (M, R)."""
    months, count = resources.per_day.shape
    events = disruptions.first.size
    last = np.empty(events, dtype=np.int64)
    factor = np.empty(events)
    for e in range(events):
        last[e] = disruptions.last[e]
        factor[e] = disruptions.factor[e]
        chance, who = disruptions.probability[e], disruptions.address[e]
        if chance < 1.0 and uniform(run, _OCCURS, who, key) >= chance:
            last[e] = disruptions.first[e] - 1
            continue
        if disruptions.end_sigma_days[e] > 0.0:
            shift = disruptions.end_sigma_days[e] * standard_normal(run, _END, who, key)
            last[e] = max(disruptions.first[e], last[e] + np.int64(np.floor(shift + 0.5)))
        if disruptions.factor_sigma[e] > 0.0:
            drawn = disruptions.factor_sigma[e] * standard_normal(run, _FACTOR, who, key)
            factor[e] = min(1.0, max(0.0, factor[e] + drawn))
    common = _mean_one(sigma_common, run, _COMMON, 0, key)
    capacity = np.zeros((months, count))
    for r in range(count):
        for worked in range(months - resources.lead_months[r]):
            begin, end = first_day[worked], first_day[worked + 1]
            calm = True
            for e in range(events):
                meets = disruptions.first[e] < end and begin <= last[e]
                calm = calm and not (disruptions.hits[e, r] and meets)
            days = calm_days[worked, r] if calm else 0.0
            for day in range(end if calm else begin, end):
                if resources.works[day, r]:
                    share = 1.0
                    for e in range(events):
                        if disruptions.hits[e, r] and disruptions.first[e] <= day <= last[e]:
                            share *= factor[e]
                    days += share
            own = _mean_one(resources.sigma_month[r], run, resources.address[r], worked, key)
            used = worked + resources.lead_months[r]
            capacity[used, r] = days * resources.per_day[worked, r] * common * own
    return capacity


@compiled_exact
def _build(
    capacity: Floats, need: Floats, stock: Floats, keeps: Bools, built: Numbers, binding: Binding
) -> None:
    """Spend the capacity of one run; fill the stations built and what binds, month by month."""
    months, count = capacity.shape
    stations = need.shape[1] - 1
    pool = stock.copy()
    done = 0
    for month in range(months):
        reached, binds = stations, NOTHING_BINDS
        for r in range(count):
            pool[r] += capacity[month, r]
            reach = _reach(need[r], pool[r], done)
            if reach < reached:
                reached, binds = reach, r
        done = reached
        built[month], binding[month] = done, binds
        begun = min(done + 1, stations)
        for r in range(count):
            if not keeps[r]:
                pool[r] = min(pool[r], need[r, begun])


@compiled_exact
def _reach(need: Floats, pool: float, done: int) -> int:
    """Largest number of stations, at least ``done``, whose need the pool meets."""
    enough = pool + _TOLERANCE * max(1.0, pool)
    low, high = done, need.size - 1
    while low < high:
        middle = (low + high + 1) // 2
        if need[middle] <= enough:
            low = middle
        else:
            high = middle - 1
    return low
