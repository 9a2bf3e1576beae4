"""Building a plan station by station within the rules, and removing stations it does not need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kernels.covering.greedy_list import ListOptions, greedy_list
from kernels.covering.idle import CoverNeeds, idle_stations
from kernels.covering.limits import SiteLimits
from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.spans import Spans, cover_spans, joined, newly_covered_span_weight, selected
from planner.sites.footprints import Footprints
from planner.siting.options import Cells, Options
from planner.siting.picking import Picker, Request
from planner.siting.rules import Rules

Bools = npt.NDArray[np.bool_]
Raster = npt.NDArray[np.float32]
Progress = Callable[[int], object]


@dataclass(frozen=True)
class Remaining:
    """Left after the given sites: stations, weight that must be covered, yuan."""

    most_stations: int
    cover_target: float
    budget_cny: float


@dataclass(frozen=True)
class Need:
    """Weight that must be covered: ``weight`` (float64[q]) of each ``zone`` of cells (int16)."""

    zone: npt.NDArray[np.int16]
    weight: npt.NDArray[np.float64]


@dataclass
class Construction:
    """A plan in the making.

    ``covered``: by what is given and what is chosen so far; ``standing``: by what is given alone.
    ``closed``: cells that take no station. ``given``: cells of the must-have sites, which count in
    the rules, and ``given_cny`` their cost. ``served_first``: how many of the chosen came for the
    cells that must be served.
    """

    picker: Picker
    footprints: tuple[Footprints, ...]
    weight: Raster
    rules: Rules
    standing: Bools
    closed: Bools
    given: Cells
    given_cny: float
    priced: bool
    progress: Progress | None = None
    chosen: Options = field(default_factory=lambda: Options.joined([]))
    served_first: int = 0

    def __post_init__(self) -> None:
        self.covered = self.standing.copy()
        self._closed_by_given = self.closed.copy()

    def restarted(self, picker: Picker) -> Construction:
        """Return the plan with nothing chosen, to be built from what another picker offers."""
        return replace(
            self,
            picker=picker,
            closed=self._closed_by_given.copy(),
            progress=None,
            chosen=Options.joined([]),
            served_first=0,
        )

    @property
    def spent_cny(self) -> float:
        """Cost of the plan so far."""
        return self.given_cny + float(np.nansum(self.chosen.cost_cny))

    @property
    def covered_weight(self) -> float:
        """Weight that the plan covers so far."""
        return float(self.weight[self.covered].sum(dtype=np.float64))

    @property
    def missed(self) -> tuple[float, float, float]:
        """Shortfalls of the plan: cells to be served, stations owed to zones, weight of shares."""
        by_zone = self.rules.missing_by_zone(self.weight, self.covered)
        in_all = self.rules.missing_in_all(self.weight, self.covered)
        unserved = self.rules.unserved(self.covered)
        return float(unserved.sum()), float(self.owed.sum()), float(by_zone.sum()) + in_all

    @property
    def room(self) -> int:
        """How many more stations there may be."""
        return max(0, self.rules.most_stations - len(self.given) - len(self.chosen))

    @property
    def owed(self) -> npt.NDArray[np.int64]:
        """How many stations each zone must still get."""
        return np.asarray(np.maximum(self.rules.least - self.count_by_zone(), 0))

    def serve(self) -> None:
        """Serve the cells that must be served, at the least cost for each of them."""
        # People decide between options that serve as many of these cells, whatever they cost.
        most = max(1.0, float(self.weight.sum(dtype=np.float64)))
        little = np.float32(0.5 / most / self.picker.cost_spread)
        while (unserved := self.rules.unserved(self.covered)).any():
            weight = (unserved + self.weight * little).astype(np.float32)
            zone = np.where(unserved, np.int16(0), np.int16(-1))
            need = np.array([weight[unserved].sum(dtype=np.float64)])
            request = self._request(weight, Need(zone, need), by_cost=self.priced)
            picked = self.picker.pick(request, self.progress)
            # A cell that nobody can serve must not draw stations elsewhere.
            useful = picked.taken(self._gain(picked, unserved) > 0)
            if not len(useful):
                break
            self.choose(useful)
        self.served_first = len(self.chosen)

    @property
    def binding(self) -> str | None:
        """Key of the limit without which one more cell that must be served would be; or None."""
        unserved = self.rules.unserved(self.covered)
        if not unserved.any():
            return None
        request = self._request(unserved.astype(np.float32), by_cost=False)
        paid = request.limits._replace(budget=np.inf)
        one_more = paid._replace(spare=1, group_room=np.maximum(paid.group_room, 1))
        for key, limits, count in (
            ("objective.budget_cny", paid, self.room),
            ("target.stations_new", one_more, 1),
        ):
            if len(self.picker.pick(replace(request, limits=limits, count=count))):
                return key
        return None

    def cover_shares(self, *, by_cost: bool) -> None:
        """Cover the share of every zone, then that of all."""
        while (missing := self.rules.missing_by_zone(self.weight, self.covered)).any():
            inside = np.append(missing > 0, False)[self.rules.people_zone]
            weight = np.where(inside, self.weight, np.float32(0))
            need = Need(self.rules.people_zone, missing)
            if not self._place(self._request(weight, need, by_cost=by_cost)):
                break
        whole = np.where(self.rules.people_zone >= 0, np.int16(0), np.int16(-1))
        while missing_weight := self.rules.missing_in_all(self.weight, self.covered):
            need = Need(whole, np.array([missing_weight]))
            if not self._place(self._request(self.weight, need, by_cost=by_cost)):
                break

    def cover_most(self, *, by_cost: bool) -> None:
        """Cover as much weight as stations and money allow."""
        while self._place(self._request(self.weight, by_cost=by_cost)):
            pass

    def pay_what_is_owed(self, *, by_cost: bool) -> None:
        """Give each zone the stations it must get: where they add most, else where most live."""
        nothing = np.zeros_like(self.covered)
        for covered in (self.covered, nothing):
            while owed := int(self.owed.sum()):
                request = self._request(self.weight, by_cost=by_cost)
                only_owed = request.limits._replace(spare=0)
                count = min(owed, request.count)
                if not self._place(
                    replace(request, covered=covered, count=count, limits=only_owed)
                ):
                    break

    def take_back(self) -> None:
        """Take back the stations that shares and cells to be served can do without."""
        spans = self.spans_of(self.chosen)
        missing = self.rules.missing_by_zone(self.weight, self.covered)
        reached = self.rules.covered_by_zone(self.weight, self.covered)
        slack = np.where(missing > 0, 0.0, np.maximum(reached - self.rules.zone_weight, 0.0))
        in_all = self.rules.missing_in_all(self.weight, self.covered)
        spare = 0.0 if in_all else max(0.0, float(reached.sum()) - self.rules.total_weight)
        idle = idle_stations(
            self.weight,
            self.standing,
            spans,
            np.arange(len(self.chosen))[::-1],
            CoverNeeds(self.rules.people_zone, slack, np.array([spare]), self.rules.to_serve),
        )
        self.served_first -= int(idle[: self.served_first].sum())
        self._keep(np.flatnonzero(~idle), selected(spans, np.flatnonzero(~idle)))

    def put_served_first(self) -> None:
        """Put the chosen stations that the cells to be served need before all others."""
        wanted = self.rules.unserved(self.standing).astype(np.float32)
        spans = self.spans_of(self.chosen)
        every = np.ones(len(self.chosen), np.bool_)
        first, _ = greedy_list(wanted, spans, every, self.standing, len(self.chosen))
        numbers = np.concatenate([first, np.setdiff1d(np.arange(len(self.chosen)), first)])
        self._keep(numbers, selected(spans, numbers))
        self.served_first = len(first)

    def put_in_order(self, *, by_cost: bool) -> None:
        """Order what is chosen anew: first what must be served, then by the weight it adds."""
        spans = self.spans_of(self.chosen)
        first = self.served_first
        covered = self.standing.copy()
        cover_spans(covered, spans, np.arange(first))
        allowed = np.arange(len(self.chosen)) >= first
        cost = self.chosen.cost_cny if by_cost else np.ones(len(self.chosen))
        options = ListOptions(self.chosen.cell, self.chosen.group, cost)
        order, _ = greedy_list(self.weight, spans, allowed, covered, len(self.chosen), options)
        idle = np.setdiff1d(np.arange(first, len(self.chosen)), order)
        numbers = np.concatenate([np.arange(first), order, idle])
        self._keep(numbers, selected(spans, numbers))

    def best_single(self) -> Options:
        """Return the one station that the budget buys and that adds the most, or none."""
        return self.picker.pick(replace(self._request(self.weight, by_cost=False), count=1))

    def prefer(self, single: Options, since: int) -> None:
        """Replace what was chosen ``since`` then by one station, if that alone covers more."""
        if not len(single):
            return
        alone = self.standing.copy()
        kept = self.chosen.taken(np.arange(since))
        for options in (kept, single):
            for kind in np.unique(options.kind):
                self.footprints[kind].cover(alone, options.cell[options.kind == kind])
        here = float(self.weight[self.covered].sum(dtype=np.float64))
        if float(self.weight[alone].sum(dtype=np.float64)) > here:
            self.chosen, self.covered = Options.joined([kept, single]), alone

    def choose(self, options: Options) -> None:
        """Take options into the plan, after all that are chosen."""
        self.chosen = Options.joined([self.chosen, options])
        for kind in np.unique(options.kind):
            self.footprints[kind].cover(self.covered, options.cell[options.kind == kind])
        close_around(self.closed, options.cell, self.rules.separation_cells)

    def _keep(self, numbers: npt.NDArray[np.int64], spans: Spans) -> None:
        self.chosen = self.chosen.taken(numbers)
        self.covered = self.standing.copy()
        cover_spans(self.covered, spans, np.arange(len(numbers)))

    def spans_of(self, options: Options) -> Spans:
        """Footprints of options, in their order."""
        order = np.argsort(options.kind, kind="stable")
        parts = [
            self.footprints[kind].spans_of(options.cell[options.kind == kind])
            for kind in np.unique(options.kind)
        ]
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        return selected(joined(parts), back)

    def gain_in_turn(self) -> npt.NDArray[np.float64]:
        """Weight that each chosen station adds to what is given and to those before it."""
        spans = self.spans_of(self.chosen)
        return newly_covered_span_weight(
            self.weight, self.standing.copy(), spans, np.arange(len(self.chosen))
        )

    def _gain(self, options: Options, weight: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Weight that each option newly covers after the plan and the options before it."""
        return newly_covered_span_weight(
            weight.astype(np.float32),
            self.covered.copy(),
            self.spans_of(options),
            np.arange(len(options)),
        )

    def count_by_zone(self) -> npt.NDArray[np.int64]:
        """Return how many of the plan's stations each zone has."""
        zone = self.rules.zone.ravel()[np.concatenate([self.given, self.chosen.cell])]
        return np.bincount(zone[zone >= 0], minlength=len(self.rules.zone_code))

    def _request(self, weight: Raster, need: Need | None = None, *, by_cost: bool) -> Request:
        """Return the next request to a picker: as many stations as there is room for."""
        limits = self.limits()
        if need is not None:
            limits = limits._replace(need_zone=need.zone, need=need.weight)
        return Request(weight, self.covered, self.closed, self.room, limits, by_cost)

    def _place(self, request: Request) -> int:
        """Place stations up to the next event of the rules; return how many."""
        picked = self.picker.pick(request, self.progress)
        if len(picked):
            self.choose(picked)
        return len(picked)

    def limits(self) -> SiteLimits:
        """Return the remainder of every limit."""
        room, owed = self.room, self.owed
        upgraded = int(self.chosen.group.sum())
        used = np.array([len(self.given) + len(self.chosen) - upgraded, upgraded])
        return SiteLimits(
            zone=self.rules.zone,
            room=np.maximum(self.rules.most - self.count_by_zone(), 0),
            owed=owed,
            spare=max(0, room - int(owed.sum())),
            group_room=np.maximum(self.rules.most_of_group - used, 0),
            need_zone=self.rules.people_zone,
            need=np.zeros(len(owed)),
            separation_cells=self.rules.separation_cells,
            budget=max(0.0, self.rules.budget_cny - self.spent_cny),
        )


def close_around(closed: Bools, cells: Cells, separation_cells: float) -> None:
    """Close, in place, the cells of stations and all that are closer to one than allowed."""
    # Cells exactly at the separation stay open: the disc must end a rounding before it.
    radius = separation_cells * (1 - 2e-9)
    cover_spans(closed, disc_spans(np.zeros(closed.shape, np.uint8), [radius], cells))
