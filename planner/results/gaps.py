"""Gaps: uncovered settled land, as polygons with their people and area."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from rasterio.features import shapes
from scipy import ndimage
from shapely.geometry import shape

from planner.columns import GAPS
from planner.ground.area import StudyArea, polygon_index
from planner.ground.demand import Demand
from planner.ground.grid import LONLAT
from planner.scenario import Scenario

_EIGHT_NEIGHBOURS = np.ones((3, 3), dtype=bool)
_EDGE_SHARE = np.float32(0.25)
"""Share of the density of settled land from which a cell at its edge belongs to it."""

_EDGE_M = 500.0
"""Cells up to this size can be the edge of a settlement; wider ones hold whole villages."""


@dataclass(frozen=True)
class Gaps:
    """Gaps of a plan.

    ``table``: the largest gaps as polygons (EPSG:4326) with the columns of
    :data:`planner.columns.GAPS`, most people first. ``count``, ``people`` and ``area_km2`` refer to
    all gaps, listed or not.
    """

    table: gpd.GeoDataFrame
    count: int
    people: float
    area_km2: float


def find_gaps(
    scenario: Scenario,
    area: StudyArea,
    demand: Demand,
    served: npt.NDArray[np.floating] | npt.NDArray[np.bool_],
) -> Gaps:
    """Join uncovered settled cells that touch (also at a corner) and lie in one county.

    ``served`` (grid shape): share of the people of each cell that is served; a cell is uncovered
    where it is below ``gaps.served_share``. Where counties are not known, gaps lie in one zone: a
    gap never extends over several districts.

    A cell is settled if it has people and at least ``gaps.settled_people_per_km2``, or, where cells
    measure at most 500 m, a quarter of that next to such a cell: the settlement reaches into a part
    of it. Gaps of fewer than
    ``gaps.min_people`` are in the totals but not listed.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> area = planner.study_area(scenario, 250.0)
    >>> demand = planner.demand_on_grid(scenario, area)
    >>> radius_m = [one.radius_m for one in planner.service_radii(scenario.radio, scenario.service)]
    >>> candidates = planner.candidate_sites(scenario, area, demand, radius_m)
    >>> ground = planner.Ground(area, demand)
    >>> siting = planner.site_stations(scenario, ground, candidates, radius_m)
    >>> gaps = planner.find_gaps(scenario, area, demand, siting.covered)
    >>> gaps.table["people"].is_monotonic_decreasing
    True
    """
    section = scenario.gaps
    least = np.float32(section.settled_people_per_km2 * area.grid.cell_area_km2)
    # Shares are sums of float32: a cell at the limit is no gap.
    unserved = served < np.float32(section.served_share - 1e-6)
    settled = _settled(demand.people, least, area.grid.cell_size_m)
    settled &= unserved & (area.zone_index >= 0)
    district = _districts(area)
    label = np.zeros(area.grid.shape, dtype=np.int32)
    count = 0
    for number, window in enumerate(ndimage.find_objects(district + np.int16(1))):
        if window is None:
            continue
        mask = settled[window] & (district[window] == number)
        found, parts = ndimage.label(mask, structure=_EIGHT_NEIGHBOURS)
        np.add(found, count, out=label[window], where=mask, casting="unsafe")
        count += parts
    inside = label > 0
    members = label[inside]
    people = np.bincount(
        members, weights=demand.people[inside].astype(np.float64), minlength=count + 1
    ).astype(np.float64)
    cells: npt.NDArray[np.int64] = np.bincount(members, minlength=count + 1)
    largest = np.argsort(-people[1:], kind="stable")[: section.max_listed] + 1
    largest = largest[people[largest] >= section.min_people]
    return Gaps(
        table=_table(area, district, label, largest, people, cells),
        count=count,
        people=float(people.sum()),
        area_km2=int(inside.sum()) * area.grid.cell_area_km2,
    )


def _settled(
    people: npt.NDArray[np.float32], least: np.float32, cell_size_m: float
) -> npt.NDArray[np.bool_]:
    """Mark settled cells: dense ones, and those at their edge that a settlement fills in part."""
    dense: npt.NDArray[np.bool_] = (people > 0) & (people >= least)
    if cell_size_m > _EDGE_M:
        return dense
    edge = ndimage.binary_dilation(dense, structure=_EIGHT_NEIGHBOURS)
    edge &= (people > 0) & (people >= _EDGE_SHARE * least)
    settled: npt.NDArray[np.bool_] = dense | edge
    return settled


def _districts(area: StudyArea) -> npt.NDArray[np.int16]:
    """Return the county of each cell, or after all counties its zone; -1 outside."""
    county = polygon_index(area.counties.geometry, area.grid)
    last = np.int16(len(area.counties))
    district = np.where(county >= 0, county, area.zone_index + last)
    district[area.zone_index < 0] = -1
    return district


def _table(
    area: StudyArea,
    district: npt.NDArray[np.int16],
    label: npt.NDArray[np.int32],
    largest: npt.NDArray[np.int64],
    people: npt.NDArray[np.float64],
    cells: npt.NDArray[np.int64],
) -> gpd.GeoDataFrame:
    rank_of = np.zeros(len(people), dtype=np.int32)
    rank_of[largest] = np.arange(1, len(largest) + 1)
    rank = rank_of[label]
    parts: dict[int, list[shapely.Geometry]] = {}
    outlines = shapes(rank, mask=rank > 0, connectivity=8, transform=area.grid.transform)
    for outline, value in outlines:
        parts.setdefault(int(value), []).append(shape(outline))
    geometry = [_joined(parts[number + 1]) for number in range(len(largest))]
    first_cell = np.full(len(largest) + 1, -1, dtype=np.int64)
    flat = np.flatnonzero(rank)
    first_cell[rank.ravel()[flat[::-1]]] = flat[::-1]
    zone = area.zone_index.ravel()[first_cell[1:]]
    county = district.ravel()[first_cell[1:]]
    inside = gpd.GeoSeries([g.representative_point() for g in geometry], crs=area.grid.crs)
    inside = inside.to_crs(LONLAT)
    area_km2 = cells[largest] * area.grid.cell_area_km2
    columns = {
        "rank": np.arange(1, len(largest) + 1),
        "adcode": area.zones["adcode"].to_numpy()[zone],
        "zone_zh": area.zones["name_zh"].to_numpy()[zone],
        "zone_en": area.zones["name_en"].to_numpy()[zone],
        "county_code": _of_county(area.counties["adcode"], county),
        "county_zh": _of_county(area.counties["name_zh"], county),
        "people": people[largest],
        "area_km2": area_km2,
        "people_per_km2": people[largest] / area_km2,
        "lon": inside.x.to_numpy(),
        "lat": inside.y.to_numpy(),
    }
    table = gpd.GeoDataFrame(columns, geometry=geometry, crs=area.grid.crs).to_crs(LONLAT)
    return table[[*GAPS, "geometry"]]


def _of_county(names: pd.Series, county: npt.NDArray[np.int16]) -> npt.NDArray[np.object_]:
    """Return a column of the counties by position; empty text beyond the last county."""
    padded = np.append(names.to_numpy(dtype=object), "")
    return padded[np.minimum(county, len(names))]


def _joined(parts: list[shapely.Geometry]) -> shapely.Geometry:
    """Join the outlines of one gap, and repair those that touch themselves at a corner."""
    return shapely.union_all([shapely.make_valid(part) for part in parts])
