"""Priority places: reported, weighed in siting besides the people, or required to have service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from planner.scenario.base import Section
from planner.scenario.siting import WeightsSection

ShippedPlaces = Literal["airports", "prefecture_seats", "county_seats"]
ClassName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]

PLACE_CLASSES: dict[str, tuple[str, str]] = {
    "hospital": ("Hospital", "医院"),
    "prefecture_seat": ("Prefecture seat (proxy for its hospitals)", "地级政府驻地（代表医院）"),
    "county_seat": ("County seat (proxy for its hospital)", "县级政府驻地（代表医院）"),
    "airport": ("Airport", "机场"),
    "industrial_park": ("Industrial park", "工业园区"),
    "car_plant": ("Car plant", "汽车工厂"),
    "transport_corridor": ("Transport corridor", "交通走廊"),
    "railway_station": ("Railway station", "火车站"),
    "port": ("Port", "港口"),
    "school": ("School", "学校"),
}
"""Built-in classes with their names; ``[[place_classes]]`` adds others."""

SHIPPED_CLASS: dict[str, str] = {
    "airports": "airport",
    "prefecture_seats": "prefecture_seat",
    "county_seats": "county_seat",
}
"""Class of the places of each shipped set."""


class PlaceClass(Section):
    """A class of places in addition to the built-in ones."""

    name: ClassName = Field(description="Key; priority_places refer to it.")
    title: str = Field(min_length=1, max_length=80, description="Name in English.")
    title_zh: str = Field("", max_length=80, description="Name in Chinese.")


class PriorityPlacesSection(Section):
    """Priority places, from a file or a shipped set."""

    file: Path | None = Field(
        None,
        description="Points, lines or polygons: GeoPackage, GeoJSON, Shapefile, or CSV (lon, lat).",
    )
    layer: str | None = Field(None, description="Layer of the file, if it has several.")
    where: str | None = Field(
        None,
        description="Condition in SQL on the columns; only the features that meet it are read.",
    )
    shipped: ShippedPlaces | None = Field(
        None,
        description="A shipped set instead of a file: airports, or seats of prefectures or "
        "counties, which are proxies for hospitals. Only places in the study area are used.",
    )
    place_class: str | None = Field(None, description="Class of all places of the file.")
    class_column: str | None = Field(
        None, description="Column with the class of each place, instead of place_class."
    )
    use: Literal["report", "weight", "must_serve"] = Field(
        "report",
        description="report: only listed in the outputs; weight: siting favours them; "
        "must_serve: service is mandatory.",
    )
    weight: float = Field(
        1_000.0,
        ge=0.0,
        le=1e9,
        description='With use = "weight": weight of one place; one person weighs 1.',
    )
    weight_column: str | None = Field(
        None, description="Column with a number for each place, multiplied by weight."
    )
    service: dict[str, Any] = Field(
        {},
        description="Keys of [service] with other values for these places, for example "
        "{probability = 0.98, suburban = {downlink_mbit_s = 100.0}}. A place counts as served only "
        "within the radius of this service.",
    )
    served_from_share: float = Field(
        0.9,
        gt=0.0,
        le=1.0,
        description="A line or polygon counts as served if at least this share of its cells has "
        "service.",
    )
    date: dt.date | None = Field(None, description="Date by which they must be served.")
    outside_area: Literal["refuse", "drop"] = Field(
        "refuse",
        description="Places outside the study area: refuse the file, or drop them with a warning "
        "that lists them.",
    )

    @model_validator(mode="after")
    def _one_source_one_class(self) -> PriorityPlacesSection:
        if (self.file is None) == (self.shipped is None):
            raise ValueError("give exactly one of file and shipped")
        named = (self.place_class is not None) + (self.class_column is not None)
        if self.shipped is not None and (named or self.weight_column is not None):
            raise ValueError(
                "place_class, class_column and weight_column need file: a shipped set has its own "
                "class"
            )
        if self.file is not None and named != 1:
            raise ValueError("give exactly one of place_class and class_column")
        return self

    @property
    def steers(self) -> bool:
        """Whether these places have weight in siting."""
        return self.use == "weight" and self.weight > 0.0


def place_class_names(own: Sequence[PlaceClass]) -> dict[str, tuple[str, str]]:
    """Return English and Chinese name of every class that a scenario knows."""
    return PLACE_CLASSES | {one.name: (one.title, one.title_zh or one.title) for one in own}


def people_steer(weights: WeightsSection, places: Sequence[PriorityPlacesSection]) -> bool:
    """Whether siting weighs people only."""
    return weights.is_people and not any(one.steers for one in places)


def check_place_classes(
    places: Sequence[PriorityPlacesSection],
    own: Sequence[PlaceClass],
    built_first: Sequence[Sequence[str]],
) -> None:
    """Raise ``ValueError`` for all classes that a scenario does not know.

    ``built_first``: classes of each item of ``rollout.priority``.
    """
    known = place_class_names(own)
    if len({one.name for one in own} | set(PLACE_CLASSES)) < len(own) + len(PLACE_CLASSES):
        raise ValueError("place_classes holds a name twice, or a built-in one")
    named = [
        (f"priority_places.{index}.place_class", one.place_class)
        for index, one in enumerate(places)
        if one.place_class is not None
    ]
    named += [
        (f"rollout.priority.{index}.place_classes", name)
        for index, names in enumerate(built_first)
        for name in names
    ]
    unknown = [f'{key} "{name}"' for key, name in named if name not in known]
    if unknown:
        raise ValueError(
            f"unknown class: {', '.join(unknown)}; expected one of {', '.join(known)}, or a class "
            "of [[place_classes]]"
        )
