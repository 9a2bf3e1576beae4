"""What a plan may choose from: places with a kind of station, new or an upgrade, at a cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.area import StudyArea
from planner.candidates import Candidates, Sites
from planner.equipment import StationKind
from planner.footprints import Footprints
from planner.scenario import Scenario

Cells = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

NEW_SITE, UPGRADE = 0, 1


@dataclass(frozen=True)
class SitingCase:
    """A scenario with all that its stations are chosen from.

    ``kinds`` and ``footprints`` belong together; ``first`` is the number of the first of them that
    may be chosen (1 where the scenario's own network only serves from stations that stand).
    """

    scenario: Scenario
    area: StudyArea
    candidates: Candidates
    kinds: Sequence[StationKind]
    footprints: Sequence[Footprints]
    first: int

    @property
    def upgrades(self) -> Sites:
        """Existing sites that may be upgraded."""
        upgraded = self.scenario.sites.existing_use == "upgraded"
        return self.candidates.existing if upgraded else Sites.none()

    @property
    def kept(self) -> Sites:
        """Existing sites that serve as they stand."""
        kept = self.scenario.sites.existing_use == "kept"
        return self.candidates.existing if kept else Sites.none()

    @property
    def new_cells(self) -> Bools:
        """Cells that may take a new station: not those whose site can be upgraded."""
        allowed = self.candidates.allowed.copy()
        allowed.ravel()[self.upgrades.cell] = False
        return allowed


@dataclass(frozen=True)
class Options:
    """Places with a kind of station.

    ``cell`` and ``kind`` (int64[n]); ``group``: ``NEW_SITE`` or ``UPGRADE``; ``site``: row of the
    planner's own file, -1 for none; ``cost_cny`` (float64[n]): NaN where none is given.
    """

    cell: Cells
    kind: Cells
    group: Cells
    site: Cells
    cost_cny: Floats

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
        )


def explicit_options(case: SitingCase) -> Options:
    """Return every option of a case; of sites that share a cell, the first."""
    return Options.joined(list(_options(case)))


def _options(case: SitingCase) -> Iterator[Options]:
    allowed, listed = case.new_cells.ravel(), case.candidates.listed
    for number, kind in enumerate(case.kinds):
        if number < case.first:
            continue
        if listed is None:
            cells = np.flatnonzero(allowed)
            cost = np.full(len(cells), _or_nan(kind.new_cny))
            site = np.full(len(cells), -1)
            yield _of_kind(cells, number, NEW_SITE, site, cost)
        else:
            new = _of_sites(listed, kind, number, NEW_SITE, kind.new_cny)
            yield new.taken(np.flatnonzero(allowed[new.cell]))
        yield _of_sites(case.upgrades, kind, number, UPGRADE, kind.upgrade_cny)


def _of_sites(
    sites: Sites, kind: StationKind, number: int, group: int, cost_cny: float | None
) -> Options:
    rows = np.arange(len(sites))
    if sites.equipment is not None:
        named = np.array(sites.equipment, dtype=np.str_)
        rows = np.flatnonzero((named == "") | (named == kind.name))
    _, first = np.unique(sites.cell[rows], return_index=True)
    rows = rows[first]
    given = np.full(len(sites), _or_nan(cost_cny)) if sites.cost_cny is None else sites.cost_cny
    return _of_kind(sites.cell[rows], number, group, rows, given[rows])


def _of_kind(cell: Cells, kind: int, group: int, site: Cells, cost: Floats) -> Options:
    return Options(cell, np.full(len(cell), kind), np.full(len(cell), group), site, cost)


def _or_nan(cost_cny: float | None) -> float:
    return np.nan if cost_cny is None else cost_cny
