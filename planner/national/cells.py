"""What a plan of one province shows on the map of the country: cells of ten kilometres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pyproj import Transformer

from planner.ground.grid import LONLAT, Grid, named_projection

if TYPE_CHECKING:
    from planner.plan import Plan

_CELL_M = 10_000.0
_BOUNDS_M = (-2_800_000.0, -3_600_000.0, 2_400_000.0, 2_250_000.0)
"""West, south, east, north of the mainland with its islands, in metres of the projection below."""


def national_grid() -> Grid:
    """Return the grid of the country: cells of 10 km, equal area.

    Examples
    --------
    >>> from planner.national.cells import national_grid
    >>> national_grid().cell_area_km2
    100.0
    """
    crs = named_projection(
        "Albers equal area, China",
        "+proj=aea +lat_1=25 +lat_2=47 +lat_0=36 +lon_0=105 +datum=WGS84 +units=m +no_defs",
    )
    return Grid.around(_BOUNDS_M, _CELL_M, crs)


def on_national_grid(plan: Plan) -> pd.DataFrame:
    """Return people, those served and stations of a plan in each cell of the country that it fills.

    Columns: cell (flat index of :func:`national_grid`), people, served, stations.

    Raises
    ------
    ValueError
        The plan lies outside the country.

    Examples
    --------
    >>> import planner
    >>> from planner.national.cells import on_national_grid
    >>> plan = planner.run("qingzhen", {"area.cell_size_m": 250, "siting.improvement_rounds": 0})
    >>> cells = on_national_grid(plan)
    >>> int(cells["stations"].sum()), round(cells["people"].sum())
    (120, 629088)
    """
    grid, here = national_grid(), plan.area.grid
    people = plan.demand.people.ravel()
    share = plan.coverage.share
    served = (plan.coverage.phase > 0) if share is None else np.nan_to_num(share)
    inside = np.flatnonzero(plan.area.zone_index.ravel() >= 0)
    to_country = Transformer.from_crs(here.crs, grid.crs, always_xy=True)
    from_lonlat = Transformer.from_crs(LONLAT, grid.crs, always_xy=True)
    cell = grid.cells(*to_country.transform(*here.xy_m(inside)))
    lon, lat = (plan.stations[name].to_numpy(float) for name in ("lon", "lat"))
    of_station = grid.cells(*from_lonlat.transform(lon, lat))
    if (cell < 0).any() or (of_station < 0).any():
        raise ValueError("the plan lies outside the country")
    size = grid.height * grid.width
    lived = people[inside].astype(np.float64)
    table = pd.DataFrame(
        {
            "people": np.bincount(cell, lived, size),
            "served": np.bincount(cell, lived * served.ravel()[inside], size),
            "stations": np.bincount(of_station, minlength=size),
        }
    )
    filled = np.bincount(cell, minlength=size) > 0
    filled[of_station] = True
    return table[filled].rename_axis("cell").reset_index()
