"""The four area classes and their codes in rasters."""

from __future__ import annotations

from dataclasses import dataclass

OUTSIDE = 255
"""Code of cells outside the study area, in class and coverage rasters."""


@dataclass(frozen=True)
class AreaClass:
    """One area class: its raster code, its key in scenarios and its names."""

    code: int
    key: str
    name_en: str
    name_zh: str


AREA_CLASSES = (
    AreaClass(0, "dense_urban", "Dense urban", "密集城区"),
    AreaClass(1, "urban", "Urban", "一般城区"),
    AreaClass(2, "suburban", "Suburban", "郊区"),
    AreaClass(3, "rural", "Rural", "农村"),
)
