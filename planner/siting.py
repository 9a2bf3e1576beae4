"""Siting: which stations, in which order, and whom each of them adds."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.area import StudyArea
from planner.area_class import AREA_CLASSES
from planner.candidates import Candidates, Sites
from planner.demand import Demand
from planner.errors import PlannerWarning
from planner.footprints import DiscFootprints, Footprints, footprints_of
from planner.scenario import Scenario

Progress = Callable[[int], object]

BASELINE, MUST_HAVE, NEW = "baseline", "must_have", "new"


@dataclass(frozen=True)
class Siting:
    """The stations in the order of construction, baseline first.

    ``cell`` (int64[n]): flat index of each station's cell. ``role`` and ``origin``: text arrays
    as in :data:`planner.columns.STATIONS`. ``site`` (int64[n]): row of the planner's own file
    for stations of origin "file", else -1. ``people_gained`` (float64[n]): people that each
    covers and none before it does, recomputed cell by cell from the chosen sites.
    ``covered_baseline`` and ``covered`` (bool, grid shape): cells served by the baseline and by
    all stations. ``requested_new``: stations the target asked for. ``uncovered_people``: those
    whom no station serves. ``radio_tier``: what the footprints were made by, in words.
    """

    cell: npt.NDArray[np.int64]
    role: npt.NDArray[np.str_]
    origin: npt.NDArray[np.str_]
    site: npt.NDArray[np.int64]
    people_gained: npt.NDArray[np.float64]
    covered_baseline: npt.NDArray[np.bool_]
    covered: npt.NDArray[np.bool_]
    requested_new: int
    uncovered_people: float
    radio_tier: str

    def __len__(self) -> int:
        return len(self.cell)

    @property
    def missing_new(self) -> int:
        """Stations asked for and not placed: nobody is left, or no candidate, to place them for."""
        return self.requested_new - int((self.role != BASELINE).sum())

    @property
    def everybody_covered(self) -> bool:
        """Whether at most one person in a million is without service."""
        covered = float(self.people_gained.sum())
        return self.uncovered_people <= 1e-6 * (covered + self.uncovered_people)

    @property
    def baseline_origin(self) -> str:
        """Where the baseline comes from: "file", "model" or "none"."""
        baseline = self.origin[self.role == BASELINE]
        return str(baseline[0]) if len(baseline) else "none"


def site_stations(
    scenario: Scenario,
    area: StudyArea,
    demand: Demand,
    candidates: Candidates,
    radius_m: Sequence[float],
    footprints: Footprints | None = None,
    *,
    progress: Progress | None = None,
) -> Siting:
    """Choose the stations of a scenario by greedy maximal covering.

    First the baseline (the planner's file of existing sites; else as many as the scenario says,
    placed by the model in the order that ``target.baseline_order`` says), then the must-have
    sites, then new ones, each where it covers the most people whom no earlier station covers. It
    ends early when nobody is left to be covered. Where the scenario asks for improvement, the new
    ones are then moved and exchanged, and ordered again.
    ``radius_m``: service radius of each area class; ``footprints``: what each candidate serves,
    discs of these radii unless given; ``progress``: called with the number of stations placed
    since the last call.
    """
    serving = footprints or footprints_of(scenario, area, demand, candidates, radius_m)
    covered = np.zeros(area.grid.shape, dtype=bool)

    def add(part: _Part) -> None:
        parts.append(part)
        serving.cover(covered, part.cell)

    def chosen(
        count: int, people: npt.NDArray[np.float32], where: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.int64]:
        return serving.order(people, where, covered, count, progress)

    parts: list[_Part] = []
    target, must_have = scenario.target, candidates.must_have
    if len(candidates.existing):
        _check_baseline_count(scenario, len(candidates.existing))
        add(_Part.of_file(candidates.existing, BASELINE))
    elif target.stations_baseline:
        left = target.stations_baseline
        for people in _baseline_rounds(demand, target.baseline_order):
            cells = chosen(left, people, candidates.buildable)
            add(_Part.of_model(cells, BASELINE))
            left -= len(cells)
            if not left:
                break
        if left:
            _warn_of_short_baseline(scenario, left)
    if len(must_have):
        add(_Part.of_file(must_have, MUST_HAVE))
    if target.stations_new > len(must_have):
        cells = chosen(target.stations_new - len(must_have), demand.people, candidates.allowed)
        rounds = scenario.siting.improvement_rounds
        if rounds and len(cells) and isinstance(serving, DiscFootprints):
            cells = serving.improved(
                demand.people, candidates.allowed, covered, cells, rounds=rounds, seed=scenario.seed
            )
        add(_new(cells, candidates.listed))
    return _siting(parts, demand, serving, target.stations_new)


def _baseline_rounds(demand: Demand, order: str) -> Iterator[npt.NDArray[np.float32]]:
    """Yield the people that count in each round of placing a baseline."""
    if order == "densest_first":
        for area_class in AREA_CLASSES:
            yield np.where(demand.area_class == area_class.code, demand.people, np.float32(0))
    else:
        yield demand.people


@dataclass(frozen=True)
class _Part:
    """Consecutive stations of one role."""

    cell: npt.NDArray[np.int64]
    site: npt.NDArray[np.int64]
    role: str
    origin: str

    @classmethod
    def of_file(cls, sites: Sites, role: str) -> _Part:
        return cls(sites.cell, np.arange(len(sites), dtype=np.int64), role, "file")

    @classmethod
    def of_model(cls, cell: npt.NDArray[np.int64], role: str) -> _Part:
        return cls(cell, np.full(len(cell), -1, dtype=np.int64), role, "model")


def _new(cell: npt.NDArray[np.int64], listed: Sites | None) -> _Part:
    """Return new stations; where candidates come from a file, with the first site of each cell."""
    if listed is None:
        return _Part.of_model(cell, NEW)
    unique, first = np.unique(listed.cell, return_index=True)
    return _Part(cell, first[np.searchsorted(unique, cell)], NEW, "file")


def _check_baseline_count(scenario: Scenario, found: int) -> None:
    said = scenario.target.stations_baseline
    if said not in (0, found):
        warnings.warn(
            f"{scenario.sites.existing}: holds {found:,} existing sites, target.stations_baseline "
            f"says {said:,}; the file is used",
            PlannerWarning,
            stacklevel=3,
        )


def _warn_of_short_baseline(scenario: Scenario, missing: int) -> None:
    warnings.warn(
        f"{scenario.file}: {missing:,} of the {scenario.target.stations_baseline:,} baseline "
        "stations are not placed: the others cover everybody within reach",
        PlannerWarning,
        stacklevel=3,
    )


def _siting(
    parts: Sequence[_Part],
    demand: Demand,
    serving: Footprints,
    requested_new: int,
) -> Siting:
    """Recount everybody from the chosen sites, apart from the bookkeeping of the greedy."""
    covered = np.zeros(demand.people.shape, dtype=bool)
    covered_baseline = covered.copy()
    gained = []
    for part in parts:
        gained.append(serving.people_gained(demand.people, covered, part.cell))
        if part.role == BASELINE:
            covered_baseline = covered.copy()

    def texts(field: str) -> npt.NDArray[np.str_]:
        repeated = [np.repeat(getattr(part, field), len(part.cell)) for part in parts]
        return np.concatenate([np.zeros(0, dtype=np.str_), *repeated])

    return Siting(
        cell=np.concatenate([np.zeros(0, np.int64), *(part.cell for part in parts)]),
        role=texts("role"),
        origin=texts("origin"),
        site=np.concatenate([np.zeros(0, np.int64), *(part.site for part in parts)]),
        people_gained=np.concatenate([np.zeros(0), *gained]),
        covered_baseline=covered_baseline,
        covered=covered,
        requested_new=requested_new,
        uncovered_people=float(demand.people[~covered].sum(dtype=np.float64)),
        radio_tier=serving.radio_tier,
    )
