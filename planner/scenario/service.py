"""The service that counts as coverage: section ``[service]``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from planner.scenario.base import Section, Share
from planner.scenario.user_situations import ReachFactor, UserSituations

PenetrationModel = Literal["tr38901", "p2109"]
ServiceKind = Literal["indoor", "outdoor"]
_DownlinkRate = Annotated[
    float, Field(gt=0.0, le=20_000.0, description="Downlink rate at the edge of the cell.")
]
_UplinkRate = Annotated[
    float, Field(gt=0.0, le=20_000.0, description="Uplink rate at the edge of the cell.")
]
_HighLossShare = Annotated[
    float,
    Field(
        ge=0.0,
        le=1.0,
        description="Share of buildings with coated glass and concrete: high loss in TR 38.901, "
        "thermally efficient in P.2109.",
    ),
]
_Floors = Annotated[
    int, Field(ge=1, le=8, description="Floors over which indoor users are spread evenly.")
]
_Radius = Annotated[float, Field(ge=20.0, le=100_000.0)]


class ClassService(Section):
    """Service of the users of one area class, and the buildings they are in."""

    downlink_mbit_s: _DownlinkRate = 10.0
    uplink_mbit_s: _UplinkRate = 1.0
    high_loss_building_share: _HighLossShare = 0.0
    floors: _Floors = 1
    reach_factor: ReachFactor = None


class DenseUrbanService(ClassService):
    """Service in dense urban areas."""

    downlink_mbit_s: _DownlinkRate = 50.0
    uplink_mbit_s: _UplinkRate = 5.0
    high_loss_building_share: _HighLossShare = 0.2
    floors: _Floors = 6


class UrbanService(ClassService):
    """Service in urban areas."""

    high_loss_building_share: _HighLossShare = 0.2
    floors: _Floors = 6


class SuburbanService(ClassService):
    """Service in suburban areas."""

    high_loss_building_share: _HighLossShare = 0.2
    floors: _Floors = 3


class RuralService(ClassService):
    """Service in rural areas."""

    floors: _Floors = 2


class RadiusSection(Section):
    """Service radii given directly instead of computed from the link budget."""

    dense_urban: _Radius | None = Field(None, description="Radius in dense urban areas, metres.")
    urban: _Radius | None = Field(None, description="Radius in urban areas, metres.")
    suburban: _Radius | None = Field(None, description="Radius in suburban areas, metres.")
    rural: _Radius | None = Field(None, description="Radius in rural areas, metres.")


class ServiceSection(UserSituations):
    """The service that counts as coverage."""

    kind: ServiceKind = Field("indoor", description="Users indoors, or outdoors at street level.")
    probability: float = Field(
        0.95, ge=0.5, le=0.999, description="Share of locations that must have the service."
    )
    probability_of: Literal["area", "edge"] = Field(
        "area",
        description="Locations that probability refers to: the whole area of a cell, or its edge.",
    )
    outdoor_ue_height_m: float = Field(
        1.5,
        ge=1.5,
        le=10.0,
        description="Height of a terminal outdoors and of one on the lowest floor.",
    )
    penetration_model: PenetrationModel = Field(
        "tr38901",
        description="Loss into buildings: 3GPP TR 38.901 Table 7.4.3-2, or ITU-R P.2109.",
    )
    penetration_probability: float | None = Field(
        None,
        gt=0.0,
        lt=1.0,
        description="With p2109: use one loss everywhere, the one not exceeded at this share of "
        "indoor locations; default: the whole distribution of P.2109.",
    )
    take_up: Share = Field(
        1.0,
        description="Share of the people who have a terminal and a tariff of this network; how "
        "many of these are served is reported as well.",
    )
    dense_urban: DenseUrbanService = DenseUrbanService()
    urban: UrbanService = UrbanService()
    suburban: SuburbanService = SuburbanService()
    rural: RuralService = RuralService()
    radius_m: RadiusSection = Field(
        RadiusSection(), description="Radii given directly, by area class."
    )

    @model_validator(mode="after")
    def _probability_with_its_model(self) -> ServiceSection:
        if self.penetration_probability is not None and self.penetration_model != "p2109":
            raise ValueError('penetration_probability needs penetration_model = "p2109"')
        return self
