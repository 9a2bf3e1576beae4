"""A national split: how a programme of stations divides over provinces. No grid and no siting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from planner.errors import InputError
from planner.scenario.area import AreaClassesSection
from planner.scenario.base import Code, ScenarioFile, Section
from planner.scenario.model import Source
from planner.scenario.radio import RadioSection
from planner.scenario.scenario_file import read_scenario_file, read_toml, shipped_names
from planner.scenario.service import ServiceSection

FOLDER = "national"
RuleName = Literal["equal_cover", "people", "urban_people", "area"]
RULES: tuple[RuleName, ...] = ("equal_cover", "people", "urban_people", "area")


class Programme(Section):
    """A programme of stations, and optionally of money, to be split."""

    name: str = Field(min_length=1, max_length=100, description="Name of the programme.")
    name_zh: str = Field("", max_length=100, description="The same in Chinese.")
    stations: int = Field(ge=1, le=50_000_000, description="New stations of the whole country.")
    stations_before: int = Field(
        0,
        ge=0,
        le=50_000_000,
        description="Stations in service before, for targets that include them.",
    )
    capital_cny: int | None = Field(
        None, ge=0, le=10**15, description="Capital in whole yuan, split in proportion to stations."
    )


class MixSection(Section):
    """The rule of the split: weights of the simple rules."""

    equal_cover: float = Field(
        1.0,
        ge=0.0,
        le=1.0,
        description="Weight of the split that covers the same share of urban people everywhere.",
    )
    people: float = Field(0.0, ge=0.0, le=1.0, description="Weight of the split by people.")
    urban_people: float = Field(
        0.0, ge=0.0, le=1.0, description="Weight of the split by urban people."
    )
    area: float = Field(0.0, ge=0.0, le=1.0, description="Weight of the split by land area.")

    @model_validator(mode="after")
    def _add_up(self) -> MixSection:
        total = sum(float(getattr(self, rule)) for rule in RULES)
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"the shares add up to {total:.6g}; they must add up to 1")
        return self


class FixedStations(Section):
    """A province whose share of each programme is given directly."""

    province: Code = Field(description="Adcode of the province.")
    share: float = Field(ge=0.0, le=1.0, description="Share of the stations.")


class RuleSection(Section):
    """How stations are split over provinces."""

    mix: MixSection = Field(MixSection(), description="Weights of the simple rules.")
    covered_share: float = Field(
        0.9, gt=0.0, le=1.0, description="Share of urban people covered under equal_cover."
    )
    town_people_per_km2: float = Field(
        8_700.0,
        gt=0.0,
        le=100_000.0,
        description="Density on the built-up land of towns in counties with a lower mean density.",
    )
    fixed: tuple[FixedStations, ...] = Field(
        (), description="Provinces with a given share; the others share the rest."
    )

    @model_validator(mode="after")
    def _fixed_fit(self) -> RuleSection:
        codes = [one.province for one in self.fixed]
        if len(set(codes)) < len(codes):
            raise ValueError("fixed names a province twice")
        if sum(one.share for one in self.fixed) > 1.0 + 1e-9:
            raise ValueError("the fixed shares add up to more than 1")
        return self


class ProvincesSection(Section):
    """The plan of each province: ``planner national`` places its stations."""

    scenario: Path = Field(
        description="Scenario for every province, with the area, the cell size and the stations "
        "of the province."
    )
    cells_per_station: float = Field(
        4.0,
        ge=1.0,
        le=1e4,
        description="Minimum number of cells of the province per station; if there are fewer, its "
        "cells are made smaller than those of the scenario.",
    )


class NationalScenario(ScenarioFile):
    """One question about all 31 provinces of the mainland."""

    kind: Literal["national"] = Field(
        description='Must be "national"; marks the file as a national split.'
    )
    programmes: tuple[Programme, ...] = Field(min_length=1, description="Programmes to split.")
    rule: RuleSection = Field(RuleSection(), description="How stations are split.")
    provinces: ProvincesSection | None = Field(
        None, description="How each province is planned, for planner national."
    )
    area_classes: AreaClassesSection = Field(
        AreaClassesSection(rule="density"),
        description="Density thresholds of the area classes of counties, by rule density.",
    )
    radio: RadioSection = Field(
        default_factory=RadioSection, description="The network, for the service radii."
    )
    service: ServiceSection = Field(
        default_factory=ServiceSection, description="The service, for the service radii."
    )
    sources: tuple[Source, ...] = Field((), description="Sources of the values.")

    @model_validator(mode="after")
    def _thresholds_fall(self) -> NationalScenario:
        self.area_classes.check_thresholds()
        return self


def national_names() -> tuple[str, ...]:
    """Names of the shipped national scenarios, sorted."""
    return shipped_names(FOLDER)


def is_national(name: str | Path) -> bool:
    """Whether a name or a file is a national scenario; False for a file that cannot be read."""
    if str(name) in national_names():
        return True
    try:
        return Path(name).is_file() and read_toml(Path(name), str(name)).get("kind") == "national"
    except InputError:
        return False


def load_national(
    name: str | Path, overrides: Sequence[str] | Mapping[str, object] = ()
) -> NationalScenario:
    """Load a shipped national scenario by name, or your own by path.

    ``overrides``: as for :func:`planner.scenario.load_scenario`.

    Raises
    ------
    InputError
        With every problem of the file at once.
    """
    return read_scenario_file(
        name, NationalScenario, overrides, kind="national scenario", folder=FOLDER
    )
