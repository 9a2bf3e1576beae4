"""The build-out of a scenario: resources, calendar, disruptions, milestones."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from planner.scenario.base import AreaClassName, Code, Section

ALL = "all"
"""Stands for the names of all resources."""


class AreaClassFactors(Section):
    """Factors on what a station needs, by area class."""

    dense_urban: float = Field(1.0, gt=0.0, le=100.0, description="Factor on the need.")
    urban: float = Field(1.0, gt=0.0, le=100.0, description="Factor on the need.")
    suburban: float = Field(1.0, gt=0.0, le=100.0, description="Factor on the need.")
    rural: float = Field(1.0, gt=0.0, le=100.0, description="Factor on the need.")


class Resource(Section):
    """Something that stations need, available at a limited rate per month."""

    name: str = Field(min_length=1, max_length=80, description="For example crews or radio units.")
    name_zh: str = Field("", max_length=80, description="The same in Chinese.")
    unit: str = Field("stations", max_length=40, description="Unit in which it is counted.")
    capacity_per_month: float = Field(
        ge=0.0, le=1e12, description="Units available in a month of average working days."
    )
    per_station: float = Field(1.0, ge=0.0, le=1e9, description="Units needed per station.")
    per_new_site: float = Field(
        0.0, ge=0.0, le=1e9, description="Additional units if the station needs a new site."
    )
    by_area_class: AreaClassFactors = Field(
        default_factory=AreaClassFactors, description="Factors on the need by area class."
    )
    stock: float = Field(0.0, ge=0.0, le=1e12, description="Units in stock at the start.")
    lead_months: int = Field(
        0,
        ge=0,
        le=60,
        description="Months from work or order to use. Until then only the stock is available, "
        "and disruptions take effect later by the same time.",
    )
    ramp_from: float = Field(
        1.0, ge=0.0, le=1.0, description="Share of full capacity in the first month."
    )
    ramp_months: int = Field(
        0,
        ge=0,
        le=120,
        description="Months until full capacity, reached in equal steps; 0: from the start.",
    )
    keeps: bool = Field(
        False,
        description="true: unused units carry over (materials). false: they are lost (labour), "
        "except work already begun on the next station.",
    )
    working_days_only: bool = Field(
        True,
        description="true: capacity is proportional to the working days of a month; false: to "
        "all its days.",
    )
    sigma_month: float = Field(
        0.0,
        ge=0.0,
        le=2.0,
        description="Random variation from month to month: standard deviation of the logarithm of "
        "a factor of mean 1.",
    )


class Disruption(Section):
    """An event that reduces capacity from its first to its last day."""

    name: str = Field(min_length=1, max_length=120, description="Name of the event.")
    name_zh: str = Field("", max_length=120, description="The same in Chinese.")
    resources: tuple[str, ...] = Field(
        (ALL,), min_length=1, description='Names of the resources it affects, or "all".'
    )
    factor: float = Field(
        ge=0.0,
        le=1.0,
        description="Share of the capacity that remains; factors of overlapping disruptions "
        "multiply.",
    )
    first_day: dt.date = Field(description="First day of the event.")
    last_day: dt.date = Field(description="Last day of the event.")
    factor_sigma: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        description="Standard deviation of the factor, which is kept between 0 and 1.",
    )
    end_sigma_days: float = Field(
        0.0, ge=0.0, le=365.0, description="Standard deviation of the last day, in days."
    )
    probability: float = Field(
        1.0,
        ge=0.0,
        le=1.0,
        description="Probability that the event occurs. In the deterministic run it occurs if "
        "this is at least 0.5.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Disruption:
        if self.last_day < self.first_day:
            raise ValueError(
                f"the dates are reversed: last_day {self.last_day} is before first_day "
                f"{self.first_day}"
            )
        return self


class Milestone(Section):
    """A quantity to reach by a date; exactly one of the three quantities is given."""

    name: str = Field(min_length=1, max_length=120, description="Name of the milestone.")
    name_zh: str = Field("", max_length=120, description="The same in Chinese.")
    date: dt.date = Field(description="Date by which it must be reached.")
    stations_new: int | None = Field(
        None, ge=0, le=5_000_000, description="Stations built since the start."
    )
    stations_total: int | None = Field(
        None, ge=0, le=10_000_000, description="Stations in service, the baseline included."
    )
    covered_share: float | None = Field(
        None, ge=0.0, le=1.0, description="Share of all people covered."
    )

    @model_validator(mode="after")
    def _one_quantity(self) -> Milestone:
        given = [self.stations_new, self.stations_total, self.covered_share]
        if sum(value is not None for value in given) != 1:
            raise ValueError("give exactly one of stations_new, stations_total and covered_share")
        return self


class PriorityClass(Section):
    """Stations that are built before those of the following classes and before all others."""

    name: str = Field("", max_length=120, description="Name used in the report.")
    area_classes: tuple[AreaClassName, ...] = Field((), description="Area classes; empty: all.")
    zones: tuple[Code, ...] = Field((), description="Codes of zones; empty: all.")
    place_classes: tuple[str, ...] = Field(
        (),
        description="Limits the class to stations that, in the order of the plan, are the first "
        "to serve a priority place of these classes; empty: no limit.",
    )


class RolloutSection(Section):
    """The build-out, simulated month by month."""

    start: dt.date = Field(description="First day of work; months are those of the calendar.")
    end: dt.date = Field(description="Last day of the simulation.")
    runs: int = Field(10_000, ge=1, le=1_000_000, description="Number of Monte Carlo runs.")
    sigma_common: float = Field(
        0.0,
        ge=0.0,
        le=2.0,
        description="Random variation that all capacities of a run share: standard deviation of "
        "the logarithm of a factor of mean 1.",
    )
    calendar: Literal["china", "weekends", "every_day"] = Field(
        "china",
        description="Days off: weekends and public holidays of China (2020 and 2021), weekends "
        "only, or none.",
    )
    working_days_per_month: float = Field(
        250.0 / 12.0,
        gt=0.0,
        le=31.0,
        description="Working days in the month that capacity_per_month refers to; default: the "
        "250 working days of a year in China divided by twelve.",
    )
    new_site_share: float = Field(
        0.0, ge=0.0, le=1.0, description="Share of new stations that need a new site."
    )
    resources: tuple[Resource, ...] = Field(
        min_length=1, max_length=50, description="What stations need, each with its capacity."
    )
    disruptions: tuple[Disruption, ...] = Field(
        (), max_length=500, description="Events that reduce capacity."
    )
    milestones: tuple[Milestone, ...] = Field(
        (), max_length=100, description="Quantities to reach by a date."
    )
    priority: tuple[PriorityClass, ...] = Field(
        (), description="Stations that are built before the others, first class first."
    )

    @model_validator(mode="after")
    def _consistent(self) -> RolloutSection:
        problems = []
        if self.end < self.start:
            problems.append(f"the dates are reversed: end {self.end} is before start {self.start}")
        elif (self.end.year - self.start.year) * 12 + self.end.month - self.start.month >= 240:
            problems.append("the horizon must not be longer than 240 months")
        names = [resource.name for resource in self.resources]
        twice = sorted({name for name in names if names.count(name) > 1})
        problems += [f'two resources are called "{name}"' for name in twice]
        for index, event in enumerate(self.disruptions):
            problems += [
                f'disruptions.{index} ("{event.name}") names "{name}", which is not a resource; '
                f"expected {ALL} or some of {', '.join(names)}"
                for name in event.resources
                if name not in {ALL, *names}
            ]
            if event.first_day < self.start or event.last_day > self.end:
                problems.append(
                    f'disruptions.{index} ("{event.name}") from {event.first_day} to '
                    f"{event.last_day} is outside the horizon {self.start} to {self.end}"
                )
        problems += [
            f'milestones.{index} ("{stone.name}") on {stone.date} is outside the horizon '
            f"{self.start} to {self.end}"
            for index, stone in enumerate(self.milestones)
            if not self.start <= stone.date <= self.end
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self
