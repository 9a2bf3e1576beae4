"""Two ways to pick stations by the greedy within limits: from explicit options, or every cell.

Explicit options have footprints as spans. Where every cell is a candidate, the gains of all
cells are kept as rasters, one for each kind, and costs in a table by classes of places.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kernels.covering.greedy_list import ListOptions, greedy_list
from kernels.covering.greedy_raster import DiscKind, greedy_order_within
from kernels.covering.limits import SiteLimits
from kernels.footprints.field import Field
from kernels.footprints.spans import Spans, joined
from planner.errors import InputError, Problem
from planner.sites.footprints import DiscFootprints
from planner.siting.options import (
    NEW_SITE,
    UPGRADE,
    Options,
    SitingCase,
    explicit_options,
    new_costs,
    upgrade_options,
)

Bools = npt.NDArray[np.bool_]
Raster = npt.NDArray[np.float32]
Progress = Callable[[int], object]

_MOST_EXPLICIT = 100_000
_MOST_PLACES = 65_536


@dataclass(frozen=True)
class Request:
    """A request to a picker: stations where the ``weight`` of cells not ``covered`` is most.

    ``closed`` cells take no station. No more than ``count`` of them, up to the first event of the
    ``limits``. ``by_cost``: by weight for a yuan, and within the budget; else by weight, and none
    that alone costs more than the budget.
    """

    weight: Raster
    covered: Bools
    closed: Bools
    count: int
    limits: SiteLimits
    by_cost: bool


class Picker(Protocol):
    """Picks stations one after another up to the first event of the limits."""

    @property
    def cost_spread(self) -> float:
        """The dearest option's cost over the cheapest one's; 1 where no costs are given."""

    def pick(self, request: Request, progress: Progress | None = None) -> Options:
        """Return the options of a request in the order of choice."""


@dataclass(frozen=True)
class OptionPicker:
    """Picks from explicit options with their footprints."""

    options: Options
    spans: Spans

    @property
    def cost_spread(self) -> float:
        """The dearest option's cost over the cheapest one's; 1 where no costs are given."""
        return _spread(self.options.cost_cny)

    def pick(self, request: Request, progress: Progress | None = None) -> Options:
        """Return the options of a request in the order of choice."""
        options, limits = self.options, request.limits
        allowed = ~request.closed.ravel()[options.cell]
        cost = options.cost_cny
        if not request.by_cost:
            allowed &= ~(cost > limits.budget * (1 + 1e-12))
            cost = np.ones(len(options))
            limits = limits._replace(budget=np.inf)
        numbers, _ = greedy_list(
            request.weight,
            self.spans,
            allowed,
            request.covered,
            request.count,
            ListOptions(options.cell, options.group, cost),
            limits,
            progress=progress,
        )
        return options.taken(numbers)


@dataclass(frozen=True)
class _Layer:
    """Options of one kind on the raster.

    ``cost_cny`` and ``price_cny`` (float64[p]) by class of places, inf and NaN where the kind may
    not be; ``allowed`` (bool, grid shape).
    """

    kind: int
    allowed: Bools
    cost_cny: npt.NDArray[np.float64]
    price_cny: npt.NDArray[np.float64]


@dataclass(frozen=True)
class RasterPicker:
    """Picks from every cell, by discs, one raster for each kind.

    ``place`` (uint16, grid shape): class of places of each cell, ``group`` (int64[p]) of each
    class. ``upgrade_cell`` (int64[u], ascending) and ``upgrade_site`` (int64[u, kinds]): sites
    that may be upgraded.
    """

    footprints: tuple[DiscFootprints, ...]
    layers: tuple[_Layer, ...]
    place: npt.NDArray[np.uint16]
    group: npt.NDArray[np.int64]
    upgrade_cell: npt.NDArray[np.int64]
    upgrade_site: npt.NDArray[np.int64]

    @property
    def cost_spread(self) -> float:
        """The dearest option's cost over the cheapest one's; 1 where no costs are given."""
        return _spread(np.concatenate([layer.cost_cny for layer in self.layers]))

    def pick(self, request: Request, progress: Progress | None = None) -> Options:
        """Return the options of a request in the order of choice."""
        kinds, limits = [], request.limits
        for layer in self.layers:
            allowed, cost = layer.allowed & ~request.closed, layer.cost_cny
            if not request.by_cost:
                dear = cost > limits.budget * (1 + 1e-12)
                if dear.any():
                    allowed &= ~dear[self.place]
                cost = np.ones(len(cost))
            kinds.append(
                DiscKind(self.footprints[layer.kind].radius_cells, allowed, cost, self.group)
            )
        if not request.by_cost:
            limits = limits._replace(budget=np.inf)
        discs = self.footprints[0]
        field = Field(
            request.weight, discs.area_class, discs.radius_cells, ~request.closed, request.covered
        )
        cell, number = greedy_order_within(
            field, kinds, self.place, request.count, limits, progress=progress
        )
        return self._options(cell, number)

    def layers_of(self, kind: int) -> tuple[Bools, ...]:
        """Return the cells that may take a station of a kind, one raster if there are any."""
        return tuple(layer.allowed for layer in self.layers if layer.kind == kind)

    def options_at(self, cells: npt.NDArray[np.int64]) -> Options:
        """Return every option in some cells."""
        each = [np.flatnonzero(layer.allowed.ravel()[cells]) for layer in self.layers]
        number = np.repeat(np.arange(len(each)), [len(one) for one in each])
        return self._options(cells[np.concatenate(each)], number)

    def _options(self, cell: npt.NDArray[np.int64], number: npt.NDArray[np.int64]) -> Options:
        """Return what the layers of these numbers have in these cells."""
        place = self.place.ravel()[cell]
        kind = np.array([layer.kind for layer in self.layers])[number]
        upgraded = self.group[place] == UPGRADE
        site = np.full(len(cell), -1)
        row = np.searchsorted(self.upgrade_cell, cell[upgraded])
        site[upgraded] = self.upgrade_site[row, kind[upgraded]]
        return Options(
            cell,
            kind,
            self.group[place],
            site,
            np.array([layer.cost_cny for layer in self.layers])[number, place],
            np.array([layer.price_cny for layer in self.layers])[number, place],
        )


def _spread(cost_cny: npt.NDArray[np.float64]) -> float:
    known = cost_cny[np.isfinite(cost_cny)]
    return float(known.max() / known.min()) if len(known) else 1.0


def picker_of(case: SitingCase) -> Picker:
    """Return the way of picking that suits a case: explicit options where they are few or listed.

    Raises
    ------
    InputError
        More upgrades of costs of their own than a raster can number, where every cell is a
        candidate.
    """
    discs = tuple(one.discs for one in case.footprints if one.discs is not None)
    many = int(case.candidates.allowed.sum()) * len(case.kinds) > _MOST_EXPLICIT
    if many and case.candidates.listed is None and len(discs) == len(case.footprints):
        return _raster_picker(case, discs)
    return option_picker(case)


def option_picker(case: SitingCase) -> OptionPicker:
    """Return the picker of explicit options, whatever their number."""
    options = explicit_options(case)
    parts = [
        case.footprints[kind].spans_of(options.cell[options.kind == kind])
        for kind in range(case.first, len(case.kinds))
    ]
    return OptionPicker(options, joined(parts))


def _raster_picker(case: SitingCase, discs: tuple[DiscFootprints, ...]) -> RasterPicker:
    place, n_new = case.prices.place_class().astype(np.uint16), case.prices.n_classes
    upgrades = upgrade_options(case)
    cell, number = np.unique(upgrades.cell, return_inverse=True)
    n_kinds = len(case.kinds)
    money = np.full((len(cell), 2 * n_kinds), np.inf)
    money[number, upgrades.kind] = upgrades.cost_cny
    money[number, n_kinds + upgrades.kind] = upgrades.price_cny
    # Rows with NaN would all count as different.
    alike, of_cell = np.unique(np.nan_to_num(money, nan=-1.0), axis=0, return_inverse=True)
    alike[alike < 0] = np.nan
    _check_places(case, n_new + len(alike))
    place.ravel()[cell] = n_new + of_cell.reshape(-1)
    site = np.full((len(cell), n_kinds), -1)
    site[number, upgrades.kind] = upgrades.site
    layers = []
    for kind in range(case.first, n_kinds):
        allowed = case.new_cells
        allowed.ravel()[upgrades.cell[upgrades.kind == kind]] = True
        usual = case.kinds[kind].new_cny
        price = np.full(n_new, np.nan if usual is None else usual)
        layers.append(
            _Layer(
                kind,
                allowed,
                np.concatenate([new_costs(case, kind), alike[:, kind]]),
                np.concatenate([price, alike[:, n_kinds + kind]]),
            )
        )
    group = np.repeat([NEW_SITE, UPGRADE], [n_new, len(alike)])
    return RasterPicker(discs, tuple(layers), place, group, cell, site)


def _check_places(case: SitingCase, classes: int) -> None:
    if classes > _MOST_PLACES:
        raise InputError(
            Problem(
                "has too many different costs if every cell of the grid is a candidate",
                str(case.sites.existing),
                "sites.existing: column cost_cny",
                classes,
                f"at most {_MOST_PLACES:,} costs, or candidates.file, or "
                "candidates.spacing_share_of_radius",
            )
        )
