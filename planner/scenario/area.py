"""Where the study is and how many people live there: area, population and area classes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from planner.scenario.base import Code, Section


def _cell_size(value: float | str) -> float | str:
    if isinstance(value, str):
        if value != "auto":
            raise ValueError('must be "auto" or a number of metres from 20 to 5000')
    elif not 20.0 <= value <= 5000.0:
        raise ValueError('must be "auto" or a number of metres from 20 to 5000')
    return value


class AreaSection(Section):
    """The study area: a province, or a boundary of your own."""

    province: Code | None = Field(
        None, description="Adcode (440000) or English name of a province of the mainland."
    )
    detail: Literal["finest", "national"] = Field(
        "finest",
        description="Embedded boundary and people of a province: the finest available "
        "(prefectures and people of 7.5 arc-seconds for five provinces, else the national ones), "
        "or the coarse national sets of all 31 provinces.",
    )
    boundary: Path | None = Field(
        None, description="Polygon file of the study area, instead of a province."
    )
    boundary_layer: str | None = Field(None, description="Layer of the file, if it has several.")
    boundary_where: str | None = Field(
        None,
        description="Condition in SQL on the columns; only the features that meet it are read.",
    )
    zones: Path | None = Field(
        None,
        description="Polygons of the zones used in reports; default: the prefectures of the "
        "province, or the boundary as one zone.",
    )
    zones_layer: str | None = Field(None, description="Layer of the file, if it has several.")
    zones_where: str | None = Field(
        None,
        description="Condition in SQL on the columns; only the features that meet it are read.",
    )
    zone_code_column: str = Field("adcode", description="Column of the zones file with the code.")
    zone_name_zh_column: str = Field("name_zh", description="Column with the Chinese name.")
    zone_name_en_column: str = Field("name_en", description="Column with the English name.")
    invalid_geometry: Literal["repair", "refuse"] = Field(
        "repair", description="Repair a self-intersecting boundary or zone, or refuse it."
    )
    cell_size_m: Annotated[float | str, AfterValidator(_cell_size)] = Field(
        "auto",
        description='Side of a grid cell in metres; "auto": derived from the service radii.',
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
        description="GeoTIFF of people per cell, any resolution and CRS, or the name of a data "
        "set such as worldpop-100m; default: the embedded model of the province.",
    )
    band: int | None = Field(
        None, ge=1, description="Number of the band, for a file of several bands."
    )
    stand: Literal["spread", "centre"] = Field(
        "spread",
        description='Where the people of a cell are: "spread" over it, or all at its "centre", for '
        "a raster whose values were measured at points; its cells should be those of the grid.",
    )
    points: Path | None = Field(
        None,
        description="Points with people instead of a raster: a table (columns lon and lat, or x "
        "and y with points_crs), GeoPackage, GeoJSON or Shapefile.",
    )
    points_column: str | None = Field(
        None, description="Column with the people of each point; default: one at each."
    )
    points_crs: str | None = Field(
        None, description='CRS of x and y in a table, as "EPSG:4547"; default: WGS 84.'
    )
    nodata: Literal["nobody", "refuse"] = Field(
        "nobody",
        description='Cells without data inside the area: "nobody" takes them as uninhabited, '
        '"refuse" stops with an error.',
    )
    concentration: float = Field(
        1.0,
        ge=0.25,
        le=4.0,
        description="Exponent of the density of each square kilometre; the total of each zone is "
        "kept. Above 1 people live closer together than in the source, below 1 more evenly.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> PopulationSection:
        if self.file is not None and self.points is not None:
            raise ValueError("give one of file and points")
        if self.points is None and (self.points_column or self.points_crs):
            raise ValueError("points_column and points_crs need points")
        if self.points is not None and self.stand == "centre":
            raise ValueError('points stand where they are: stand = "centre" is for a raster')
        return self


class AreaClassesSection(Section):
    """The rule that makes the area classes."""

    rule: Literal["degurba", "density"] = Field(
        "degurba",
        description="degurba: Degree of Urbanisation, level 2, on cells of 1 km: urban are urban "
        "centres and dense urban clusters, suburban are semi-dense clusters, suburbs and "
        "peri-urban land, dense urban is the part of urban centres above its threshold; density: "
        "thresholds of smoothed density.",
    )
    smoothing_km: float = Field(
        1.0,
        gt=0.0,
        le=20.0,
        description="Standard deviation of the Gaussian smoothing; used by rule density only.",
    )
    dense_urban_people_per_km2: float = Field(
        15_000.0,
        gt=0.0,
        description="Lowest density of the class dense urban; 1500 with rule degurba makes all of "
        "an urban centre dense urban.",
    )
    urban_people_per_km2: float = Field(
        4_000.0, gt=0.0, description="Lowest density of the class urban; not used by degurba."
    )
    suburban_people_per_km2: float = Field(
        800.0,
        gt=0.0,
        description="Lowest density of the class suburban, below it is rural; not used by degurba.",
    )

    @model_validator(mode="after")
    def _descending(self) -> AreaClassesSection:
        if self.rule == "density":
            self.check_thresholds()
        return self

    def check_thresholds(self) -> None:
        """Raise ``ValueError`` if the densities of the classes do not fall."""
        if not (
            self.dense_urban_people_per_km2
            > self.urban_people_per_km2
            > self.suburban_people_per_km2
        ):
            raise ValueError(
                "thresholds must fall: dense_urban_people_per_km2 > urban_people_per_km2 > "
                "suburban_people_per_km2"
            )
