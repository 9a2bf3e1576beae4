"""A small plan whose every number follows from its own cells, made without the pipeline.

Four invented prefectures on a blob of land, people in a few towns, baseline stations on the
densest cells and new ones by plain greedy: slow, obvious, and enough to write every output from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from rasterio.features import rasterize, shapes
from shapely.geometry import LineString, box, shape

from planner.columns import GAPS, STATIONS, ZONES
from planner.ground.area import StudyArea
from planner.ground.area_class import AREA_CLASSES, OUTSIDE
from planner.ground.demand import Demand
from planner.ground.grid import LONLAT, Grid, fitted_albers
from planner.ground.ground import Ground
from planner.plan import Plan
from planner.radio.service_radius import service_radii
from planner.results.coverage import Coverage
from planner.scenario import Scenario
from tests.planner.outputs.synthetic_summary import synthetic_provenance, synthetic_summary

WEST, SOUTH, EAST, NORTH = 112.6, 22.6, 113.4, 23.2
ZONE_NAMES = (
    ("990100", "东岭市", "Dongling"),
    ("990200", "南浦市", "Nanpu"),
    ("990300", "西溪市", "Xixi"),
    ("990400", "北川市", "Beichuan"),
)
HOSTILE_NAMES = (
    ("990100", "</script><script>alert(1)</script>市", "<img src=x onerror=alert(2)>"),
    ("990200", "\"双引号\"与'单引号'", 'O\'Brien "the" & co; ]]> <!-- '),
    ("990300", "换行\n和制表\t市", "line\r\nbreak\u2028and `${alert(3)}`"),
    ("990400", "=1+1", '=HYPERLINK("http://evil.example","click")'),
)
TOWNS = (
    (112.80, 22.78, 5200.0, 2.6),
    (113.12, 22.84, 1500.0, 2.2),
    (112.83, 23.06, 700.0, 1.8),
    (113.20, 23.05, 420.0, 1.6),
    (113.02, 22.70, 160.0, 1.2),
    (113.30, 22.88, 90.0, 1.4),
)


def make_plan(
    *, hostile: bool = False, cell_size_m: float = 500.0, baseline: int = 60, new: int = 260
) -> Plan:
    """Return a plan of a blob of about 80 x 65 km; ``hostile`` gives it names that bite."""
    names = HOSTILE_NAMES if hostile else ZONE_NAMES
    scenario = _scenario(names, hostile=hostile, baseline=baseline, new=new)
    area = _area(names, cell_size_m)
    demand = _demand(area)
    radii = service_radii(scenario.radio, scenario.service)
    radius_m = np.array([row.radius_m for row in radii])
    sites = _sites(area, demand, radius_m, baseline, new)
    phase = np.where(area.zone_index < 0, OUTSIDE, 0).astype(np.uint8)
    gained = np.zeros(len(sites))
    for order, cell in enumerate(sites):
        fresh = _served(area, demand, radius_m, cell) & (phase == 0)
        gained[order] = demand.people[fresh].sum(dtype=float)
        phase[fresh] = 1 if order < baseline else 2
    served_class = np.where(phase == 0, 0, demand.area_class + 1).astype(np.uint8)
    served_class[phase == OUTSIDE] = OUTSIDE
    share = np.where(phase == OUTSIDE, np.float32(np.nan), phase > 0).astype(np.float32)
    coverage = Coverage(served_class, phase, share)
    stations = _stations(area, demand, radius_m, sites, gained, baseline, hostile=hostile)
    zones = _zones(area, demand, coverage, stations)
    gaps = _gaps(area, demand, coverage, stations)
    provenance = synthetic_provenance(hostile=hostile)
    warnings = ("The population is a model: cells are right in sum, not one by one.",)
    if hostile:
        warnings += ('<b>bold</b> & "quoted"\nsecond line </script>',)
    summary = synthetic_summary(
        scenario, area, demand, radii, stations, gaps, zones, provenance, warnings
    )
    return Plan(
        scenario,
        Ground(area, demand),
        radii,
        stations,
        gaps,
        zones,
        coverage,
        summary,
        provenance,
        warnings,
    )


def asking_for_radio_maps(plan: Plan) -> Plan:
    """Return the plan with a scenario that asks for radio maps, but without them."""
    maps = plan.scenario.radio.maps.model_copy(update={"include": True})
    radio = plan.scenario.radio.model_copy(update={"maps": maps})
    return replace(plan, scenario=plan.scenario.model_copy(update={"radio": radio}))


def _scenario(
    names: Sequence[tuple[str, str, str]], *, hostile: bool, baseline: int, new: int
) -> Scenario:
    title = "Synthetic bay <script>alert('title')</script>" if hostile else "Synthetic bay"
    return Scenario.model_validate_json(
        json.dumps(
            {
                "name": "synthetic-bay",
                "title": title,
                "title_zh": "合成湾区 </title>" if hostile else "合成湾区",
                "description": "Four invented prefectures, for tests.",
                "area": {"province": "440000", "cell_size_m": 500.0},
                "target": {
                    "stations_baseline": baseline,
                    "stations_new": new,
                    "date": "2020-12-31",
                    "counting_rule": "cumulative, each station once",
                },
                "aims": [
                    {
                        "name": "Nearly all <everywhere>" if hostile else "Nearly all, everywhere",
                        "name_zh": "全域基本覆盖",
                        "share": 0.995,
                    },
                    {"name": f"A tenth of {names[0][2]}", "share": 0.1, "zones": [names[0][0]]},
                ],
                "cost": {"station_cny": 400_000.0},
                "sources": [
                    {
                        "key": "target.stations_new",
                        "status": "quoted",
                        "text": "An invented directive",
                        "url": "javascript:alert(9)"
                        if hostile
                        else "https://example.org/directive",
                    },
                    {
                        "key": "cost.station_cny",
                        "status": "derived",
                        "text": "100 billion / 250,000",
                    },
                    {
                        "key": "target.stations_baseline",
                        "status": "assumption",
                        "text": "Nobody counted",
                    },
                ],
            }
        )
    )


def _area(names: Sequence[tuple[str, str, str]], cell_size_m: float) -> StudyArea:
    crs = fitted_albers(WEST, SOUTH, EAST, NORTH)
    angle = np.linspace(0.0, 2.0 * np.pi, 181)[:-1]
    reach = 1.0 + 0.10 * np.sin(3 * angle) + 0.06 * np.cos(7 * angle)
    land = shapely.Polygon(
        np.column_stack(
            [
                0.36 * reach * np.cos(angle) + (WEST + EAST) / 2,
                0.27 * reach * np.sin(angle) + (SOUTH + NORTH) / 2,
            ]
        )
    )
    lon, lat = 112.98, 22.92
    quarters = [
        box(WEST, SOUTH, lon, lat),
        box(lon, SOUTH, EAST, lat),
        box(WEST, lat, lon, NORTH),
        box(lon, lat, EAST, NORTH),
    ]
    zones = gpd.GeoDataFrame(
        {
            "adcode": [n[0] for n in names],
            "name_zh": [n[1] for n in names],
            "name_en": [n[2] for n in names],
        },
        geometry=[land.intersection(quarter) for quarter in quarters],
        crs=LONLAT,
    )
    metric = zones.to_crs(crs)
    west, south, east, north = (float(edge) for edge in metric.total_bounds)
    grid = Grid.around((west, south, east, north), cell_size_m, crs)
    zone_index = rasterize(
        [(geometry, index) for index, geometry in enumerate(metric.geometry)],
        out_shape=grid.shape,
        transform=grid.transform,
        fill=-1,
        dtype="int16",
    )
    return StudyArea(
        code="440000",
        name_en="Synthetic bay",
        name_zh="合成湾区",
        boundary=zones.union_all(),
        zones=zones,
        grid=grid,
        zone_index=zone_index,
        counties=_counties(zones),
    )


def with_lines(plan: Plan) -> Plan:
    """The plan with a road and a railway from corner to corner, which files would give."""
    area = plan.area
    west, south, east, north = area.zones.total_bounds
    corners = {"roads": [(west, south), (east, north)], "railways": [(west, north), (east, south)]}
    lines = {kind: area.boundary.intersection(LineString(ends)) for kind, ends in corners.items()}
    return replace(plan, ground=replace(plan.ground, area=replace(area, lines=lines)))


def _counties(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One county in each zone but the last, which has none."""
    known = zones.iloc[:-1]
    return gpd.GeoDataFrame(
        {
            "adcode": known["adcode"].str[:4] + "01",
            "name_zh": known["name_zh"].str.replace("市", "县"),
            "name_en": known["name_en"] + " County",
        },
        geometry=known.geometry,
        crs=LONLAT,
    )


