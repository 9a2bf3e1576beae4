"""The schedule: stations by month, in a deterministic run and in Monte Carlo runs."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kernels.rollout.months import (
    NOTHING_BINDS,
    Disruptions,
    Resources,
    built_within,
    capacities,
    stations_built,
)
from planner.rollout.calendar import Horizon, horizon
from planner.scenario.rollout import ALL, Disruption, RolloutSection

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

QUANTILES = (0.1, 0.5, 0.9)
"""Quantiles of the fan: 10 % of the runs are below the first, 90 % below the last."""

_DAYS_PER_MONTH = 365.0 / 12.0
_STAGE = 5
_RESOURCES = 1 << 31
CERTAIN = 0.5
"""Disruptions of at least this probability occur in the deterministic run."""


@dataclass(frozen=True)
class Schedule:
    """Stations built since the start, by the end of each of M months.

    ``planned`` (int64[M]): deterministic, without disruptions. ``stated`` (int64[M]):
    deterministic, with the disruptions as stated in the scenario. ``built`` (int32[runs, M]): with
    random variation. ``stated_binding`` (int64[M]) and ``binding`` (int8[runs, M]): the resource
    that ran out first, or ``NOTHING_BINDS`` when all stations are built.
    """

    horizon: Horizon
    resources: tuple[str, ...]
    planned: Ints
    stated: Ints
    stated_binding: Ints
    built: npt.NDArray[np.int32]
    binding: npt.NDArray[np.int8]

    @property
    def fan(self) -> Ints:
        """Stations at each of :data:`QUANTILES` (int64[M, 3]); each is the count of one run."""
        return quantiles(self.built)

    @property
    def binding_share(self) -> Floats:
        """Share of the runs in which each resource binds (float64[M, R])."""
        return np.stack([(self.binding == r).mean(axis=0) for r in range(len(self.resources))], 1)

    def binding_name(self, month: int) -> str | None:
        """Name of the resource that binds in the deterministic run, None if all are built."""
        row = int(self.stated_binding[month])
        return None if row == NOTHING_BINDS else self.resources[row]


def simulate(
    section: RolloutSection, need: Floats, seed: int, *, runs: int | None = None
) -> Schedule:
    """Build the stations of a plan month by month.

    Parameters
    ----------
    section
        Resources, calendar and disruptions.
    need
        ``float64[R, N + 1]``, units of each resource that the first n stations need in total.
    seed
        Of the scenario; this stage derives its own random stream from it.
    runs
        Monte Carlo runs, default those of the section.
    """
    months = horizon(section.start, section.end, section.calendar)
    resources = _resources(section, months)
    events = _disruptions(section, section.disruptions, months)
    stated = _disruptions(
        section, [d for d in section.disruptions if d.probability >= CERTAIN], months
    )
    nothing = _disruptions(section, (), months)
    key = stage_key(seed)
    calm = resources._replace(sigma_month=np.zeros_like(resources.sigma_month))
    planned, _ = stations_built(calm, nothing, months.first_day, need, 0.0, key, 1)
    fixed, fixed_binding = stations_built(
        calm, _without_chance(stated), months.first_day, need, 0.0, key, 1
    )
    built, binding = stations_built(
        resources, events, months.first_day, need, section.sigma_common, key, runs or section.runs
    )
    return Schedule(
        horizon=months,
        resources=tuple(resource.name for resource in section.resources),
        planned=planned[0].astype(np.int64),
        stated=fixed[0].astype(np.int64),
        stated_binding=fixed_binding[0].astype(np.int64),
        built=built,
        binding=binding,
    )


def tries(
    section: RolloutSection, need: Floats, seed: int, runs: int
) -> Callable[[Floats], npt.NDArray[np.int32]]:
    """Return a function from a factor on all capacities of each month to the stations built.

    It gives ``built`` of a schedule of some Monte Carlo runs, which are drawn once.
    """
    months = horizon(section.start, section.end, section.calendar)
    resources = _resources(section, months)
    events = _disruptions(section, section.disruptions, months)
    key = stage_key(seed)
    drawn = capacities(resources, events, months.first_day, section.sigma_common, key, runs)
    return lambda boost: built_within(drawn, boost, need, resources)


def stage_key(seed: int) -> npt.NDArray[np.uint64]:
    """Return the key of this stage's random numbers, derived from the seed of the scenario."""
    spawned = np.random.SeedSequence(seed, spawn_key=(_STAGE,))
    return spawned.generate_state(2, np.uint32).astype(np.uint64)


