"""Cost of a station at its location: one price for siting, its bound and the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.ground.area_class import AREA_CLASSES
from planner.ground.ground import Ground
from planner.scenario.money import MoneySection
from planner.scenario.siting import Equipment, ObjectiveSection
from planner.sites.capital import ANY_SITE, NEW_SITE, StationSites, capital_cny, slope_degree

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_SLOPES = 3


def kind_of_new_sites(existing_use: str) -> str:
    """Return the kind of site of new stations, known if the plan upgrades existing ones."""
    return NEW_SITE if existing_use == "upgraded" else ANY_SITE


@dataclass(frozen=True)
class StationPrices:
    """Prices of a scenario's stations in every cell.

    ``firm``: a price of its own for new sites or upgrades holds as it stands, without the factors
    of places. ``area_class`` (uint8, grid shape); ``slope_degree`` (float64, grid shape): None
    where slopes have no price.
    """

    cost: MoneySection | None
    firm: bool
    area_class: npt.NDArray[np.uint8]
    slope_degree: Floats | None

    @classmethod
    def of(
        cls,
        cost: MoneySection | None,
        objective: ObjectiveSection,
        equipment: Sequence[Equipment],
        ground: Ground,
    ) -> StationPrices:
        """Return the prices of a scenario's stations on its ground."""
        slope = None
        priced = cost is not None and cost.items.needs_terrain
        if priced and ground.terrain is not None:
            slope = slope_degree(ground.terrain.height_m, ground.area.grid.cell_size_m)
        upgrades = any(one.upgrade_cny is not None for one in equipment) or (
            cost is not None and cost.upgrade_cny is not None
        )
        return cls(cost, objective.by_cost or upgrades, ground.demand.area_class, slope)

    def sites(
        self, cell: Ints, price_cny: Floats, site_kind: Sequence[str], equipment: Sequence[str]
    ) -> StationSites:
        """Return the inputs of the capital of stations; ``price_cny``: before all factors.

        A price given in the scenario (equipment, upgrade, column ``cost_cny``) applies to any kind
        of site; so does ``station_cny`` if upgrades have their own price, or if cost decides which
        stations are chosen.
        """
        cost = self.cost
        price = np.asarray(price_cny, dtype=np.float64)
        if cost is not None:
            known = np.asarray(site_kind, dtype=np.str_) != ANY_SITE
            firm = known & self.firm
            price = np.where((price == cost.station_cny) & ~firm, np.nan, price)
        slope = None if self.slope_degree is None else self.slope_degree.ravel()[cell]
        return StationSites(price, self.area_class.ravel()[cell], site_kind, equipment, slope)

    def at(
        self, cell: Ints, price_cny: Floats, site_kind: Sequence[str], equipment: Sequence[str]
    ) -> Floats:
        """Return the cost of stations in these cells, in whole yuan as in the report.

        Without ``[cost]`` only ``price_cny`` is known, and it is returned.
        """
        cost = self.cost
        if cost is None:
            return np.asarray(price_cny, dtype=np.float64).copy()
        each = capital_cny(cost, self.sites(cell, price_cny, site_kind, equipment))
        return np.asarray(each.sum(axis=1), dtype=np.float64)

    @property
    def n_classes(self) -> int:
        """How many classes of places there are, by area class and slope."""
        return len(AREA_CLASSES) * _SLOPES

    def place_class(self) -> npt.NDArray[np.uint8]:
        """Return the class of every place (uint8, grid shape): equal prices in equal classes."""
        number = np.minimum(self.area_class, len(AREA_CLASSES) - 1) * np.uint8(_SLOPES)
        if self.slope_degree is None or self.cost is None:
            return number
        factors = self.cost.items.terrain_factors
        limits = (factors.hilly_from_degree, factors.mountain_from_degree)
        steep = np.searchsorted(limits, self.slope_degree, side="right")
        return number + steep.astype(np.uint8)

    def of_classes(self, price_cny: float, site_kind: str, equipment: str) -> Floats:
        """Return the cost of a station in each class of places (float64[n_classes])."""
        count, cost = self.n_classes, self.cost
        price = np.full(count, price_cny)
        if cost is None:
            return price
        area, steep = np.divmod(np.arange(count), _SLOPES)
        factors = cost.items.terrain_factors
        slope = np.array([0.0, factors.hilly_from_degree, factors.mountain_from_degree])[steep]
        one_cell_each = StationPrices(
            self.cost,
            self.firm,
            area.astype(np.uint8),
            None if self.slope_degree is None else slope,
        )
        return one_cell_each.at(np.arange(count), price, [site_kind] * count, [equipment] * count)
