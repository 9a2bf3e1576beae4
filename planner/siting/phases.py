"""The order of construction in phases: by classes and zones, one phase after another.

A phase is a siting problem of its own: the most of *its* people that some stations add to what
stands already. It takes stations by the greedy until it ends, improves its own, and leaves the rest
to the next phase. One phase for all people is the plan without phases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planner.ground.area_class import AREA_CLASSES
from planner.ground.ground import Ground
from planner.ground.zone_names import zone_cells
from planner.scenario.siting import REST, Phase
from planner.sites.footprints import Footprints
from planner.siting.effort import Improvement
from planner.siting.expected_gain import ExpectedGain
from planner.siting.nested import improved_nested
from planner.siting.territories import Territory, in_order, more_layers

Bools = npt.NDArray[np.bool_]
Cells = npt.NDArray[np.int64]
Gains = npt.NDArray[np.float64]
Progress = Callable[[int], object]
Raster = npt.NDArray[np.float32]


@dataclass(frozen=True)
class PhaseGround:
    """A phase on the grid: the ``weight`` of the people it is for, and where it ends.

    To be built, it has the weight in each situation of users (stacked).

    ``until_share`` of that weight is served, or stations would add less than ``least_gain`` each.
    """

    name: str
    weight: Raster
    until_share: float = 1.0
    least_gain: float = 0.0

    @property
    def ends_early(self) -> bool:
        """Whether it may end while people and stations are left."""
        return self.until_share < 1.0 or self.least_gain > 0.0


def phases_on_ground(
    phases: Sequence[Phase], ground: Ground, weight: Raster
) -> Iterator[PhaseGround]:
    """Yield the phases of a scenario on its ground, with one for the rest.

    ``weight``: what siting counts in each cell, people unless the scenario weighs otherwise.
    """
    for phase in phases:
        inside = zone_cells(ground.area, phase.zones)
        if phase.area_classes:
            codes = [one.code for one in AREA_CLASSES if one.key in phase.area_classes]
            inside &= np.isin(ground.demand.area_class, codes)
        yield PhaseGround(
            phase.name,
            np.where(inside, weight, np.float32(0)),
            1.0 if phase.until_served_share is None else phase.until_served_share,
            phase.least_people_per_station or 0.0,
        )
    if not phases or not phases[-1].is_whole:
        yield PhaseGround(REST, weight)


@dataclass
class PhasedConstruction:
    """Stations built phase by phase, in territories that each have a number of stations.

    ``covered``: by all that stands so far, ``standing``: its cells. Both grow with each phase.
    ``expected``: what stations are expected to add, by which phases end; None where siting counts
    just that.
    """

    serving: Footprints
    parts: Sequence[Territory]
    allowed: Bools
    covered: Bools
    standing: Cells
    expected: ExpectedGain | None = None
    progress: Progress | None = None

    def __post_init__(self) -> None:
        self._left = [part.stations for part in self.parts]
        self._stations = max(1, sum(self._left))

    def build(self, phase: PhaseGround, effort: Improvement) -> Cells:
        """Build one phase; return its stations in their order."""
        before = self.covered.copy()
        own = [self._greedy(number, phase) for number in range(len(self.parts))]
        cells = np.concatenate(own)
        if len(self.parts) > 1:
            cells = in_order(self.serving, phase.weight, before, cells)
        counted = len(cells)
        if phase.ends_early:
            cells = self._until_it_ends(phase, before, cells)
        if effort.rounds and len(cells):
            better = self._improved(phase, before, cells[:counted], cells[counted:], effort)
            cells = np.concatenate([better, cells[counted:]])
        self.covered[:] = before
        self._stand(cells)
        return cells

    def build_layers(self, people: Raster) -> Cells:
        """Build what is left of the zones that must get exactly their number."""
        added = [np.zeros(0, np.int64)]
        for number, part in enumerate(self.parts):
            if part.zone is not None:
                where = self.allowed & part.where
                left = self._left[number]
                added.append(more_layers(self.serving, people, where, self.standing, left))
        cells = np.concatenate(added)
        self._stand(cells)
        return cells

    def _greedy(self, number: int, phase: PhaseGround) -> Cells:
        """Return the stations of one territory, and mark what they cover."""
        where = self.allowed & self.parts[number].where
        shown = None if phase.ends_early else self.progress
        cells = self.serving.order(phase.weight, where, self.covered, self._left[number], shown)
        self.serving.cover(self.covered, cells)
        return cells

    def _until_it_ends(self, phase: PhaseGround, before: Bools, cells: Cells) -> Cells:
        """Return the stations of a phase up to its end.

        Where siting counts everybody as served too early, more stations are placed in rounds that
        start anew with the people who are left.
        """
        room = sum(self._left)
        while room and len(cells):
            wanted = self._wanted(phase, before, cells)
            more = cells[:0]
            if self.expected is not None and wanted == len(cells) < room:
                more = self._for_those_left(self.expected, phase, cells)
            if not len(more):
                return cells[:wanted]
            cells = np.concatenate([cells, more])
        return cells

    def _for_those_left(self, expected: ExpectedGain, phase: PhaseGround, cells: Cells) -> Cells:
        """Return another round of stations, for the people whom ``cells`` leave."""
        stands = np.concatenate([self.standing, cells])
        left = expected.left_over(phase.weight, stands)
        more = [cells[:0]]
        for part, most in zip(self.parts, self._left, strict=True):
            free = self.allowed & part.where
            room = most - int(part.where.ravel()[cells].sum())
            free.ravel()[stands] = False
            nothing = np.zeros_like(self.covered)
            more.append(self.serving.order(left, free, nothing, room))
        return np.concatenate(more)

    def _wanted(self, phase: PhaseGround, before: Bools, cells: Cells) -> int:
        """Return how many of the stations it takes until the phase ends."""
        served, gained = self._gains(phase, before, cells)
        most = len(cells)
        if phase.until_share < 1.0:
            wanted = phase.until_share * float(phase.weight.sum(dtype=np.float64)) - served
            enough = 0 if wanted <= 0 else int(np.searchsorted(np.cumsum(gained), wanted)) + 1
            most = min(most, enough)
        if phase.least_gain > 0:
            most = worthwhile(gained[:most], phase.least_gain)
        return most

    def _gains(self, phase: PhaseGround, before: Bools, cells: Cells) -> tuple[float, Gains]:
        """Return the weight that is served before a phase, and what each of its stations adds."""
        if self.expected is not None:
            every = self.expected.in_turn(phase.weight, np.concatenate([self.standing, cells]))
            first = len(self.standing)
            return float(every[:first].sum()), every[first:]
        nothing = np.zeros_like(before)
        served = self.serving.people_gained(phase.weight, nothing, self.standing)
        return float(served.sum()), self.serving.people_gained(phase.weight, before.copy(), cells)

    def _improved(
        self, phase: PhaseGround, before: Bools, cells: Cells, fixed: Cells, effort: Improvement
    ) -> Cells:
        """Move the stations of a phase, each within its territory, but not onto ``fixed`` ones."""
        free = self.allowed.copy()
        free.ravel()[fixed] = False
        nothing = np.zeros(0, np.int64)
        inside = [part.where.ravel() for part in self.parts]
        own = [cells[where[cells]] for where in inside]
        for number, part in enumerate(self.parts):
            if not len(own[number]):
                continue
            others = before.copy()
            self.serving.cover(others, np.concatenate([nothing, *own[:number], *own[number + 1 :]]))
            share = effort.share * len(own[number]) / self._stations
            if effort.nested:
                own[number] = improved_nested(
                    self.serving,
                    phase.weight,
                    free & part.where,
                    others,
                    own[number],
                    replace(effort, share=share),
                )
                continue
            own[number] = self.serving.improved(
                phase.weight,
                free & part.where,
                others,
                own[number],
                rounds=effort.rounds,
                seed=effort.seed,
                work_share=share,
            )
        joined = np.concatenate(own)
        return in_order(self.serving, phase.weight, before, joined) if len(own) > 1 else joined

    def _stand(self, cells: Cells) -> None:
        for number, part in enumerate(self.parts):
            self._left[number] -= int(part.where.ravel()[cells].sum())
        self.serving.cover(self.covered, cells)
        self.standing = np.concatenate([self.standing, cells])


def worthwhile(gained: Gains, least: float) -> int:
    """Return how many stations to build so that none of the last ones add less than ``least``.

    Those after them add less than that in the mean, however many of them are taken, and the last
    ones of them at least that. Where gains fall, this is the number before the first below.

    Examples
    --------
    >>> import numpy as np
    >>> worthwhile(np.array([9.0, 5.0, 3.0, 1.0]), 3.0)
    3
    >>> worthwhile(np.array([9.0, 2.0, 5.0, 1.0]), 3.0)
    3
    """
    more = np.concatenate([[0.0], np.cumsum(gained - least)])
    return len(gained) - int(np.argmax(more[::-1]))
