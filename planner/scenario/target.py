"""What is to be built: section ``[target]``, of a scenario or of one of its networks."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from planner.scenario.base import Section


class TargetSection(Section):
    """How many stations stand already and how many are to be built."""

    stations_baseline: int = Field(
        0,
        ge=0,
        le=5_000_000,
        description="Stations in service before the plan; placed by the model where no file of "
        "existing sites is given.",
    )
    baseline_order: Literal["densest_first", "most_people_first"] = Field(
        "densest_first",
        description="How the model places a baseline that no file gives: dense urban land first, "
        "then urban, suburban and rural, as early networks were built; or wherever a station "
        "covers the most people.",
    )
    stations_new: int = Field(
        0,
        ge=0,
        le=5_000_000,
        description="New stations to be placed: required for the objective most_covered; for the "
        "others the most there may be, where it is above 0.",
    )
    stations_upgraded: int | None = Field(
        None,
        ge=0,
        le=5_000_000,
        description='With sites.existing_use = "upgraded": the most sites that are upgraded, '
        "beside stations_new new ones; default: upgrades and new ones share stations_new.",
    )
    date: dt.date | None = Field(None, description="The day by which they are to stand.")
    counting_rule: str = Field("", description="What the numbers count (new, cumulative, shared).")
