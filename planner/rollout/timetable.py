"""When the new stations of a plan are built: their order, their needs, and the months."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.errors import PlannerWarning
from planner.ground.ground import Ground
from planner.money import site_kinds
from planner.rollout.calendar import years_without_holidays
from planner.rollout.order import (
    StationsFor,
    construction_order,
    cumulative_need,
    new_site_share,
)
from planner.rollout.schedule import Schedule, simulate
from planner.scenario.rollout import RolloutSection
from planner.siting import Siting

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.uint8]

FIRST_MONTH = 2
"""Mark of stations, and of what they are the first to serve, that the first month builds."""


@dataclass(frozen=True)
class Timetable:
    """The new stations in the order they are built, and when.

    ``order`` (int64[N]): rows of the plan's stations; ``need`` (float64[R, N + 1]) as
    :func:`planner.rollout.order.cumulative_need` returns it; ``steps``: shares of the people of a
    cell at which maps change colour.
    """

    order: Ints
    need: Floats
    schedule: Schedule
    steps: tuple[float, float, float]

    @property
    def marks(self) -> Marks:
        """Mark of the month in which each is in service at the median (uint8[N])."""
        built = np.searchsorted(self.schedule.fan[:, 1], np.arange(1, self.order.size + 1))
        return (FIRST_MONTH + built).astype(np.uint8)

    def marks_of_plan(self, standing: int) -> Marks | None:
        """Return the marks of all stations, 1 for the first ones, which stand before.

        None where the new stations do not follow those that are ``standing``, as the plan has them.
        """
        if not np.array_equal(self.order, standing + np.arange(self.order.size)):
            return None
        return np.concatenate([np.ones(standing, np.uint8), self.marks])


def timetable(
    section: RolloutSection,
    ground: Ground,
    siting: Siting,
    *,
    existing_use: str,
    seed: int,
    stations_for: StationsFor | None = None,
    served_share: float = 0.5,
) -> Timetable:
    """Return when the new stations of a plan are built.

    Parameters
    ----------
    section
        The build-out of the scenario.
    ground, siting
        The area with its people, and the stations of the plan.
    existing_use
        ``sites.existing_use`` of the scenario, as for :func:`planner.money.site_kinds`.
    seed
        Seed of the scenario.
    stations_for
        As for :func:`planner.rollout.order.construction_order`.
    served_share
        Of the people of a cell, as for :func:`share_steps`.
    """
    order = construction_order(siting, ground.area, ground.demand, section.priority, stations_for)
    new_site = new_site_share(section, site_kinds(existing_use, siting)[order])
    area_class = ground.demand.area_class.ravel()[siting.cell[order]]
    need = cumulative_need(section, area_class, new_site)
    return Timetable(order, need, simulate(section, need, seed), share_steps(served_share))


def share_steps(served_share: float) -> tuple[float, float, float]:
    """Return the shares of people served at which maps change colour, rising.

    Examples
    --------
    >>> share_steps(0.5)
    (0.1, 0.5, 0.9)
    """
    return min(0.1, served_share / 2), served_share, max(0.9, (1 + served_share) / 2)


def warn_of_unknown_holidays(section: RolloutSection, file: str) -> None:
    """Warn of the years of a build-out whose public holidays are not known."""
    for year in years_without_holidays(section.start, section.end, section.calendar):
        warnings.warn(
            f"{file}: public holidays of {year} are not known; only weekends are off",
            PlannerWarning,
            stacklevel=3,
        )
