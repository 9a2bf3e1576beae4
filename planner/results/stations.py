"""The stations of a plan as a table, in construction order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from planner.columns import STATIONS
from planner.ground.area import StudyArea
from planner.ground.area_class import AREA_CLASSES
from planner.ground.demand import Demand
from planner.ground.grid import LONLAT
from planner.sites.candidates import Candidates
from planner.siting import BASELINE, FROM_FILE, MUST_HAVE, NEW, UPGRADED, Siting


def station_table(
    area: StudyArea,
    demand: Demand,
    candidates: Candidates,
    siting: Siting,
    radius_m: Mapping[str, Sequence[float]],
    capital_cny: npt.NDArray[np.int64] | None = None,
) -> gpd.GeoDataFrame:
    """Return the stations (EPSG:4326 points) with the columns of :data:`planner.columns.STATIONS`.

    A station from a file keeps its own position; one placed by the model is at the centre of its
    cell. ``radius_m``: of each area class, by the name of the equipment; the empty name is the
    scenario's own network. ``capital_cny`` (int64[n]): cost of each at its location; without it,
    the prices before local factors, if the siting has them.
    """
    lon, lat, name = _places(area, candidates, siting)
    zone = area.zone_index.ravel()[siting.cell]
    code = demand.area_class.ravel()[siting.cell]
    people_covered = np.minimum(np.cumsum(siting.people_gained), demand.people_total)
    order = np.arange(1, len(siting) + 1)
    columns = {
        "station_id": np.array([f"S{number:06d}" for number in order], dtype=object),
        "order": order,
        "role": siting.role.astype(object),
        "origin": siting.origin.astype(object),
        "phase": _phase(siting),
        "name": name,
        "lon": lon,
        "lat": lat,
        "adcode": area.zones["adcode"].to_numpy()[zone],
        "zone_zh": area.zones["name_zh"].to_numpy()[zone],
        "zone_en": area.zones["name_en"].to_numpy()[zone],
        "area_class": np.array([c.key for c in AREA_CLASSES], dtype=object)[code],
        "radius_m": _radii(siting, radius_m, code),
        "equipment": siting.equipment.astype(object),
        "cost_cny": _cost(siting, capital_cny),
        "people_gained": siting.people_gained,
        "people_covered": people_covered,
        "covered_share": people_covered / max(demand.people_total, 1e-9),
        "useful": siting.people_gained > 0,
    }
    points = gpd.points_from_xy(lon, lat)
    table = gpd.GeoDataFrame(columns, geometry=points, crs=LONLAT)
    return table[[*STATIONS, "geometry"]]


def _phase(siting: Siting) -> npt.NDArray[np.object_]:
    names = np.full(len(siting), "", dtype=object)
    for phase in siting.phases:
        names[phase.first : phase.end] = phase.name
    return names


def _cost(
    siting: Siting, capital_cny: npt.NDArray[np.int64] | None
) -> npt.NDArray[np.float64] | float:
    if capital_cny is not None:
        return capital_cny.astype(np.float64)
    return np.nan if siting.cost_cny is None else siting.cost_cny


def _radii(
    siting: Siting, radius_m: Mapping[str, Sequence[float]], code: npt.NDArray[np.uint8]
) -> npt.NDArray[np.float64]:
    """Return the service radius of each station in the area class of its own cell."""
    radii = np.empty(len(siting))
    for name in np.unique(siting.equipment):
        rows = siting.equipment == name
        radii[rows] = np.asarray(radius_m[str(name)])[code[rows]]
    return radii


def _places(
    area: StudyArea, candidates: Candidates, siting: Siting
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.object_]]:
    x_m, y_m = area.grid.xy_m(siting.cell)
    lon, lat = area.grid.lonlat(x_m, y_m)
    name = np.full(len(siting), "", dtype=object)
    sources = (
        (BASELINE, FROM_FILE, candidates.existing),
        (MUST_HAVE, FROM_FILE, candidates.must_have),
        (NEW, FROM_FILE, candidates.listed),
        (NEW, UPGRADED, candidates.existing),
    )
    for role, origin, sites in sources:
        rows = np.flatnonzero((siting.role == role) & (siting.origin == origin))
        if sites is None or not len(rows):
            continue
        lon[rows], lat[rows] = sites.lon[siting.site[rows]], sites.lat[siting.site[rows]]
        name[rows] = np.array(sites.name, dtype=object)[siting.site[rows]]
    return lon, lat, name
