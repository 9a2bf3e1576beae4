"""The number of stations to build: section ``[target]`` of a scenario or of one of its networks."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from planner.scenario.base import Section


class TargetSection(Section):
    """How many stations are in service already, and how many are to be built."""

    stations_baseline: int = Field(
        0,
        ge=0,
        le=5_000_000,
        description="Stations in service before the plan; the model places them unless a file of "
        "existing sites is given.",
    )
    baseline_order: Literal["densest_first", "most_people_first"] = Field(
        "densest_first",
        description="How the model places the baseline if no file gives it. densest_first: dense "
        "urban land, then urban, suburban and rural, as early networks were built; "
        "most_people_first: each station where it adds the most people.",
    )
    stations_new: int = Field(
        0,
        ge=0,
        le=5_000_000,
        description="New stations to place. Required by the objective most_covered; for the other "
        "objectives the maximum number, if above 0.",
    )
    stations_upgraded: int | None = Field(
        None,
        ge=0,
        le=5_000_000,
        description='With sites.existing_use = "upgraded": maximum number of upgraded sites, in '
        "addition to stations_new new ones; default: upgrades and new ones share stations_new.",
    )
    date: dt.date | None = Field(None, description="Date by which they must be in service.")
    counting_rule: str = Field(
        "", description="How the numbers are counted (new, cumulative, shared)."
    )
