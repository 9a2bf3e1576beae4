"""The scenario: the planner's whole question, as frozen tables with units in the key names."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, model_validator
from pydantic.config import JsonDict

from planner.data.cache import is_data_name
from planner.errors import InputError, Problem
from planner.scenario.area import AreaClassesSection, AreaSection, PopulationSection
from planner.scenario.base import AreaClassName, Code, ScenarioFile, Section, Share
from planner.scenario.measure import AppliedMeasure
from planner.scenario.money import MoneySection
from planner.scenario.networks import NetworkSection, SharingRulesSection, SharingSection
from planner.scenario.outputs import BaseMapSection, OutputsSection
from planner.scenario.places import (
    PlaceClass,
    PriorityPlacesSection,
    check_place_classes,
    people_steer,
)
from planner.scenario.radio import RadioSection
from planner.scenario.rollout import RolloutSection
from planner.scenario.service import ServiceSection
from planner.scenario.sites import CandidatesSection, Exclusion, SitesSection
from planner.scenario.siting import (
    REST,
    Equipment,
    MustServe,
    ObjectiveSection,
    Phase,
    WeightsSection,
    ZoneStations,
)
from planner.scenario.target import TargetSection
from planner.scenario.terrain import TerrainSection
from planner.scenario.uncertain import Uncertain


class Aim(Section):
    """A coverage target: a share of people, in the whole area or a part of it."""

    name: str = Field(min_length=1, max_length=200, description="Name in tables and report.")
    name_zh: str = Field("", max_length=200, description="The same in Chinese.")
    share: Share = Field(description="Share of the people of the part that must be covered.")
    zones: tuple[Code, ...] = Field((), description="Codes of zones; empty: all of them.")
    area_classes: tuple[AreaClassName, ...] = Field(
        (), description="Area classes; empty: all of them."
    )


class SitingSection(Section):
    """Effort spent on the plan after the greedy placement, and limits on where stations go."""

    improvement_rounds: Annotated[int, Field(ge=0, le=1_000)] | Literal["auto"] = Field(
        "auto",
        description="Rounds of simulated annealing, which moves, drops and adds new stations and "
        "changes their equipment; 0: the greedy plan is kept; auto: a fixed amount of work.",
    )
    certificate_iterations: Annotated[int, Field(ge=0, le=100_000)] | Literal["auto"] = Field(
        "auto",
        description="Steps of the search for an upper bound on the coverage of any plan of this "
        "size; 0: no certificate, unless all people are covered; auto: a fixed amount of work.",
    )

    effort: float = Field(
        1.0,
        gt=0.0,
        le=1.0,
        description="Share of the work that auto does in improvement and certificate; a sweep of "
        "many runs uses a small one.",
    )
    enough_gap: float = Field(
        0.005,
        ge=0.0,
        lt=1.0,
        description="Where auto computes the bound on the most people covered: the search ends "
        "once the plan, or the phase, is proven to be at most this share below any other; 0: it "
        "does all its work.",
    )
    exact: Literal["auto", "always", "never"] = Field(
        "auto",
        description="Find and prove the best plan by branch and bound (HiGHS); auto: only with "
        "few candidates, a list of up to 2,000 or a raster of up to 1,000 cells.",
    )
    nested: bool = Field(
        False,
        description="true: for every number N the first N stations are a good plan, not only all "
        "of them; adds a bound for every number, and curve.csv.",
    )
    min_separation_m: float = Field(
        0.0,
        ge=0.0,
        le=100_000.0,
        description="Minimum distance between a new station and every other station.",
    )
    zone_stations: tuple[ZoneStations, ...] = Field(
        (), description="Limits on the number of new stations in single zones."
    )
    phases: tuple[Phase, ...] = Field(
        (),
        description="Stages of the construction, in their order. Stations of target.stations_new "
        "that remain after them go where they add the most people. Default: one stage for all "
        "people.",
    )

    @model_validator(mode="after")
    def _zones_once(self) -> SitingSection:
        codes = [one.zone for one in self.zone_stations]
        if len(set(codes)) < len(codes):
            raise ValueError("zone_stations names a zone twice")
        names = [one.name for one in self.phases]
        if len(set(names)) < len(names):
            raise ValueError("phases holds a name twice")
        if REST in names and not self.phases[-1].is_whole:
            raise ValueError(f'phases: "{REST}" is the name of what the phases leave')
        return self


class GapsSection(Section):
    """Which uncovered settled land is reported as a gap."""

    settled_people_per_km2: float = Field(
        100.0,
        ge=0.0,
        description="Minimum density of settled cells; next to them, a quarter of it suffices.",
    )
    min_people: float = Field(
        0.0, ge=0.0, description="Gaps with fewer people are counted but not listed."
    )
    max_km2: float = Field(
        100.0,
        gt=0.0,
        description="Larger gaps are divided around their most populous places; 100 km² is about "
        "the size of a township.",
    )
    served_share: float = Field(
        0.5,
        gt=0.0,
        le=1.0,
        description="With graded service: share of the people that must be served for land to be "
        "no gap, and for a must-serve place to count as served.",
    )
    max_listed: int | None = Field(
        None, ge=0, description="Number of gaps kept as polygons, largest first. Default: all."
    )


class Source(Section):
    """Where a value of this file comes from."""

    key: str = Field(description="Dotted key of the value, for example target.stations_new.")
    status: Literal["quoted", "derived", "assumption"]
    text: str = Field(min_length=1, max_length=1000)
    text_zh: str = Field("", max_length=1000, description="The same in Chinese.")
    url: str = ""


def _or_name(schema: JsonDict) -> None:
    """Let the schema allow the name of a data set in place of a table."""
    tables = schema.pop("anyOf", None) or [{"$ref": schema.pop("$ref")}]
    name: JsonDict = {"type": "string", "description": "Name of a data set."}
    schema["anyOf"] = [*tables, name]  # type: ignore[misc]


class Scenario(ScenarioFile):
    """One question: a province, a target, a radio network.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> scenario.area.cell_size_m
    'auto'
    """

    seed: int = Field(2020, ge=0, description="Seed of all random numbers.")
    area: AreaSection
    population: PopulationSection = Field(PopulationSection(), json_schema_extra=_or_name)
    area_classes: AreaClassesSection = AreaClassesSection()
    radio: RadioSection = Field(default_factory=RadioSection)
    service: ServiceSection = Field(default_factory=ServiceSection)
    terrain: TerrainSection | None = Field(None, json_schema_extra=_or_name)
    target: TargetSection
    networks: tuple[NetworkSection, ...] = ()
    sharing: tuple[SharingSection, ...] = ()
    sharing_rules: SharingRulesSection = SharingRulesSection()
    aims: tuple[Aim, ...] = ()
    objective: ObjectiveSection = ObjectiveSection()
    weights: WeightsSection = WeightsSection()
    must_serve: tuple[MustServe, ...] = ()
    place_classes: tuple[PlaceClass, ...] = ()
    priority_places: tuple[PriorityPlacesSection, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    sites: SitesSection = SitesSection()
    candidates: CandidatesSection = CandidatesSection()
    exclusions: tuple[Exclusion, ...] = ()
    siting: SitingSection = SitingSection()
    gaps: GapsSection = GapsSection()
    outputs: OutputsSection = OutputsSection()
    base_map: BaseMapSection = BaseMapSection()
    cost: MoneySection | None = None
    rollout: RolloutSection | None = None
    uncertain: tuple[Uncertain, ...] = ()
    range_draws: int = Field(
        32,
        ge=0,
        le=10_000,
        description="Joint draws of all uncertain assumptions, for the range of the people "
        "served; 0: no range.",
    )
    sources: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _says_what_its_objective_needs(self) -> Scenario:
        self._check_objective()
        self._check_order()
        self._check_credibility()
        order = self.rollout.priority if self.rollout else ()
        first = [one.place_classes for one in order]
        check_place_classes(self.priority_places, self.place_classes, first)
        return self

    def _check_objective(self) -> None:
        """Raise ``ValueError`` if sections that belong together contradict each other."""
        given = self.target.model_fields_set
        if self.objective.kind == "most_covered" and "stations_new" not in given:
            raise ValueError('target.stations_new is missing: objective "most_covered" needs it')
        names = [one.name for one in self.equipment]
        if len(set(names)) < len(names):
            raise ValueError("equipment holds a name twice")
        costly = self.objective.by_cost
        priced = self.cost or (names and all(one.station_cny for one in self.equipment))
        if costly and not priced:
            raise ValueError(f'objective "{self.objective.kind}" needs cost.station_cny')
        if self.sites.existing_use != "kept" and self.sites.existing is None:
            raise ValueError(
                f'sites.existing_use = "{self.sites.existing_use}" needs sites.existing'
            )
        if self.target.stations_upgraded is not None and self.sites.existing_use != "upgraded":
            raise ValueError('target.stations_upgraded needs sites.existing_use = "upgraded"')

    def _check_credibility(self) -> None:
        """Raise ``ValueError`` if too little is drawn for the credibility that is asked for."""
        targets = [one.target for one in self.networks] or [self.target]
        every = [one.credibility for one in targets if one.credibility is not None]
        if not every:
            return
        asked = max(every)
        if not self.uncertain:
            raise ValueError("target.credibility needs [[uncertain]], or a calibration")
        if self.range_draws * (1.0 - asked) < 1.0 - 1e-9:
            least = math.ceil(1.0 / (1.0 - asked) - 1e-9)
            raise ValueError(f"target.credibility = {asked:g} needs range_draws = {least} or more")

    def _check_order(self) -> None:
        """Raise ``ValueError`` if phases or a nested plan cannot do what the scenario asks."""
        siting = self.siting
        others = {
            f'objective "{self.objective.kind}"': self.objective.kind != "most_covered",
            "equipment": bool(self.equipment),
            "siting.zone_stations": bool(siting.zone_stations),
            "siting.min_separation_m": siting.min_separation_m > 0,
            'siting.exact = "always"': siting.exact == "always",
            'sites.existing_use = "upgraded"': self.sites.existing_use == "upgraded",
            "must_serve": bool(self.must_serve),
            "priority places that must be served": any(
                one.use == "must_serve" and not one.service for one in self.priority_places
            ),
        }
        found = [name for name, here in others.items() if here]
        if siting.phases and found:
            raise ValueError(
                f"siting.phases cannot be combined with {', '.join(found)}: phases order the most "
                "people covered by a number of stations; target.zones fixes numbers of zones"
            )
        found += ["siting.phases"] if siting.phases else []
        found += ["stations_new in target.zones"] if self.target.fixes_new else []
        if siting.nested and found:
            raise ValueError(
                f"siting.nested cannot be combined with {', '.join(found)}: it is for the most "
                "people covered by every number of stations"
            )

    _measures: tuple[AppliedMeasure, ...] = PrivateAttr(default=())

    @property
    def measures(self) -> tuple[AppliedMeasure, ...]:
        """Measures that changed the file's values, in the order in which they were applied."""
        return self._measures

    @property
    def people_steer(self) -> bool:
        """Whether siting weighs people only."""
        return people_steer(self.weights, self.priority_places)

    @property
    def data_names(self) -> tuple[tuple[str, str], ...]:
        """Dotted keys that name a data set, with the names."""
        return tuple(_data_names(self.model_dump(), ""))

    def check_data(self) -> None:
        """Raise :class:`InputError` with a command for each data set that is not in the cache."""
        problems: list[Problem] = []
        for key, name in self.data_names:
            try:
                self._origin.data_set(Path(name))
            except InputError as error:
                problems += [replace(one, key=key) for one in error.problems]
        if problems:
            raise InputError(problems)

    def path(self, given: Path) -> Path:
        """Resolve a path of this scenario: relative to the folder of the scenario file."""
        return self._origin.path(given)


def _data_names(value: object, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Path) and is_data_name(value):
        yield key, str(value)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _data_names(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _data_names(item, f"{key}.{index}")