def quantiles(built: npt.NDArray[np.integer[Any]]) -> Ints:
    """Return the order statistics at :data:`QUANTILES` of each column (int64[columns, 3]).

    These are order statistics without interpolation. Everything that rises with the number of
    stations (people, money, a zone's stations) has its quantiles in the same runs, so tables add
    up.
    """
    ranks = [max(0, int(np.ceil(q * built.shape[0])) - 1) for q in QUANTILES]
    ordered = np.partition(built, sorted(set(ranks)), axis=0)
    return ordered[ranks].T.astype(np.int64)


def _resources(section: RolloutSection, months: Horizon) -> Resources:
    given = section.resources
    per_day = np.stack(
        [
            one.capacity_per_month
            / (section.working_days_per_month if one.working_days_only else _DAYS_PER_MONTH)
            * _ramp(one.ramp_from, one.ramp_months, len(months))
            for one in given
        ],
        axis=1,
    )
    every_day = np.array([not one.working_days_only for one in given])
    return Resources(
        per_day=np.ascontiguousarray(per_day),
        works=np.ascontiguousarray(months.working[:, None] | every_day[None, :]),
        lead_months=np.array([min(one.lead_months, len(months)) for one in given], dtype=np.int64),
        stock=np.array([one.stock for one in given], dtype=float),
        keeps=np.array([one.keeps for one in given], dtype=bool),
        sigma_month=np.array([one.sigma_month for one in given], dtype=float),
        address=_addresses([one.name for one in given]) | _RESOURCES,
    )


def _ramp(start: float, length: int, months: int) -> Floats:
    """Share of the full capacity in each month: from ``start``, in equal steps, to 1."""
    if length == 0:
        return np.ones(months)
    return start + (1.0 - start) * np.minimum(np.arange(months) / length, 1.0)


def _disruptions(
    section: RolloutSection, events: Sequence[Disruption], months: Horizon
) -> Disruptions:
    names = [resource.name for resource in section.resources]
    hits = [[bool({ALL, name} & set(event.resources)) for name in names] for event in events]
    return Disruptions(
        hits=np.array(hits, dtype=bool).reshape(len(events), len(names)),
        first=np.array([months.day(event.first_day) for event in events], dtype=np.int64),
        last=np.array([months.day(event.last_day) for event in events], dtype=np.int64),
        factor=np.array([event.factor for event in events], dtype=float),
        factor_sigma=np.array([event.factor_sigma for event in events], dtype=float),
        end_sigma_days=np.array([event.end_sigma_days for event in events], dtype=float),
        probability=np.array([event.probability for event in events], dtype=float),
        address=_addresses([event.name for event in events]),
    )


def _addresses(names: Sequence[str]) -> Ints:
    """Return the random stream of each name (int64, below 2**32), independent of its position.

    So a scenario without one disruption or resource has the same random numbers for all others, and
    the effect of that disruption is the difference run by run. Equal names are distinguished by
    their order.
    """
    said = [f"{names[:row].count(name)} {name}" for row, name in enumerate(names)]
    return np.array([zlib.crc32(text.encode()) for text in said], dtype=np.int64)


def _without_chance(events: Disruptions) -> Disruptions:
    nothing = np.zeros_like(events.factor_sigma)
    return events._replace(
        factor_sigma=nothing, end_sigma_days=nothing, probability=np.ones_like(events.probability)
    )
