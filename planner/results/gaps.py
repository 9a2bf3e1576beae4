"""Gaps: uncovered settled land, as polygons with their people and area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy import ndimage
from scipy.spatial import KDTree

from kernels.numbers.outlines import rings
from planner.columns import GAPS
from planner.ground.area import StudyArea, polygon_index
from planner.ground.area_class import AREA_CLASSES
from planner.ground.demand import Demand
from planner.ground.grid import LONLAT, Grid
from planner.radio.user_situations import situation_radii
from planner.scenario import Scenario

_EIGHT_NEIGHBOURS = np.ones((3, 3), dtype=bool)
_EDGE_SHARE = np.float32(0.25)
"""Share of the density of settled land from which a cell at its edge belongs to it."""

_HEXAGON = 1.5 * np.sqrt(3.0)
"""Area of a hexagon over the square of its radius."""

_EDGE_M = 500.0
"""Cells up to this size can be the edge of a settlement; wider ones hold whole villages."""


@dataclass(frozen=True)
class Gaps:
    """Gaps of a plan.

    ``table``: gaps as polygons (EPSG:4326) with the columns of
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
    station_cells: npt.NDArray[np.int64] | None = None,
) -> Gaps:
    """Join uncovered settled cells that touch (also at a corner) and lie in one county.

    ``served`` (grid shape): share of the people of each cell that is served, or which situations
    of users are (stacked, as ``siting.covered``); a cell is uncovered where the share is below
    ``gaps.served_share``. Where counties are not known, gaps lie in one zone: a
    gap never extends over several districts. What is larger than ``gaps.max_km2`` is divided: its
    densest cell is a centre, the densest one out of reach of it the next, and each cell belongs to
    the nearest centre. ``station_cells``: cells of the plan's stations in their order; without
    them, the nearest station is empty.

    A cell is settled if it has people and at least ``gaps.settled_people_per_km2``, or, where cells
    measure at most 500 m, a quarter of that next to such a cell: the settlement reaches into a part
    of it. Gaps of fewer than
    ``gaps.min_people`` are in the totals but not listed.

    ``closing_stations`` is the gap's land over that of a hexagon of the service radius, class by
    class, rounded up; with graded service the radius within which ``gaps.served_share`` are served.
    ``closing_cost_cny`` is that number of ``cost.station_cny``, before local factors.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> ground = planner.ground_of(scenario, 250.0)
    >>> radius_m = [one.radius_m for one in planner.service_radii(scenario.radio, scenario.service)]
    >>> candidates = planner.candidate_sites(scenario, ground.area, ground.demand, radius_m)
    >>> siting = planner.site_stations(scenario, ground, candidates, radius_m)
    >>> gaps = planner.find_gaps(
    ...     scenario, ground.area, ground.demand, siting.covered, siting.cell
    ... )
    >>> gaps.table["people"].is_monotonic_decreasing
    True
    """
    section = scenario.gaps
    if demand.situations > 1 and served.shape == demand.stack_shape:
        served = demand.served_share(served.astype(np.bool_))
    least = np.float32(section.settled_people_per_km2 * area.grid.cell_area_km2)
    # Shares are sums of float32: a cell at the limit is no gap.
    unserved = served < np.float32(section.served_share - 1e-6)
    settled = _settled(demand.people, least, area.grid.cell_size_m)
    settled &= unserved & (area.zone_index >= 0)
    district = _districts(area)
    label, count = _connected(settled, district)
    count = _divided(label, count, demand.people, area.grid, section.max_km2)
    inside = label > 0
    members = label[inside]
    people = np.bincount(
        members, weights=demand.people[inside].astype(np.float64), minlength=count + 1
    ).astype(np.float64)
    largest = np.argsort(-people[1:], kind="stable") + 1
    largest = largest[people[largest] >= section.min_people][: section.max_listed]
    table = _table(area, demand, district, label, largest)
    if station_cells is not None:
        _add_nearest_station(table, area.grid, station_cells)
    radii = situation_radii(scenario.radio, scenario.service)
    radius_m = radii[demand.situation_at(section.served_share)]
    number = _closing_stations(radius_m, area.grid, demand, label, largest)
    table["closing_stations"] = number
    price = np.nan if scenario.cost is None else scenario.cost.station_cny
    table["closing_cost_cny"] = number * price
    return Gaps(
        table=table[[*GAPS, "geometry"]],
        count=count,
        people=float(people.sum()),
        area_km2=int(inside.sum()) * area.grid.cell_area_km2,
    )


def _connected(
    settled: npt.NDArray[np.bool_], district: npt.NDArray[np.int16]
) -> tuple[npt.NDArray[np.int32], int]:
    """Number the parts of each district that touch, from 1; return their number too."""
    label = np.zeros(settled.shape, dtype=np.int32)
    count = 0
    for number, window in enumerate(ndimage.find_objects(district + np.int16(1))):
        if window is None:
            continue
        mask = settled[window] & (district[window] == number)
        found, parts = ndimage.label(mask, structure=_EIGHT_NEIGHBOURS)
        np.add(found, count, out=label[window], where=mask, casting="unsafe")
        count += parts
    return label, count


