"""The scenario: everything a planner says, as frozen tables with units in the key names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, model_validator

from planner.scenario.base import Section
from planner.scenario.measure import AppliedMeasure
from planner.scenario.money import MoneySection
from planner.scenario.networks import NetworkSection, SharingRulesSection, SharingSection
from planner.scenario.places import PlaceClass, PriorityPlacesSection, check_place_classes
from planner.scenario.radio import RadioSection, ServiceSection
from planner.scenario.rollout import RolloutSection
from planner.scenario.siting import (
    Equipment,
    MustServe,
    ObjectiveSection,
    WeightsSection,
    ZoneStations,
)
from planner.scenario.target import TargetSection
from planner.scenario.terrain import TerrainSection

AreaClassName = Literal["dense_urban", "urban", "suburban", "rural"]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


def _code(value: object) -> object:
    """Take a code written as a number for what it is."""
    return str(value) if type(value) is int else value


Code = Annotated[str, BeforeValidator(_code)]


def _cell_size(value: float | str) -> float | str:
    if isinstance(value, str):
        if value != "auto":
            raise ValueError('must be "auto" or a number of metres from 20 to 5000')
    elif not 20.0 <= value <= 5000.0:
        raise ValueError('must be "auto" or a number of metres from 20 to 5000')
    return value


class AreaSection(Section):
    """Where: an embedded province, or the planner's own boundary."""

    province: Code | None = Field(
        None, description="Adcode (440000) or English name of an embedded province."
    )
    boundary: Path | None = Field(
        None, description="Polygon file of the study area, instead of an embedded province."
    )
    zones: Path | None = Field(
        None, description="Polygons of the zones to report by; default: prefectures or boundary."
    )
    zone_code_column: str = Field("adcode", description="Column of the zones file with the code.")
    zone_name_zh_column: str = Field("name_zh", description="Column with the Chinese name.")
    zone_name_en_column: str = Field("name_en", description="Column with the English name.")
    invalid_geometry: Literal["repair", "refuse"] = Field(
        "repair", description="What to do with a self-intersecting boundary or zone."
    )
    cell_size_m: Annotated[float | str, AfterValidator(_cell_size)] = Field(
        "auto", description='Side of a grid cell in metres, or "auto" from the service radii.'
    )

    @model_validator(mode="after")
    def _one_area(self) -> AreaSection:
        if (self.province is None) == (self.boundary is None):
            raise ValueError("give exactly one of province and boundary")
        return self


class PopulationSection(Section):
    """How many people live where: a raster of people per cell."""

    file: Path | None = Field(
        None,
        description="GeoTIFF of people per cell, any resolution and CRS; default: the embedded "
        "model of the province.",
    )
    nodata: Literal["nobody", "refuse"] = Field(
        "nobody", description="Cells without data inside the area: nobody lives there, or refuse."
    )


class AreaClassesSection(Section):
    """Dense urban, urban, suburban, rural: thresholds on smoothed population density."""

    smoothing_km: float = Field(
        1.0, gt=0.0, le=20.0, description="Standard deviation of the Gaussian smoothing."
    )
    dense_urban_people_per_km2: float = Field(15_000.0, gt=0.0, description="From here up.")
    urban_people_per_km2: float = Field(4_000.0, gt=0.0, description="From here up.")
    suburban_people_per_km2: float = Field(
        800.0, gt=0.0, description="From here up; below is rural."
    )

    @model_validator(mode="after")
    def _descending(self) -> AreaClassesSection:
        if not (
            self.dense_urban_people_per_km2
            > self.urban_people_per_km2
            > self.suburban_people_per_km2
        ):
            raise ValueError(
                "thresholds must fall: dense_urban_people_per_km2 > urban_people_per_km2 > "
                "suburban_people_per_km2"
            )
        return self


class Aim(Section):
    """A share of people to be covered, in all of the area or a part of it."""

    name: str = Field(min_length=1, max_length=200)
    share: Share = Field(description="Share of the people of the part that must be covered.")
    zones: tuple[Code, ...] = Field((), description="Codes of zones; empty: all of them.")
    area_classes: tuple[AreaClassName, ...] = Field(
        (), description="Area classes; empty: all of them."
    )


class SitesSection(Section):
    """Sites that the planner already knows: points with lon/lat or a geometry."""

    existing: Path | None = Field(
        None, description="Stations in service: GeoPackage, GeoJSON, Shapefile, or CSV (lon, lat)."
    )
    existing_use: Literal["kept", "upgraded", "retired"] = Field(
        "kept",
        description="Existing sites serve as they stand; or only where the plan upgrades them, at "
        "cost.upgrade_cny or the column cost_cny of their file; or not at all, their land being "
        "free again.",
    )
    must_have: Path | None = Field(None, description="Sites that the plan must build first.")
    outside_area: Literal["refuse", "drop"] = Field(
        "refuse",
        description="Sites outside the study area: refuse the file, or drop them with a warning "
        "that lists them.",
    )


class CandidatesSection(Section):
    """Where a new station may stand."""

    file: Path | None = Field(
        None,
        description="Points that may be chosen, and no others; default: cells of the grid. Its "
        "columns cost_cny and equipment, if any, say what each costs and may carry.",
    )
    spacing_share_of_radius: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        description="Thins grid candidates to one for every so many radii of the cell's class; "
        "0: every land cell.",
    )


