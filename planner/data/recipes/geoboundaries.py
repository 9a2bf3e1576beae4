"""geoBoundaries: second administrative level of China (prefectures), from its API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from planner.data.cutting import geojson
from planner.data.recipe import CHINA, ODBL, Recipe
from planner.data.remote import FetchError

if TYPE_CHECKING:
    from planner.data.data_area import DataArea
    from planner.data.fetching import PublishedFile


def _make(source: PublishedFile, area: DataArea, folder: Path) -> Sequence[Path]:
    try:
        address = str(json.loads(source.text(source.address))["gjDownloadURL"])
    except (ValueError, KeyError, TypeError) as error:
        raise FetchError(f"{source.recipe.name}: the API answers in another form") from error
    return geojson(source, source.text(address), area, folder / "geoboundaries-chn-adm2.gpkg")


RECIPE = Recipe(
    title="geoBoundaries gbOpen, China, second level (prefectures)",
    what="polygons; shapeID is the code, shapeName the name",
    url="https://www.geoboundaries.org/",
    licence=ODBL,
    attribution="geoBoundaries (www.geoboundaries.org), William & Mary geoLab",
    addresses=lambda _area: ("https://www.geoboundaries.org/api/current/gbOpen/CHN/ADM2/",),
    make=_make,
    extent=CHINA,
)
