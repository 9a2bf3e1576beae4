"""Costs of building and running stations: items, factors, years."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from planner.scenario.base import Section
from planner.scenario.siting import CostSection

SiteKind = Literal["new", "upgraded", "shared"]
SITE_KINDS: tuple[SiteKind, ...] = ("new", "upgraded", "shared")


class SiteSharesSection(Section):
    """Kinds of site, for stations whose own site is not known."""

    new: float = Field(0.03, ge=0.0, le=1.0, description="Share on new sites.")
    upgraded: float = Field(0.97, ge=0.0, le=1.0, description="Share on upgraded existing sites.")
    shared: float = Field(
        0.0, ge=0.0, le=1.0, description="Share on existing sites of another operator."
    )

    @model_validator(mode="after")
    def _add_up(self) -> SiteSharesSection:
        total = self.new + self.upgraded + self.shared
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"the shares add up to {total:.6g}; they must add up to 1")
        return self


class SiteFactorsSection(Section):
    """Relative cost of site works by kind of site."""

    new: float = Field(3.0, ge=0.0, le=100.0, description="On a new site.")
    upgraded: float = Field(1.0, ge=0.0, le=100.0, description="On an upgraded existing site.")
    shared: float = Field(0.5, ge=0.0, le=100.0, description="On a shared site.")


class AreaFactorsSection(Section):
    """Factor on site works and transmission by the area class of the station's cell."""

    dense_urban: float = Field(1.0, gt=0.0, le=100.0, description="Factor.")
    urban: float = Field(1.0, gt=0.0, le=100.0, description="Factor.")
    suburban: float = Field(1.0, gt=0.0, le=100.0, description="Factor.")
    rural: float = Field(1.0, gt=0.0, le=100.0, description="Factor.")


class TerrainFactorsSection(Section):
    """Factor on site works and transmission by slope, where the scenario gives terrain."""

    hilly_from_degree: float = Field(5.0, gt=0.0, lt=90.0, description="Hills from this slope up.")
    mountain_from_degree: float = Field(
        15.0, gt=0.0, lt=90.0, description="Mountains from this slope up."
    )
    flat: float = Field(1.0, gt=0.0, le=100.0, description="Factor below hilly_from_degree.")
    hilly: float = Field(1.0, gt=0.0, le=100.0, description="Factor in hills.")
    mountain: float = Field(1.0, gt=0.0, le=100.0, description="Factor in mountains.")

    @model_validator(mode="after")
    def _rising(self) -> TerrainFactorsSection:
        if not self.hilly_from_degree < self.mountain_from_degree:
            raise ValueError("hilly_from_degree must be below mountain_from_degree")
        return self


class ItemsSection(Section):
    """Split of a station's capital: radio unit, transmission, and the rest for site works."""

    radio_cny: float = Field(
        160_000.0, ge=0.0, le=1e9, description="Radio equipment of a station, yuan."
    )
    radio_cny_of_equipment: dict[str, float] = Field(
        {}, description="Different values by name of equipment: {macro = 160000.0}."
    )
    transmission_cny: float = Field(
        40_000.0, ge=0.0, le=1e9, description="Transmission of a station, yuan."
    )
    site_shares: SiteSharesSection = SiteSharesSection()
    site_factors: SiteFactorsSection = SiteFactorsSection()
    area_factors: AreaFactorsSection = AreaFactorsSection()
    terrain_factors: TerrainFactorsSection = TerrainFactorsSection()

    @model_validator(mode="after")
    def _sites_cost(self) -> ItemsSection:
        if not self.mean_site_factor > 0.0:
            raise ValueError("site_factors are 0 for every kind of site that site_shares names")
        if any(price < 0.0 for price in self.radio_cny_of_equipment.values()):
            raise ValueError("radio_cny_of_equipment holds a negative price")
        return self

    @property
    def needs_terrain(self) -> bool:
        """Whether the cost of a station depends on the slope."""
        factors = self.terrain_factors
        return not factors.flat == factors.hilly == factors.mountain == 1.0

    @property
    def mean_site_factor(self) -> float:
        """Site factor of a station whose site is not known: the mean over the shares."""
        return sum(
            float(getattr(self.site_shares, kind)) * float(getattr(self.site_factors, kind))
            for kind in SITE_KINDS
        )


class RunningSection(Section):
    """Running costs of a station per year of service."""

    power_kw: float = Field(3.5, ge=0.0, le=1_000.0, description="Typical power of a station.")
    load_share: float = Field(
        1.0,
        ge=0.0,
        le=1.0,
        description="Mean power over the year as a share of power_kw; sleep modes lower it.",
    )
    price_cny_kwh: float = Field(0.975, ge=0.0, le=100.0, description="Price of power, yuan/kWh.")
    rent_cny: float = Field(15_000.0, ge=0.0, le=1e9, description="Site rent per year, yuan.")
    maintenance_share: float = Field(
        0.03, ge=0.0, le=1.0, description="Maintenance per year as a share of the capital."
    )


class MoneySection(CostSection):
    """Costs of building and running stations."""

    items: ItemsSection = ItemsSection()
    running: RunningSection = RunningSection()
    years: int = Field(10, ge=1, le=50, description="Years of service in the calculation.")
    discount_rate: float = Field(0.06, gt=-0.5, le=1.0, description="Discount rate per year.")
    residual_share: float = Field(
        0.03, ge=0.0, le=1.0, description="Residual value after the last year, share of capital."
    )
    emission_kg_per_kwh: float | None = Field(
        None,
        ge=0.0,
        le=5.0,
        description="CO2 of the power grid, kg/kWh; if omitted, CO2 is not reported.",
    )

    @model_validator(mode="after")
    def _items_fit(self) -> MoneySection:
        if self.items == ItemsSection():
            return self
        least = self.items.radio_cny + self.items.transmission_cny
        if least > self.station_cny:
            raise ValueError(
                f"items.radio_cny and items.transmission_cny add up to {least:,.0f}, above "
                f"station_cny = {self.station_cny:,.0f}: nothing is left for the site"
            )
        return self
