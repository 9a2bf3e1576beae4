"""The build-out: stations month by month, with disruptions and chance."""

from planner.rollout.build_out import BuildOut, build_out
from planner.rollout.calendar import Horizon, horizon
from planner.rollout.check import check_rollout
from planner.rollout.milestones import Reached, WayBack, reached
from planner.rollout.schedule import QUANTILES, Schedule, simulate
from planner.rollout.timetable import (
    FIRST_MONTH,
    Timetable,
    share_steps,
    timetable,
    warn_of_unknown_holidays,
)

__all__ = [
    "FIRST_MONTH",
    "QUANTILES",
    "BuildOut",
    "Horizon",
    "Reached",
    "Schedule",
    "Timetable",
    "WayBack",
    "build_out",
    "check_rollout",
    "horizon",
    "reached",
    "share_steps",
    "simulate",
    "timetable",
    "warn_of_unknown_holidays",
]