def _demand(area: StudyArea) -> Demand:
    grid = area.grid
    x, y = grid.xy_m(np.arange(grid.height * grid.width))
    lon, lat = grid.lonlat(x, y)
    density = np.full(lon.shape, 8.0)
    for town_lon, town_lat, peak, width_km in TOWNS:
        km2 = ((lon - town_lon) * 102.5) ** 2 + ((lat - town_lat) * 111.0) ** 2
        density += 4.0 * peak * np.exp(-km2 / (2.0 * width_km**2))
    outside = (area.zone_index < 0).ravel()
    people = np.where(outside, 0.0, density * grid.cell_area_km2).reshape(grid.shape)
    classes = 3 - np.searchsorted([800.0, 4_000.0, 15_000.0], density, side="right")
    area_class = np.where(outside, OUTSIDE, classes).astype(np.uint8).reshape(grid.shape)
    people = people.astype(np.float32)
    inside = area.zone_index >= 0
    zone_people = np.bincount(
        area.zone_index[inside], weights=people[inside].astype(float), minlength=len(area.zones)
    )
    return Demand(people, area_class, zone_people, "Invented towns", is_model=True)


def _served(
    area: StudyArea, demand: Demand, radius_m: npt.NDArray[np.float64], cell: int
) -> npt.NDArray[np.bool_]:
    """Cells whose own class's radius reaches the station at the centre of ``cell``."""
    row, col = divmod(int(cell), area.grid.width)
    rows = np.arange(area.grid.height)[:, None] - row
    cols = np.arange(area.grid.width)[None, :] - col
    distance_m = np.hypot(rows, cols) * area.grid.cell_size_m
    classes = np.minimum(demand.area_class, len(radius_m) - 1)
    inside: npt.NDArray[np.bool_] = (area.zone_index >= 0) & (distance_m <= radius_m[classes])
    return inside


