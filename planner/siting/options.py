"""Options of a plan: places with a kind of station, new or an upgrade, at a cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.ground.area import StudyArea
from planner.scenario.sites import SitesSection
from planner.sites.candidates import Candidates, Sites
from planner.sites.capital import ANY_SITE, UPGRADED_SITE
from planner.sites.equipment import StationKind
from planner.sites.footprints import Footprints
from planner.sites.station_price import StationPrices, kind_of_new_sites

Cells = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

NEW_SITE, UPGRADE = 0, 1


@dataclass(frozen=True)
class SitingCase:
    """All that the stations of a scenario are chosen from.

    ``sites``: section that says how existing sites are used. ``kinds`` and ``footprints`` belong
    together; ``first`` is the number of the first of them that may be chosen (1 where the
    scenario's own network only serves from stations that stand). ``prices``: what stations cost in
    their places.
    """

    sites: SitesSection
    area: StudyArea
    candidates: Candidates
    kinds: Sequence[StationKind]
    footprints: Sequence[Footprints]
    first: int
    prices: StationPrices

    @property
    def upgrades(self) -> Sites:
        """Existing sites that may be upgraded."""
        upgraded = self.sites.existing_use == "upgraded"
        return self.candidates.existing if upgraded else Sites.none()

    @property
    def kept(self) -> Sites:
        """Existing sites that serve as they stand."""
        kept = self.sites.existing_use == "kept"
        return self.candidates.existing if kept else Sites.none()

    @property
    def new_cells(self) -> Bools:
        """Cells that may take a new station: not those whose site can be upgraded."""
        allowed = self.candidates.allowed.copy()
        allowed.ravel()[self.upgrades.cell] = False
        return allowed

    def must_have(self) -> Options:
        """Return the must-have sites, of the equipment that their file names, else of the first."""
        sites = self.candidates.must_have
        number = np.full(len(sites), self.first)
        for other, one in enumerate(self.kinds):
            if sites.equipment is not None and one.name:
                number[np.array(sites.equipment, dtype=np.str_) == one.name] = other
        usual = np.array([_or_nan(one.new_cny) for one in self.kinds])[number]
        price = sites.prices_cny(usual)
        names = [self.kinds[kind].name for kind in number]
        cost = self.prices.at(sites.cell, price, [ANY_SITE] * len(sites), names)
        new = np.full(len(sites), NEW_SITE)
        return Options(sites.cell, number, new, np.arange(len(sites)), cost, price)


@dataclass(frozen=True)
class Options:
    """Places with a kind of station.

    ``cell`` and ``kind`` (int64[n]); ``group``: ``NEW_SITE`` or ``UPGRADE``; ``site``: row of the
    planner's own file, -1 for none; ``cost_cny`` (float64[n]): what one costs in its place, NaN
    where nothing is known; ``price_cny`` (float64[n]): the same before the factors of places.
    """

    cell: Cells
    kind: Cells
    group: Cells
    site: Cells
    cost_cny: Floats
    price_cny: Floats

    def __len__(self) -> int:
        return len(self.cell)

    def taken(self, numbers: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Options:
        """Return some of them, in the order of ``numbers``."""
        return Options(
            self.cell[numbers],
            self.kind[numbers],
            self.group[numbers],
            self.site[numbers],
            self.cost_cny[numbers],
            self.price_cny[numbers],
        )

    @classmethod
    def joined(cls, parts: Sequence[Options]) -> Options:
        """Return all of several, one after the other."""
        none = np.zeros(0, np.int64)
        return cls(
            np.concatenate([none, *(part.cell for part in parts)]),
            np.concatenate([none, *(part.kind for part in parts)]),
            np.concatenate([none, *(part.group for part in parts)]),
            np.concatenate([none, *(part.site for part in parts)]),
            np.concatenate([np.zeros(0), *(part.cost_cny for part in parts)]),
            np.concatenate([np.zeros(0), *(part.price_cny for part in parts)]),
        )


def explicit_options(case: SitingCase) -> Options:
    """Return every option of a case; of sites that share a cell, the first."""
    allowed, listed = case.new_cells, case.candidates.listed
    parts = []
    for number in range(case.first, len(case.kinds)):
        if listed is None:
            parts.append(new_options(case, number, np.flatnonzero(allowed)))
        else:
            new = _of_sites(case, listed, number, NEW_SITE)
            parts.append(new.taken(np.flatnonzero(allowed.ravel()[new.cell])))
        parts.append(_of_sites(case, case.upgrades, number, UPGRADE))
    return Options.joined(parts)


def new_options(case: SitingCase, kind: int, cells: Cells) -> Options:
    """Return new stations of one kind in cells of the grid."""
    of_classes = new_costs(case, kind)
    cost = of_classes[case.prices.place_class().ravel()[cells]]
    price = np.full(len(cells), _or_nan(case.kinds[kind].new_cny))
    return _of_kind(cells, kind, NEW_SITE, np.full(len(cells), -1), cost, price)


def new_costs(case: SitingCase, kind: int) -> Floats:
    """Return the cost of a new station of one kind in each class of places."""
    one = case.kinds[kind]
    return case.prices.of_classes(
        _or_nan(one.new_cny), kind_of_new_sites(case.sites.existing_use), one.name
    )


def upgrade_options(case: SitingCase) -> Options:
    """Return every upgrade of an existing site, by every kind that it may carry."""
    kinds = range(case.first, len(case.kinds))
    return Options.joined([_of_sites(case, case.upgrades, kind, UPGRADE) for kind in kinds])


def _of_sites(case: SitingCase, sites: Sites, number: int, group: int) -> Options:
    kind = case.kinds[number]
    rows = np.arange(len(sites))
    if sites.equipment is not None:
        named = np.array(sites.equipment, dtype=np.str_)
        rows = np.flatnonzero((named == "") | (named == kind.name))
    _, first = np.unique(sites.cell[rows], return_index=True)
    rows, count = rows[first], len(first)
    cell = sites.cell[rows]
    usual = kind.upgrade_cny if group == UPGRADE else kind.new_cny
    price = sites.prices_cny(_or_nan(usual))[rows]
    site = UPGRADED_SITE if group == UPGRADE else kind_of_new_sites(case.sites.existing_use)
    cost = case.prices.at(cell, price, [site] * count, [kind.name] * count)
    return _of_kind(cell, number, group, rows, cost, price)


def _of_kind(
    cell: Cells, kind: int, group: int, site: Cells, cost: Floats, price: Floats
) -> Options:
    return Options(cell, np.full(len(cell), kind), np.full(len(cell), group), site, cost, price)


def _or_nan(cost_cny: float | None) -> float:
    return np.nan if cost_cny is None else cost_cny
