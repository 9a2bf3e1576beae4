"""Names of the tiles of global data sets that touch an area."""

from __future__ import annotations

import math
from collections.abc import Iterator

from planner.data.data_area import DataArea


def degree_tiles(area: DataArea, size: int) -> Iterator[tuple[str, str]]:
    """Yield latitude and longitude of the south-west corners of tiles, as N26 and E106.

    ``size``: side of a tile in degrees.
    """
    west, south, east, north = area.wide
    for lat in range(math.floor(south / size) * size, math.ceil(north), size):
        for lon in range(math.floor(west / size) * size, math.ceil(east), size):
            yield (
                f"{'S' if lat < 0 else 'N'}{abs(lat):02d}",
                f"{'W' if lon < 0 else 'E'}{abs(lon):03d}",
            )


def mollweide_tiles(area: DataArea) -> Iterator[str]:
    """Yield the GHSL tiles of 1,000 km in the projection of Mollweide, as R7_C29.

    Rows count from 9,000 km north, columns from 18,041 km west.
    """
    from pyproj import Transformer

    to_m = Transformer.from_crs("EPSG:4326", "ESRI:54009", always_xy=True)
    left, bottom, right, top = to_m.transform_bounds(*area.wide, densify_pts=51)
    for row in range(int((9e6 - top) // 1e6) + 1, int((9e6 - bottom) // 1e6) + 2):
        for column in range(
            int((left + 18_041_000) // 1e6) + 1, int((right + 18_041_000) // 1e6) + 2
        ):
            yield f"R{row}_C{column}"
