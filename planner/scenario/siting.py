"""What siting optimises and must satisfy: objective, weights, constraints, equipment, costs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from planner.scenario.base import AreaClassName, Code, Section, Share
from planner.scenario.service import RadiusSection

ObjectiveKind = Literal["most_covered", "fewest_stations", "least_cost", "most_within_budget"]
Cost = Annotated[float, Field(gt=0.0, le=1e12)]


class ZoneShare(Section):
    """A share of the people of one zone that must be covered."""

    zone: Code = Field(description="Code of the zone.")
    share: Share = Field(
        description="Share of the zone's weight (people, unless weighted otherwise)."
    )


class ObjectiveSection(Section):
    """What makes a plan the best one."""

    kind: ObjectiveKind = Field(
        "most_covered",
        description="most_covered: the most people with target.stations_new stations; "
        "fewest_stations and least_cost: the plan that covers covered_share and the zone shares "
        "with the fewest stations or at the least cost; "
        "most_within_budget: the most people for budget_cny.",
    )
    covered_share: Share = Field(
        0.0, description="Share of all weight (people) that must be covered, baseline included."
    )
    zone_share: Share = Field(0.0, description="Share that must be covered in every zone.")
    zone_shares: tuple[ZoneShare, ...] = Field(
        (), description="Shares of single zones, which replace zone_share there."
    )
    budget_cny: float | None = Field(
        None, ge=0.0, le=1e15, description="Capital budget for the plan's stations, yuan."
    )

    @property
    def covers_a_share(self) -> bool:
        """Whether the objective is to cover a share with as little as possible."""
        return self.kind in {"fewest_stations", "least_cost"}

    @property
    def by_cost(self) -> bool:
        """Whether the objective counts money, so that every station needs a cost."""
        return self.kind in {"least_cost", "most_within_budget"}

    @model_validator(mode="after")
    def _complete(self) -> ObjectiveSection:
        asked = self.covered_share > 0 or self.zone_share > 0 or bool(self.zone_shares)
        if self.covers_a_share and not asked:
            raise ValueError(f'kind = "{self.kind}" needs covered_share, zone_share or zone_shares')
        if not self.covers_a_share and asked:
            raise ValueError('shares need kind = "fewest_stations" or "least_cost"')
        if (self.kind == "most_within_budget") != (self.budget_cny is not None):
            raise ValueError('budget_cny and kind = "most_within_budget" need each other')
        codes = [one.zone for one in self.zone_shares]
        if len(set(codes)) < len(codes):
            raise ValueError("zone_shares names a zone twice")
        return self


class WeightRaster(Section):
    """A raster of weights besides the people, for example traffic."""

    file: Path = Field(description="GeoTIFF of weight per cell; any resolution and CRS.")
    band: int | None = Field(
        None, ge=1, description="Number of the band, for a file of several bands."
    )
    factor: float = Field(
        1.0, ge=0.0, le=1e9, description="Weight of one unit of the raster; one person weighs 1."
    )


class WeightPoints(Section):
    """Points with a weight besides the people: hospitals, parks, stations."""

    file: Path = Field(description="Points: GeoPackage, GeoJSON, Shapefile, or CSV (lon, lat).")
    layer: str | None = Field(None, description="Layer of the file, if it has several.")
    where: str | None = Field(
        None,
        description="Condition in SQL on the columns; only the features that meet it are read.",
    )
    factor: float = Field(
        1.0, ge=0.0, le=1e9, description="Weight of one place; one person weighs 1."
    )
    column: str | None = Field(
        None, description="Column with the weight of each place, multiplied by the factor."
    )


class WeightsSection(Section):
    """What siting maximises; covered people are reported in any case."""

    people: float = Field(1.0, ge=0.0, le=1e9, description="Weight of one person.")
    rasters: tuple[WeightRaster, ...] = Field((), description="Rasters of additional weight.")
    places: tuple[WeightPoints, ...] = Field((), description="Points of additional weight.")

    @property
    def is_people(self) -> bool:
        """Whether people alone have weight."""
        return self.people == 1.0 and not self.rasters and not self.places

    @model_validator(mode="after")
    def _something(self) -> WeightsSection:
        factors = [self.people, *(r.factor for r in self.rasters), *(p.factor for p in self.places)]
        if not any(factor > 0 for factor in factors):
            raise ValueError("nothing has weight: people and every factor are 0")
        return self


class MustServe(Section):
    """Places that the plan must serve."""

    file: Path = Field(
        description="Points, lines or polygons; every land cell they touch must be served."
    )
    layer: str | None = Field(None, description="Layer of the file, if it has several.")
    where: str | None = Field(
        None,
        description="Condition in SQL on the columns; only the features that meet it are read.",
    )


class ZoneStations(Section):
    """Limits on the new stations of a zone, must-have sites and upgrades included."""

    zone: Code = Field(description="Code of the zone.")
    at_least: int | None = Field(
        None, ge=0, le=5_000_000, description="Minimum number of new stations in the zone."
    )
    at_most: int | None = Field(
        None, ge=0, le=5_000_000, description="Maximum number of new stations in the zone."
    )
    exactly: int | None = Field(
        None, ge=0, le=5_000_000, description="Exact number of new stations in the zone."
    )

    @property
    def least(self) -> int:
        """Minimum number of stations in the zone."""
        return self.at_least or self.exactly or 0

    @property
    def most(self) -> int | None:
        """Maximum number of stations in the zone, None if unlimited."""
        return self.at_most if self.exactly is None else self.exactly

    @model_validator(mode="after")
    def _one_meaning(self) -> ZoneStations:
        if self.exactly is not None and not (self.at_least is None and self.at_most is None):
            raise ValueError("give either exactly, or at_least and at_most")
        if self.exactly is None and self.at_least is None and self.at_most is None:
            raise ValueError("give at_least, at_most or exactly")
        if self.most is not None and self.least > self.most:
            raise ValueError("at_least is above at_most")
        return self


REST = "rest"
"""Name of what the phases of a scenario leave: all people, until no station is left."""


class Phase(Section):
    """A stage of the construction: the people it is for, and when the next one starts."""

    name: str = Field(min_length=1, max_length=100, description="Name in tables and report.")
    name_zh: str = Field("", max_length=100, description="The same in Chinese.")
    area_classes: tuple[AreaClassName, ...] = Field(
        (), description="Area classes whose people the phase is for; empty: all of them."
    )
    zones: tuple[Code, ...] = Field(
        (), description="Codes or names of the zones whose people the phase is for; empty: all."
    )
    until_served_share: Share | None = Field(
        None, description="The phase ends when this share of its people is served."
    )
    least_people_per_station: float | None = Field(
        None,
        gt=0.0,
        le=1e9,
        description="The phase ends before the first station that would add fewer of its people.",
    )

    @property
    def is_whole(self) -> bool:
        """Whether the phase is for all people and ends only when no station is left."""
        ends = self.until_served_share is not None or self.least_people_per_station is not None
        return not (self.area_classes or self.zones or ends)


class Equipment(Section):
    """A kind of station that siting may choose, with its own footprint and cost."""

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", description="Name; candidates refer to it."
    )
    station_cny: Cost | None = Field(
        None, description="Capital cost of a new station; default: cost.station_cny."
    )
    upgrade_cny: Cost | None = Field(
        None, description="Cost of an upgrade on an existing site; default: cost.upgrade_cny."
    )
    radio: dict[str, Any] = Field(
        {}, description='Keys of [radio] that differ: {band = "n28", base_power_dbm = 49.0}.'
    )
    radius_m: RadiusSection = Field(
        RadiusSection(), description="Radii given directly, by area class."
    )


class CostSection(Section):
    """Cost of a station."""

    station_cny: float = Field(gt=0.0, description="Capital cost of one new station, yuan.")
    upgrade_cny: float | None = Field(
        None, gt=0.0, description="Cost of upgrading an existing site; default: station_cny."
    )
