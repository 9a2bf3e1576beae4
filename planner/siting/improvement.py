"""Improvement of a plan within limits: stations move, change their kind, disappear and appear.

Annealing (:mod:`kernels.covering.anneal_list`) lets numbers, money and shares go a little
beyond their limits, at prices that bring them back, and keeps the separation. What it finds is then
built by the objective from those stations only, moved on with every limit kept, and filled from all
that may be chosen. The best of these plans takes the place of the first if it is better.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kernels.covering.limits import NO_LIMITS, SiteLimits
from planner.sites.search_effort import search_effort
from planner.siting.annealing_field import AnnealingField, Warmth
from planner.siting.construction import Construction
from planner.siting.effort import Improvement
from planner.siting.limit_prices import LimitPrices
from planner.siting.objectives import SitingObjective
from planner.siting.option_pool import OptionPool, moving_pool
from planner.siting.options import Options
from planner.siting.picking import OptionPicker, Picker, RasterPicker

_KEPT = Warmth(price_share=0.1, temperature=0.001, sweeps=12)
"""Where every limit is kept, a station is worth little: what idles makes room for others."""

_CELLS_LOOKED_AT = 8e9
"""Work of an automatic improvement: about half a minute of one core, whatever the area."""

_RASTER_TRIES, _RASTER_SHARE, _LIST_SHARE = 3, 0.2, 0.5
"""Tries of the annealer of rasters, the work of each as a share of the usual one, and the share of
the work after it that they save."""

_STEPS_PER_POOL = 2
_FIRST_STEP_SHARE, _STEPS_FALL_UNTIL = 0.5, 0.7
"""Where options are too many: how far stations step at first, as a share of their radius, and from
which share of all steps on they only go to the next cell."""


def improved(
    plan: Construction,
    objective: SitingObjective,
    effort: Improvement,
) -> Construction:
    """Return a plan that is no worse and keeps all that ``plan`` keeps; ``plan`` if none is found.

    Rounds of ``effort`` that are "auto": as many as a fixed amount of work allows, so that the
    result depends on the scenario only, not on the machine.
    """
    everything = not (plan.weight[~plan.covered] > 0).any()
    if not len(plan.chosen) or (everything and not objective.covers_shares):
        return plan
    plan, share = _of_one_kind(plan, objective, effort)
    search = _PlanSearch(plan, objective, effort.seed)
    best = search.run(replace(effort, share=share))
    if best is None:
        return plan
    found = search.built(best.chosen, [plan.picker])
    if search.rank(found) >= search.rank(plan):
        return plan
    found.put_served_first()
    found.put_in_order(by_cost=search.by_cost)
    return found


def _of_one_kind(
    plan: Construction, objective: SitingObjective, effort: Improvement
) -> tuple[Construction, float]:
    """Return a better plan to start from, and the share of the work that is left.

    Where any cell may take a station, all of one kind, and a share of all people is asked, the
    annealer of rasters finds fewer of them. It knows nothing of distances: what stands too near is
    left out, and others fill its place. Its number falls to what the share takes, and it tries
    again.
    """
    picker, chosen = plan.picker, plan.chosen
    asked = plan.rules.total_weight
    kinds = np.unique(chosen.kind)
    if not (isinstance(picker, RasterPicker) and objective.covers_shares and asked):
        return plan, effort.share
    if kinds.size > 1 or chosen.group.any() or effort.rounds == 0:
        return plan, effort.share
    serving, (layer,) = plan.footprints[kinds[0]], picker.layers_of(kinds[0])
    standing, cells = plan.standing, chosen.cell
    free = layer & ~plan.restarted(picker).closed
    free.ravel()[cells] = True
    before = float(plan.weight[standing].sum(dtype=np.float64))
    share = _RASTER_SHARE * effort.share
    for _ in range(_RASTER_TRIES):
        cells = serving.improved(
            plan.weight, free, standing, cells,
            rounds=effort.rounds, seed=effort.seed, work_share=share,
        )  # fmt: skip
        gained = serving.people_gained(plan.weight, standing.copy(), cells)
        cells = cells[: int(np.searchsorted(before + np.cumsum(gained), asked)) + 1]
    search = _PlanSearch(plan, objective, effort.seed)
    options = picker.options_at(cells)
    found = search.built(options.taken(options.kind == kinds[0]), [picker])
    left = (1 - _LIST_SHARE) * effort.share
    return (found, left) if search.rank(found) < search.rank(plan) else (plan, effort.share)


class _PlanSearch:
    """The search for a better plan than one that is there."""

    def __init__(self, plan: Construction, objective: SitingObjective, seed: int) -> None:
        self.by_cost = objective.by_cost and plan.priced
        self._first, self._objective = plan, objective
        self._start = plan.restarted(plan.picker)
        self._prices = LimitPrices(
            self._start, plan, by_cost=self.by_cost, covers_shares=objective.covers_shares
        )
        self._random = np.random.default_rng(seed)
        self._free = NO_LIMITS._replace(separation_cells=plan.rules.separation_cells)

    def rank(self, plan: Construction) -> tuple[float, ...]:
        """Return the sort key among plans; smaller is better."""
        return (*plan.missed, *self._objective.rank(plan))

    def run(self, effort: Improvement) -> Construction | None:
        """Return the best plan found from the options that were looked at."""
        stations, best = self._first.chosen, None
        pool = self._pool(0.0, stations)
        field = self._field(pool)
        work = effort.share * _CELLS_LOOKED_AT
        cooling = search_effort(pool.spans, len(stations), effort.rounds, 0, work=work)
        for step in range(cooling.rounds):
            if step and step % _STEPS_PER_POOL == 0 and self._many:
                pool = self._pool(step / (cooling.rounds - 1), stations)
                field = self._field(pool)
            elif step and self._objective.covers_shares:
                field.weigh(self._prices)
            warmth = Warmth(1.0, cooling.share(step), cooling.sweeps)
            stations = field.annealed(stations, self._prices, self._free, warmth)
            self._prices.steer(stations, field.covered)
            if 2 * step + 2 >= cooling.rounds and self._is_last_of_pool(step, cooling.rounds):
                plan = self._kept(field, stations)
                best = plan if best is None or self.rank(plan) < self.rank(best) else best
        return best

    def built(self, options: Options, pickers: list[Picker]) -> Construction:
        """Return the objective's plan from some options, then filled from each of ``pickers``."""
        own = OptionPicker(options, self._start.spans_of(options))
        plan = self._start.restarted(own)
        for picker in (own, *pickers):
            plan.picker = picker
            if plan.rules.unserved(plan.covered).any():
                plan.serve()
            self._objective.build(plan)
        return plan

    def _kept(self, field: AnnealingField, stations: Options) -> Construction:
        """Return the plan that stations come to where every limit is kept."""
        chosen = self.built(stations, []).chosen
        if len(chosen):
            chosen = field.annealed(chosen, self._prices, self._limits(chosen), _KEPT)
        return self.built(chosen, [field.pool.picker])

    def _limits(self, chosen: Options) -> SiteLimits:
        """Return every limit; of a plan that covers shares, no more than it has."""
        left = self._start.limits()
        in_all, budget = self._start.room, left.budget if self.by_cost else np.inf
        if self._objective.covers_shares and self.by_cost:
            budget = min(budget, float(chosen.cost_cny.sum()))
        elif self._objective.covers_shares:
            in_all = min(in_all, len(chosen))
        return left._replace(spare=in_all - int(left.owed.sum()), budget=budget)

    @property
    def _many(self) -> bool:
        """Whether there are too many options to look at all of them together."""
        return isinstance(self._start.picker, RasterPicker)

    def _is_last_of_pool(self, step: int, steps: int) -> bool:
        return not self._many or (step + 1) % _STEPS_PER_POOL == 0 or step + 1 == steps

    def _pool(self, done: float, stations: Options) -> OptionPool:
        """Return the options of a share ``done`` of all steps."""
        picker = self._start.picker
        if isinstance(picker, OptionPicker):
            return OptionPool(picker, self._start.weight.shape[1])
        assert isinstance(picker, RasterPicker)
        step_share = _FIRST_STEP_SHARE * max(0.0, 1.0 - done / _STEPS_FALL_UNTIL)
        return moving_pool(
            self._start, stations, picker, self._prices, self._random, step_share=step_share
        )

    def _field(self, pool: OptionPool) -> AnnealingField:
        field = AnnealingField(self._start, pool, self._random, by_cost=self.by_cost)
        field.weigh(self._prices)
        return field