class Exclusion(Section):
    """Land where no station may stand."""

    file: Path = Field(description="Polygons, lines or points, or a raster of land classes.")
    buffer_m: float = Field(
        0.0, ge=0.0, le=50_000.0, description="Grows features, or the excluded cells of a raster."
    )
    exclude_values: tuple[float, ...] = Field(
        (), description="Raster values that are excluded; empty: every value but 0 and nodata."
    )
    exclude_ranges: tuple[tuple[float, float], ...] = Field(
        (), description="Ranges of raster values that are excluded, both ends included."
    )

    @model_validator(mode="after")
    def _ranges_rise(self) -> Exclusion:
        if any(low > high for low, high in self.exclude_ranges):
            raise ValueError("exclude_ranges holds a range whose first value is above its second")
        return self


class SitingSection(Section):
    """How hard the program works on the plan after the greedy has placed the stations."""

    improvement_rounds: Annotated[int, Field(ge=0, le=1_000)] | Literal["auto"] = Field(
        "auto",
        description="Rounds in which new stations are moved, dropped and added by annealing, "
        "and change their equipment; 0: the greedy's plan as it is; auto: a fixed amount of work.",
    )
    certificate_iterations: Annotated[int, Field(ge=0, le=100_000)] | Literal["auto"] = Field(
        "auto",
        description="Steps towards an upper bound on what any plan of this size could cover; "
        "0: no certificate, unless everybody is covered; auto: a fixed amount of work. "
        "Discs only.",
    )

    exact: Literal["auto", "always", "never"] = Field(
        "auto",
        description="Prove the best plan by branch and bound (HiGHS): where few candidates make "
        "it quick, always, or never.",
    )
    min_separation_m: float = Field(
        0.0,
        ge=0.0,
        le=100_000.0,
        description="Least distance of a new station from every other station.",
    )
    zone_stations: tuple[ZoneStations, ...] = Field(
        (), description="How many new stations single zones get."
    )

    @model_validator(mode="after")
    def _zones_once(self) -> SitingSection:
        codes = [one.zone for one in self.zone_stations]
        if len(set(codes)) < len(codes):
            raise ValueError("zone_stations names a zone twice")
        return self


class GapsSection(Section):
    """What counts as a gap: uncovered settled land."""

    settled_people_per_km2: float = Field(
        100.0, ge=0.0, description="Cells at or above this density are settled."
    )
    min_people: float = Field(
        100.0, ge=0.0, description="Gaps with fewer people are counted but not drawn."
    )
    max_listed: int = Field(2_000, ge=0, le=100_000, description="Largest gaps kept as polygons.")


class Source(Section):
    """Where a value of this file comes from."""

    key: str = Field(description="Dotted key of the value, for example target.stations_new.")
    status: Literal["quoted", "derived", "assumption"]
    text: str = Field(min_length=1, max_length=1000)
    url: str = ""


def check_objective(scenario: Scenario) -> None:
    """Raise ``ValueError`` where sections that belong together contradict each other."""
    given = scenario.target.model_fields_set
    if scenario.objective.kind == "most_covered" and "stations_new" not in given:
        raise ValueError('target.stations_new is missing: objective "most_covered" needs it')
    names = [one.name for one in scenario.equipment]
    if len(set(names)) < len(names):
        raise ValueError("equipment holds a name twice")
    costly = scenario.objective.kind in {"least_cost", "most_within_budget"}
    priced = scenario.cost or (names and all(one.station_cny for one in scenario.equipment))
    if costly and not priced:
        raise ValueError(f'objective "{scenario.objective.kind}" needs cost.station_cny')
    if scenario.sites.existing_use != "kept" and scenario.sites.existing is None:
        raise ValueError(
            f'sites.existing_use = "{scenario.sites.existing_use}" needs sites.existing'
        )
    if scenario.target.stations_upgraded is not None and scenario.sites.existing_use != "upgraded":
        raise ValueError('target.stations_upgraded goes with sites.existing_use = "upgraded"')


class Scenario(Section):
    """One question: a province, a target, a radio network."""

    schema_version: Literal[1] = 1
    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$",
        description="Short name; also the folder of the outputs.",
    )
    title: str = Field(min_length=1, max_length=200)
    title_zh: str = Field("", max_length=200)
    description: str = Field("", max_length=4000)
    seed: int = Field(2020, ge=0, description="The one seed of all random numbers.")
    area: AreaSection
    population: PopulationSection = PopulationSection()
    area_classes: AreaClassesSection = AreaClassesSection()
    radio: RadioSection = Field(default_factory=RadioSection)
    service: ServiceSection = Field(default_factory=ServiceSection)
    terrain: TerrainSection | None = None
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
    cost: MoneySection | None = None
    rollout: RolloutSection | None = None
    sources: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _says_what_its_objective_needs(self) -> Scenario:
        check_objective(self)
        order = self.rollout.priority if self.rollout else ()
        first = [one.place_classes for one in order]
        check_place_classes(self.priority_places, self.place_classes, first)
        return self

    _folder: Path = PrivateAttr(default=Path())
    _file: str = PrivateAttr(default="")
    _overridden: tuple[str, ...] = PrivateAttr(default=())
    _measures: tuple[AppliedMeasure, ...] = PrivateAttr(default=())

    @property
    def file(self) -> str:
        """The scenario file as the planner named it, for messages."""
        return self._file

    @property
    def overridden(self) -> tuple[str, ...]:
        """Dotted keys that were set beside the file, on the command line or by the caller."""
        return self._overridden

    @property
    def measures(self) -> tuple[AppliedMeasure, ...]:
        """Measures that changed the file's values, in the order in which they did."""
        return self._measures

    @property
    def people_steer(self) -> bool:
        """Whether nothing but people counts in siting."""
        return self.weights.is_people and not any(one.steers for one in self.priority_places)

    def path(self, given: Path) -> Path:
        """Resolve a path of this scenario: relative to the folder of the scenario file."""
        return given if given.is_absolute() else self._folder / given
