"""The build-out: stations month by month, with disruptions and chance."""

from planner.rollout.build_out import FIRST_MONTH, BuildOut, build_out, scheduled, share_steps
from planner.rollout.calendar import Horizon, horizon
from planner.rollout.check import check_rollout
from planner.rollout.milestones import Reached, WayBack, reached
from planner.rollout.schedule import QUANTILES, Schedule, simulate

__all__ = [
    "FIRST_MONTH",
    "QUANTILES",
    "BuildOut",
    "Horizon",
    "Reached",
    "Schedule",
    "WayBack",
    "build_out",
    "check_rollout",
    "horizon",
    "reached",
    "scheduled",
    "share_steps",
    "simulate",
]
