"""Two ways to pick stations by the greedy within limits: from explicit options, or every cell.

Explicit options have footprints as row runs and may each have a cost of their own. Where every
cell is a candidate, the gains of all cells are kept as rasters, one for each kind and cost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kernels.greedy_within import DiscKind, greedy_within
from kernels.row_runs import RowRuns, joined
from kernels.row_runs_within import RunOptions, greedy_runs_within
from kernels.site_limits import SiteLimits
from planner.errors import InputError, Problem
from planner.footprints import DiscFootprints
from planner.siting.options import NEW_SITE, UPGRADE, Options, SitingCase, explicit_options

Bools = npt.NDArray[np.bool_]
Raster = npt.NDArray[np.float32]
Progress = Callable[[int], object]

_MOST_EXPLICIT = 100_000
_MOST_COSTS = 8


class Picker(Protocol):
    """Picks stations one after another up to the first event of the limits."""

    @property
    def cost_spread(self) -> float:
        """The dearest option's cost over the cheapest one's; 1 where no costs are given."""

    def pick(
        self,
        weight: Raster,
        covered: Bools,
        closed: Bools,
        count: int,
        limits: SiteLimits,
        *,
        by_cost: bool,
        progress: Progress | None = None,
    ) -> Options:
        """Return up to ``count`` options in the order of choice.

        ``closed`` cells take no station. ``by_cost``: by weight for a yuan, and within the
        budget; else by weight, and none that alone costs more than the budget.
        """


@dataclass(frozen=True)
class OptionPicker:
    """Picks from explicit options with their footprints."""

    options: Options
    runs: RowRuns

    @property
    def cost_spread(self) -> float:
        """The dearest option's cost over the cheapest one's; 1 where no costs are given."""
        return _spread(self.options.cost_cny)

    def pick(
        self,
        weight: Raster,
        covered: Bools,
        closed: Bools,
        count: int,
        limits: SiteLimits,
        *,
        by_cost: bool,
        progress: Progress | None = None,
    ) -> Options:
        """Return up to ``count`` options in the order of choice."""
        options = self.options
        allowed = ~closed.ravel()[options.cell]
        cost = options.cost_cny
        if not by_cost:
            allowed &= ~(cost > limits.budget * (1 + 1e-12))
            cost = np.ones(len(options))
            limits = limits._replace(budget=np.inf)
        given = RunOptions(options.cell, options.group, cost, allowed)
        numbers = greedy_runs_within(
            weight, self.runs, given, covered, count, limits, progress=progress
        )
        return options.taken(numbers)


@dataclass(frozen=True)
class _Layer:
    """Options of one kind, group and cost, on the raster."""

    kind: int
    group: int
    cost_cny: float
    allowed: Bools


@dataclass(frozen=True)
class RasterPicker:
    """Picks from every cell, by discs, one raster for each kind, group and cost.

    ``upgrade_cell`` (int64, ascending) and ``upgrade_row``: sites that may be upgraded.
    """

    footprints: tuple[DiscFootprints, ...]
    layers: tuple[_Layer, ...]
    upgrade_cell: npt.NDArray[np.int64]
    upgrade_row: npt.NDArray[np.int64]

    @property
    def cost_spread(self) -> float:
        """The dearest option's cost over the cheapest one's; 1 where no costs are given."""
        return _spread(np.array([layer.cost_cny for layer in self.layers]))

    def pick(
        self,
        weight: Raster,
        covered: Bools,
        closed: Bools,
        count: int,
        limits: SiteLimits,
        *,
        by_cost: bool,
        progress: Progress | None = None,
    ) -> Options:
        """Return up to ``count`` options in the order of choice."""
        layers = self.layers
        if not by_cost:
            layers = tuple(x for x in layers if not x.cost_cny > limits.budget * (1 + 1e-12))
            limits = limits._replace(budget=np.inf)
        if not layers:
            return Options.joined([])
        kinds = [
            DiscKind(
                self.footprints[layer.kind].radius_cells,
                layer.allowed & ~closed,
                layer.cost_cny if by_cost else 1.0,
                layer.group,
            )
            for layer in layers
        ]
        area_class = self.footprints[0].area_class
        cell, number = greedy_within(
            weight, area_class, kinds, covered, count, limits, progress=progress
        )
        group = np.array([layer.group for layer in layers])[number]
        return Options(
            cell,
            np.array([layer.kind for layer in layers])[number],
            group,
            self._sites(cell, group),
            np.array([layer.cost_cny for layer in layers])[number],
        )

    def _sites(
        self, cell: npt.NDArray[np.int64], group: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        site = np.full(len(cell), -1)
        upgraded = group == UPGRADE
        site[upgraded] = self.upgrade_row[np.searchsorted(self.upgrade_cell, cell[upgraded])]
        return site


def _spread(cost_cny: npt.NDArray[np.float64]) -> float:
    known = cost_cny[np.isfinite(cost_cny)]
    return float(known.max() / known.min()) if len(known) else 1.0


def picker_of(case: SitingCase) -> Picker:
    """Return the way of picking that suits a case: explicit options where they are few or listed.

    Raises
    ------
    InputError
        More costs of upgrades than rasters could be kept for, where every cell is a candidate.
    """
    discs = tuple(f for f in case.footprints if isinstance(f, DiscFootprints))
    many = int(case.candidates.allowed.sum()) * len(case.kinds) > _MOST_EXPLICIT
    if many and case.candidates.listed is None and len(discs) == len(case.footprints):
        return _raster_picker(case, discs)
    return option_picker(case)


def option_picker(case: SitingCase) -> OptionPicker:
    """Return the picker of explicit options, whatever their number."""
    options = explicit_options(case)
    parts = [
        case.footprints[kind].runs_of(options.cell[options.kind == kind])
        for kind in range(case.first, len(case.kinds))
    ]
    return OptionPicker(options, joined(parts))


def _raster_picker(case: SitingCase, discs: tuple[DiscFootprints, ...]) -> RasterPicker:
    layers = []
    new_cells = case.new_cells
    shape = new_cells.shape
    upgrades = _upgrades(case)
    for number, kind in enumerate(case.kinds):
        if number < case.first:
            continue
        cost = np.nan if kind.new_cny is None else kind.new_cny
        layers.append(_Layer(number, NEW_SITE, cost, new_cells))
        own = upgrades.taken(upgrades.kind == number)
        for price in np.unique(own.cost_cny):
            at_price = (own.cost_cny == price) | (np.isnan(own.cost_cny) & np.isnan(price))
            allowed = np.zeros(shape, dtype=bool)
            allowed.ravel()[own.cell[at_price]] = True
            layers.append(_Layer(number, UPGRADE, float(price), allowed))
    if len(layers) > _MOST_COSTS * len(case.kinds):
        raise InputError(
            Problem(
                "has too many different costs to plan beside every cell of the grid",
                str(case.scenario.sites.existing),
                "sites.existing: column cost_cny",
                len(layers),
                f"at most {_MOST_COSTS} costs, or candidates.file, or "
                "candidates.spacing_share_of_radius",
            )
        )
    cell, first = np.unique(case.upgrades.cell, return_index=True)
    return RasterPicker(discs, tuple(layers), cell, first)


def _upgrades(case: SitingCase) -> Options:
    options = explicit_options(_without_new(case))
    return options.taken(options.group == UPGRADE)


def _without_new(case: SitingCase) -> SitingCase:
    nothing = np.zeros_like(case.candidates.allowed)
    return replace(case, candidates=replace(case.candidates, allowed=nothing))
