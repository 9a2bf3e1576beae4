"""A sample of the people, for quick counts of who is served under other assumptions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import numpy.typing as npt

from planner.ground.area import StudyArea
from planner.ground.demand import Demand
from planner.ground.people_blocks import PeopleBlocks
from planner.scenario.area import AreaClassesSection

SAMPLE = 20_000
"""People in a sample. Those of two cases are the same, so that their difference is exact."""

_MAKING = Lock()


@dataclass(frozen=True)
class SampledPeople:
    """Class of the cells that a sample lives in (uint8[M]), and how many people each stands for."""

    area_class: npt.NDArray[np.uint8]
    weight: npt.NDArray[np.float64]


@dataclass(frozen=True)
class PeopleSample:
    """A sample of the people, each standing for as many: ``cell`` (int64[M]) where they live."""

    cell: npt.NDArray[np.int64]
    demand: Demand
    _known: dict[str, Future[SampledPeople]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, demand: Demand, size: int = SAMPLE) -> PeopleSample:
        """Draw at even steps through the people, class by class and row by row.

        Examples
        --------
        >>> import planner
        >>> ground = planner.ground_of(planner.load_scenario("qingzhen"), 250.0)
        >>> sample = PeopleSample.of(ground.demand, 1000)
        >>> round(float(sample.usual.weight.sum()) / ground.demand.people_total, 6)
        1.0
        """
        people, classes = demand.people.ravel(), demand.area_class.ravel()
        cells = np.flatnonzero(people > 0)
        cells = cells[np.argsort(classes[cells], kind="stable")]
        upto = np.cumsum(people[cells], dtype=np.float64)
        steps = (np.arange(size) + 0.5) * (upto[-1] / size)
        return cls(cells[np.searchsorted(upto, steps)], demand)

    @property
    def usual(self) -> SampledPeople:
        """The sample as it was drawn."""
        return self.among(self.demand)

    def otherwise(self, key: str, make: Callable[[], SampledPeople]) -> Future[SampledPeople]:
        """Return the result of ``make``, computed once for each ``key``.

        By the thread that asks first, before this returns; others get what is being computed.
        """
        with _MAKING:
            others = self._known.get(key)
            found = self._known.setdefault(key, Future())
        if others is None:
            try:
                found.set_result(make())
            except BaseException as error:
                found.set_exception(error)
        return found

    def crowded(
        self, area: StudyArea, blocks: PeopleBlocks, exponent: float, section: AreaClassesSection
    ) -> SampledPeople:
        """Return the sample where density is raised to a power, with classes by ``section``.

        ``blocks``: those of the people. For classes by the Degree of Urbanisation.
        """
        by_block, by_zone = blocks.crowding(exponent, self.demand.zone_people)
        codes = blocks.codes_if_crowded(by_block, by_zone, section)
        here, zone = blocks.block_of(self.cell), area.zone_index.ravel()[self.cell]
        weight = by_block.ravel()[here] * by_zone[zone] * self._each
        return SampledPeople(codes.ravel()[here], weight)

    def among(self, demand: Demand) -> SampledPeople:
        """Return the sample where people live as in another demand."""
        old, new = self.demand.people.ravel()[self.cell], demand.people.ravel()[self.cell]
        weight = np.asarray((new / old).astype(np.float64) * self._each)
        return SampledPeople(demand.area_class.ravel()[self.cell], weight)

    @property
    def _each(self) -> float:
        """How many people each stands for."""
        return self.demand.people_total / self.cell.size