def _divided(
    label: npt.NDArray[np.int32],
    count: int,
    people: npt.NDArray[np.float32],
    grid: Grid,
    max_km2: float,
) -> int:
    """Divide the gaps above ``max_km2`` in place; return the new number of gaps.

    Every cell lies within reach of a centre, and the disc of that reach has no more than
    ``max_km2``: so has each part.
    """
    flat = np.flatnonzero(label)
    cells = np.bincount(label.ravel()[flat], minlength=count + 1)
    large = np.flatnonzero(cells * grid.cell_area_km2 > max_km2)
    flat = flat[np.isin(label.ravel()[flat], large)]
    flat = flat[np.argsort(label.ravel()[flat], kind="stable")]
    reach = np.sqrt(max_km2 / grid.cell_area_km2 / np.pi) - np.sqrt(0.5)
    for members in np.split(flat, np.cumsum(cells[large])[:-1]) if len(large) else ():
        position = np.column_stack(np.unravel_index(members, label.shape)).astype(np.float64)
        centre = _centres(position, people.ravel()[members], max(reach, 0.0))
        part = KDTree(position[centre]).query(position)[1]
        label.ravel()[members[part > 0]] = count + part[part > 0]
        count += len(centre) - 1
    return count


def _centres(
    position: npt.NDArray[np.float64], people: npt.NDArray[np.float32], reach: float
) -> npt.NDArray[np.int64]:
    """Return the densest cell, then the densest one farther than ``reach`` from all before it."""
    tree, free, found = KDTree(position), np.ones(len(position), dtype=bool), []
    for cell in np.argsort(-people, kind="stable"):
        if free[cell]:
            found.append(cell)
            free[tree.query_ball_point(position[cell], reach)] = False
            free[cell] = False
    return np.array(found, dtype=np.int64)


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
    demand: Demand,
    district: npt.NDArray[np.int16],
    label: npt.NDArray[np.int32],
    largest: npt.NDArray[np.int64],
) -> gpd.GeoDataFrame:
    """Return the figures of each gap from its own cells; lon and lat are its densest cell's."""
    rank_of = np.zeros(label.max(initial=0) + 1, dtype=np.int32)
    rank_of[largest] = np.arange(1, len(largest) + 1)
    rank = rank_of[label]
    geometry = outlines(rank, area.grid)
    flat = np.flatnonzero(rank)
    number, in_cell = rank.ravel()[flat], demand.people.ravel()[flat].astype(np.float64)
    densest = flat[np.lexsort((-in_cell, number))]
    _, first = np.unique(rank.ravel()[densest], return_index=True)
    middle = densest[first]
    lon, lat = area.grid.lonlat(*area.grid.xy_m(middle))
    zone, county = area.zone_index.ravel()[middle], district.ravel()[middle]
    cells = np.bincount(number, minlength=len(largest) + 1)[1:]
    people = np.bincount(number, weights=in_cell, minlength=len(largest) + 1)[1:]
    area_km2 = cells * area.grid.cell_area_km2
    columns = {
        "rank": np.arange(1, len(largest) + 1),
        "adcode": area.zones["adcode"].to_numpy()[zone],
        "zone_zh": area.zones["name_zh"].to_numpy()[zone],
        "zone_en": area.zones["name_en"].to_numpy()[zone],
        "county_code": _of_county(area.counties["adcode"], county),
        "county_zh": _of_county(area.counties["name_zh"], county),
        "county_en": _of_county(area.counties["name_en"], county),
        "people": people,
        "area_km2": area_km2,
        "people_per_km2": people / area_km2,
        "lon": lon,
        "lat": lat,
        "nearest_station": "",
        "nearest_station_km": np.nan,
    }
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=area.grid.crs).to_crs(LONLAT)


def _add_nearest_station(
    table: gpd.GeoDataFrame, grid: Grid, station_cells: npt.NDArray[np.int64]
) -> None:
    """Add the station nearest to the densest cell of each gap, and its distance."""
    if not len(table) or not len(station_cells):
        return
    stations = np.column_stack(grid.xy_m(station_cells))
    middle = gpd.points_from_xy(table["lon"], table["lat"], crs=LONLAT).to_crs(grid.crs)
    distance_m, row = KDTree(stations).query(np.column_stack([middle.x, middle.y]))
    table["nearest_station"] = [f"S{number:06d}" for number in row + 1]
    table["nearest_station_km"] = distance_m / 1000.0


def _closing_stations(
    radius_m: Sequence[float],
    grid: Grid,
    demand: Demand,
    label: npt.NDArray[np.int32],
    largest: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Return the stations that each gap takes by its area, with a radius in each area class."""
    of_a_cell = grid.cell_size_m**2 / (_HEXAGON * np.square(radius_m))
    inside = (label > 0) & (demand.area_class < len(AREA_CLASSES))
    stations = np.bincount(
        label[inside], of_a_cell[demand.area_class[inside]], minlength=label.max(initial=0) + 1
    )
    number: npt.NDArray[np.int64] = np.ceil(stations[largest] - 1e-9).astype(np.int64)
    return number


def _of_county(names: pd.Series, county: npt.NDArray[np.int16]) -> npt.NDArray[np.object_]:
    """Return a column of the counties by position; empty text beyond the last county."""
    padded = np.append(names.to_numpy(dtype=object), "")
    return padded[np.minimum(county, len(names))]


def outlines(rank: npt.NDArray[np.int32], grid: Grid) -> npt.NDArray[np.object_]:
    """Return the outline of the cells of each number from 1 on, valid also where corners touch."""
    found, number = rings(rank)
    of_part = np.searchsorted(found.part, np.arange(len(number) + 1))
    left_top = grid.transform.c, grid.transform.f
    corners = left_top + found.corner[:, ::-1] * (grid.cell_size_m, -grid.cell_size_m)
    pieces = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, corners, (found.first, of_part)
    )
    order = np.argsort(number, kind="stable")
    pieces, number = pieces[order], number[order]
    _, first, place, count = np.unique(number, True, True, True)
    joined: npt.NDArray[np.object_] = pieces[first]
    several = count[place] > 1
    _, place = np.unique(number[several], return_inverse=True)
    joined[count > 1] = shapely.multipolygons(pieces[several], indices=place)
    return joined
