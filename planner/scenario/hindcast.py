"""A hindcast: a past build-out compared with published figures. No area and no siting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from planner.scenario.base import ScenarioFile, Section
from planner.scenario.rollout import RolloutSection
from planner.scenario.scenario_file import read_scenario_file

FOLDER = "hindcast"


class Observation(Section):
    """A published number of stations in service."""

    date: dt.date = Field(description="The day that the number refers to.")
    stations: int = Field(ge=0, description="Stations in service: a cumulative total.")
    used: bool = Field(True, description="true: compared with the simulation. false: shown only.")
    status: Literal["quoted", "derived", "assumption"] = Field(
        "quoted", description="Quoted, derived from quoted numbers, or assumed."
    )
    text: str = Field(
        min_length=1, max_length=500, description="Who published it; if not used, why."
    )
    url: str = Field("", description="Where it was published.")


class OperatorPlan(Section):
    """What an operator announced in advance."""

    operator: str = Field(min_length=1, max_length=100, description="Whose plan it was.")
    operator_zh: str = Field("", max_length=100, description="The same in Chinese.")
    stations_new: int = Field(ge=0, description="New stations of the year.")
    text: str = Field("", max_length=500, description="What was announced, and what came of it.")
    url: str = Field("", description="Where it was published.")


class HindcastScenario(ScenarioFile):
    """A question about the past: how accurate the simulation would have been."""

    seed: int = Field(2020, ge=0, description="Seed of all random numbers.")
    stations_baseline: int = Field(ge=0, description="Stations in service at the start.")
    stations_target: int = Field(
        ge=0, description="Total number of stations announced for the end."
    )
    calibrate_until: dt.date = Field(
        description="Capacities are fitted to figures up to this day; later figures test the fit."
    )
    series: str = Field(min_length=1, max_length=2000, description="Which series is used, and why.")
    rollout: RolloutSection = Field(description="The build-out, before its capacities are fitted.")
    plans: tuple[OperatorPlan, ...] = Field((), description="Announced plans.")
    observations: tuple[Observation, ...] = Field(
        min_length=1, description="Published numbers of stations in service."
    )

    @model_validator(mode="after")
    def _consistent(self) -> HindcastScenario:
        problems = []
        start, end = self.rollout.start, self.rollout.end
        if self.stations_target < self.stations_baseline:
            problems.append(
                f"stations_target {self.stations_target} is below the baseline of "
                f"{self.stations_baseline}"
            )
        if not start <= self.calibrate_until <= end:
            problems.append(f"calibrate_until must lie from {start} to {end}")
        problems += [
            f"observations.{index}: {seen.date} is outside the horizon {start} to {end}"
            for index, seen in enumerate(self.observations)
            if not start <= seen.date <= end
        ]
        used = [seen.date <= self.calibrate_until for seen in self.observations if seen.used]
        if True not in used or False not in used:
            problems.append(
                "at least one used observation is needed up to calibrate_until, and one after it"
            )
        if problems:
            raise ValueError("; ".join(problems))
        return self


def load_hindcast(
    name: str | Path, overrides: Sequence[str] | Mapping[str, object] = ()
) -> HindcastScenario:
    """Load a shipped hindcast by name, or your own by path.

    ``overrides``: as for :func:`planner.scenario.load_scenario`.

    Raises
    ------
    InputError
        With every problem of the file at once.

    Examples
    --------
    >>> import planner
    >>> planner.load_hindcast("china-2020").name
    'china-2020'
    """
    return read_scenario_file(name, HindcastScenario, overrides, kind="hindcast", folder=FOLDER)