def _sites(
    area: StudyArea, demand: Demand, radius_m: npt.NDArray[np.float64], baseline: int, new: int
) -> list[int]:
    """Greedy by the people of a cell that nobody serves yet; the last two new ones serve nobody."""
    left = demand.people.astype(float)
    sites: list[int] = []
    for _ in range(baseline + new):
        if len(sites) >= baseline + new - 2:
            sites.append(sites[len(sites) - baseline - new])
            continue
        cell = int(np.argmax(left))
        sites.append(cell)
        left[_served(area, demand, radius_m, cell)] = 0.0
    return sites


def _stations(
    area: StudyArea,
    demand: Demand,
    radius_m: npt.NDArray[np.float64],
    sites: list[int],
    gained: npt.NDArray[np.float64],
    baseline: int,
    *,
    hostile: bool,
) -> gpd.GeoDataFrame:
    lon, lat = area.grid.lonlat(*area.grid.xy_m(sites))
    zone = area.zones.iloc[area.zone_index.ravel()[sites]]
    code = demand.area_class.ravel()[sites]
    order = np.arange(1, len(sites) + 1)
    role = np.where(order <= baseline, "baseline", "new").astype(object)
    role[baseline : baseline + 1] = "must_have"
    name = np.full(len(sites), "", dtype=object)
    if hostile:
        name[:5] = [
            "=cmd|' /C calc'!A0",
            '+"quoted", with comma',
            "-line\nbreak",
            "@<b>x</b>",
            "\t</script><script>alert(4)</script>",
        ]
    total = float(demand.zone_people.sum())
    frame = gpd.GeoDataFrame(
        {
            "station_id": [f"S{number:05d}" for number in order],
            "order": order,
            "role": role,
            "origin": np.where(order <= baseline // 2, "file", "model"),
            "phase": "",
            "name": name,
            "lon": lon,
            "lat": lat,
            "adcode": zone["adcode"].to_numpy(),
            "zone_zh": zone["name_zh"].to_numpy(),
            "zone_en": zone["name_en"].to_numpy(),
            "area_class": [AREA_CLASSES[c].key for c in code],
            "radius_m": radius_m[code],
            "equipment": "",
            "cost_cny": 400_000.0,
            "people_gained": gained,
            "people_covered": np.cumsum(gained),
            "covered_share": np.cumsum(gained) / total,
            "useful": gained > 0,
        },
        geometry=gpd.points_from_xy(lon, lat),
        crs=LONLAT,
    )
    return frame[[*STATIONS, "geometry"]]


def _zones(
    area: StudyArea, demand: Demand, coverage: Coverage, stations: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    inside = area.zone_index >= 0
    count = len(area.zones)

    def per_zone(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        weights = demand.people[mask].astype(float)
        return np.bincount(area.zone_index[mask], weights=weights, minlength=count)

    def land(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        cells = np.bincount(area.zone_index[mask], minlength=count)
        return cells * area.grid.cell_area_km2

    def built(old: bool) -> npt.NDArray[np.int64]:
        chosen = stations[(stations["role"] == "baseline") == old]
        counts = chosen["adcode"].value_counts().reindex(area.zones["adcode"], fill_value=0)
        return np.asarray(counts.to_numpy(), dtype=np.int64)

    covered = per_zone(inside & (coverage.phase > 0))
    before = per_zone(inside & (coverage.phase == 1))
    frame = area.zones.assign(
        population=demand.zone_people,
        covered=covered,
        covered_share=covered / demand.zone_people,
        covered_baseline=before,
        covered_baseline_share=before / demand.zone_people,
        area_km2=land(inside),
        inhabited_area_km2=land(inside),
        covered_area_km2=land(inside & (coverage.phase > 0)),
        stations_existing=built(True),
        stations_new=built(False),
    )
    frame["stations_per_km2"] = (frame.stations_existing + frame.stations_new) / frame.area_km2
    return frame[[*ZONES, "geometry"]]


def _gaps(
    area: StudyArea, demand: Demand, coverage: Coverage, stations: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    settled = demand.people >= 20.0 * area.grid.cell_area_km2
    uncovered = ((coverage.phase == 0) & settled).astype(np.uint8)
    rows: list[dict[str, Any]] = []
    polygons = [
        shape(geometry)
        for geometry, value in shapes(uncovered, mask=uncovered > 0, transform=area.grid.transform)
        if value
    ]
    for polygon in polygons:
        cells = rasterize([(polygon, 1)], out_shape=area.grid.shape, transform=area.grid.transform)
        inside = cells.astype(bool)
        people = float(demand.people[inside].sum(dtype=float))
        km2 = float(inside.sum()) * area.grid.cell_area_km2
        index = int(np.bincount(area.zone_index[inside]).argmax())
        zone = area.zones.iloc[index]
        known = index < len(area.counties)
        point = polygon.representative_point()
        lon, lat = area.grid.lonlat(point.x, point.y)
        rows.append(
            {
                "adcode": zone["adcode"],
                "zone_zh": zone["name_zh"],
                "zone_en": zone["name_en"],
                "county_code": area.counties["adcode"][index] if known else "",
                "county_zh": area.counties["name_zh"][index] if known else "",
                "county_en": area.counties["name_en"][index] if known else "",
                "people": people,
                "area_km2": km2,
                "people_per_km2": people / km2,
                "lon": float(lon),
                "lat": float(lat),
                **_nearest(stations, float(lon), float(lat)),
                "closing_stations": 1,
                "closing_cost_cny": 400_000.0,
                "geometry": polygon,
            }
        )
    rows.sort(key=lambda row: -row["people"])
    for rank, row in enumerate(rows, start=1):
        row["rank"] = rank
    frame = gpd.GeoDataFrame(rows, columns=[*GAPS, "geometry"], crs=area.grid.crs)
    return frame.to_crs(LONLAT)


def _nearest(stations: gpd.GeoDataFrame, lon: float, lat: float) -> dict[str, Any]:
    if stations.empty:
        return {"nearest_station": "", "nearest_station_km": np.nan}
    km = np.hypot((stations["lon"] - lon) * 102.5, (stations["lat"] - lat) * 111.0)
    return {
        "nearest_station": stations["station_id"][km.idxmin()],
        "nearest_station_km": float(km.min()),
    }
