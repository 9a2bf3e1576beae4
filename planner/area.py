"""The study area: boundary, zones and the grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.grid import Grid

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class StudyArea:
    """A boundary, its zones, and one grid.

    ``boundary`` and ``zones`` are in EPSG:4326; ``zones`` has the columns adcode, name_zh,
    name_en, geometry and the index 0..n-1. ``zone_index`` (int16, grid shape) holds that index
    for each cell whose centre lies in a zone, -1 outside: it is the land mask too.
    """

    code: str
    name_en: str
    name_zh: str
    boundary: BaseGeometry
    zones: gpd.GeoDataFrame
    grid: Grid
    zone_index: npt.NDArray[np.int16]
