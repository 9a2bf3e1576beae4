"""The ground of a run: area, demand, terrain and priority places, each read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from planner.ground.area import StudyArea
from planner.ground.demand import Demand
from planner.ground.people_blocks import PeopleBlocks
from planner.ground.people_sample import PeopleSample
from planner.ground.priority_places import PriorityPlaces
from planner.ground.terrain import Terrain


@dataclass(frozen=True)
class Ground:
    """The ground that all stations and networks of a scenario share.

    ``area``: the study area with its grid; ``demand``: the people there; ``terrain``: heights on
    the grid, None over smooth earth; ``places``: priority places, None where the scenario names
    none. :func:`planner.ground_of` reads all four, each once.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> ground = planner.ground_of(scenario, 250.0)
    >>> ground.terrain is None
    True
    """

    area: StudyArea
    demand: Demand
    terrain: Terrain | None = None
    places: PriorityPlaces | None = None

    @cached_property
    def people_sample(self) -> PeopleSample:
        """A sample of the people, the same for all networks."""
        return PeopleSample.of(self.demand)

    @cached_property
    def people_blocks(self) -> PeopleBlocks:
        """The people by square kilometres."""
        return PeopleBlocks.of(self.demand.people, self.area)
