"""The number of stations to build: section ``[target]`` of a scenario or of one of its networks."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from planner.scenario.base import Code, Section


class TargetZone(Section):
    """Numbers published for one zone, which a plan keeps exactly."""

    zone: Code = Field(description="Code of the zone, or its Chinese or English name.")
    stations_baseline: int | None = Field(
        None,
        ge=0,
        le=5_000_000,
        description="Stations of target.stations_baseline in the zone; default: not fixed.",
    )
    stations_new: int | None = Field(
        None,
        ge=0,
        le=5_000_000,
        description="Stations of target.stations_new in the zone; default: not fixed.",
    )
    source: str = Field(
        "", max_length=1000, description="Where the numbers come from, with their counting rule."
    )
    source_zh: str = Field("", max_length=1000, description="The same in Chinese.")

    @model_validator(mode="after")
    def _something(self) -> TargetZone:
        if self.stations_baseline is None and self.stations_new is None:
            raise ValueError("give stations_baseline, stations_new, or both")
        return self


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
    credibility: float | None = Field(
        None,
        ge=0.5,
        lt=1.0,
        description="Plan for the radio that this share of the draws of all uncertain assumptions "
        "reaches or exceeds; the people served are then served with this credibility. Default: "
        "the radio of the scenario.",
    )
    date: dt.date | None = Field(None, description="Date by which they must be in service.")
    counting_rule: str = Field(
        "", description="How the numbers are counted (new, cumulative, shared)."
    )
    counting_rule_zh: str = Field("", description="The same in Chinese.")
    zones: tuple[TargetZone, ...] = Field(
        (),
        description="Numbers of stations of single zones. The remaining stations go to the other "
        "zones, each where it adds the most people.",
    )

    @model_validator(mode="after")
    def _zones_fit(self) -> TargetSection:
        names = [one.zone for one in self.zones]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"zones names {name} twice")
        for key in ("stations_baseline", "stations_new"):
            given = sum(getattr(one, key) or 0 for one in self.zones)
            total = getattr(self, key)
            if given > total:
                raise ValueError(
                    f"{key} of the zones add up to {given:,}, more than the {total:,} of the target"
                )
        return self

    @property
    def fixes_new(self) -> bool:
        """Whether any zone must get exactly a number of new stations."""
        return any(one.stations_new is not None for one in self.zones)
