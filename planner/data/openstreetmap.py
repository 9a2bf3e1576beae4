"""OpenStreetMap by province, as Geofabrik packs it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from planner.data.cutting import zipped_layer
from planner.data.data_area import provinces_at
from planner.data.recipe import CHINA, ODBL, Recipe

if TYPE_CHECKING:
    from planner.data.data_area import DataArea
    from planner.data.fetching import PublishedFile


def geofabrik_recipe(layer: str, title: str, what: str) -> Recipe:
    """Return the recipe of one layer of Geofabrik's Shapefiles of Chinese provinces."""

    def make(source: PublishedFile, area: DataArea, folder: Path) -> Sequence[Path]:
        return zipped_layer(source, area, folder, layer)

    return Recipe(
        title=title,
        what=what,
        url="https://download.geofabrik.de/asia/china.html",
        licence=ODBL,
        attribution="© OpenStreetMap contributors (ODbL 1.0), by way of Geofabrik GmbH",
        addresses=lambda area: tuple(
            "https://download.geofabrik.de/asia/china/"
            f"{province.lower().replace(' ', '-')}-latest-free.shp.zip"
            for province in provinces_at(area)
        ),
        make=make,
        extent=CHINA,
        checksum=lambda address: f"{address}.md5",
    )
