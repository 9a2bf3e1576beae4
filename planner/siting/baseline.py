"""The stations in service before the plan: the planner's file, or placed by the model."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from planner.errors import PlannerWarning
from planner.ground.area import StudyArea
from planner.ground.area_class import AREA_CLASSES
from planner.ground.demand import Demand
from planner.ground.ground import Ground
from planner.scenario.sites import SitesSection
from planner.scenario.target import TargetSection
from planner.sites.candidates import Candidates
from planner.sites.footprints import Footprints
from planner.siting.parts import Part
from planner.siting.result import BASELINE
from planner.siting.territories import Territory, in_order, more_layers, territories

Cells = npt.NDArray[np.int64]
Progress = Callable[[int], object]
Raster = npt.NDArray[np.float32]


def baseline_parts(
    target: TargetSection,
    sites: SitesSection,
    ground: Ground,
    candidates: Candidates,
    serving: Footprints,
    *,
    file: str,
    progress: Progress | None = None,
) -> list[Part]:
    """Return the stations in service before the plan: the file's, or placed by the model.

    A zone of ``target.zones`` gets exactly its number of stations, each where it adds the most
    people there; all others go to the remaining zones by the same rule. Where a zone has more
    stations than its people need, the rest is placed as a second layer. ``file``: the scenario's,
    for messages.
    """
    if len(candidates.existing):
        if sites.existing_use != "kept":
            return []
        _check_baseline_count(target, sites, ground.area, candidates.existing.cell)
        return [Part.of_file(candidates.existing, BASELINE)]
    nothing = np.zeros(0, np.int64)
    parts = territories(target, "stations_baseline", ground.area, nothing)
    covered = np.zeros(ground.demand.stack_shape, dtype=bool)
    placed = [
        _placed(part, target.baseline_order, ground.demand, candidates, serving, covered, progress)
        for part in parts
    ]
    cells = np.concatenate([nothing, *placed])
    missing = target.stations_baseline - len(cells)
    if missing:
        _warn_of_short_baseline(target, missing, file)
    if len(parts) > 1:
        people = ground.demand.people_by_situation
        cells = in_order(serving, people, np.zeros_like(covered), cells)
    return [Part.of_model(cells, BASELINE)] if len(cells) else []


def _placed(
    part: Territory,
    order: str,
    demand: Demand,
    candidates: Candidates,
    serving: Footprints,
    covered: npt.NDArray[np.bool_],
    progress: Progress | None,
) -> Cells:
    """Return the baseline of one territory; mark, in place, what it covers."""
    allowed = candidates.buildable & part.where
    cells = np.zeros(0, np.int64)
    for people in _baseline_rounds(demand, order) if part.stations else ():
        found = serving.order(people, allowed, covered, part.stations - len(cells), progress)
        serving.cover(covered, found)
        cells = np.concatenate([cells, found])
        if len(cells) == part.stations:
            break
    if part.zone is None:
        return cells
    left = part.stations - len(cells)
    people = demand.people_by_situation
    return np.concatenate([cells, more_layers(serving, people, allowed, cells, left)])


def _baseline_rounds(demand: Demand, order: str) -> Iterator[Raster]:
    """Yield the people that count in each round of placing a baseline."""
    if order == "densest_first":
        for area_class in AREA_CLASSES:
            here = demand.area_class == area_class.code
            yield demand.split(np.where(here, demand.people, np.float32(0)))
    else:
        yield demand.people_by_situation


def _check_baseline_count(
    target: TargetSection, sites: SitesSection, area: StudyArea, cells: Cells
) -> None:
    said, found = target.stations_baseline, len(cells)
    if said not in (0, found):
        warnings.warn(
            f"{sites.existing}: holds {found:,} existing sites, but "
            f"target.stations_baseline is {said:,}; the file is used",
            PlannerWarning,
            stacklevel=3,
        )
    for part in territories(target, "stations_baseline", area, np.zeros(0, np.int64)):
        here = int(part.where.ravel()[cells].sum())
        if part.zone is not None and here != part.stations:
            warnings.warn(
                f"{sites.existing}: holds {here:,} existing sites in "
                f"{area.zones['name_en'][part.zone]}, but target.zones says {part.stations:,}; "
                "the file is used",
                PlannerWarning,
                stacklevel=3,
            )


def _warn_of_short_baseline(target: TargetSection, missing: int, file: str) -> None:
    warnings.warn(
        f"{file}: {missing:,} of the {target.stations_baseline:,} baseline "
        "stations are not placed, because the others already cover all people within reach",
        PlannerWarning,
        stacklevel=3,
    )
