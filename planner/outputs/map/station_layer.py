"""All stations on one canvas: a Leaflet layer for a hundred thousand points and more.

Positions travel as unsigned 32-bit fractions of the stations' own extent in Web Mercator (finer
than a millimetre over a province), everything else as typed arrays, base64 in the page. The
browser sorts them into a grid once and draws only the cells in view.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from folium.map import Layer
from folium.template import Template
from scipy.spatial import KDTree

from planner.ground.area_class import AREA_CLASSES
from planner.outputs.map.page_text import page_json
from planner.outputs.page import asset
from planner.outputs.palette import ROLE_COLOURS

if TYPE_CHECKING:
    import geopandas as gpd

ROLES = ("baseline", "new", "must_have")
"""Roles in the order they are drawn, the last on top."""

_MAX_LATITUDE = 85.0511287798066
_STEPS = np.iinfo(np.uint32).max


class StationLayer(Layer):
    """The canvas with all stations; its :class:`StationRole` layers switch what it shows."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}<script>{{ this.source }}</script>{% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = new L.StationCanvas(
                {{ this.payload }}, {{ this.options }});
        {% endmacro %}
        """
    )

    def __init__(
        self, stations: gpd.GeoDataFrame, *, ranks: str = "", pane: str = "overlayPane"
    ) -> None:
        super().__init__(name="stations", overlay=True, control=False, show=True)
        self._name = "StationCanvas"
        self.source = asset("map_stations.js")
        self.payload = page_json(station_payload(stations) | {"rank": ranks})
        colours = [ROLE_COLOURS[role] for role in ROLES]
        self.options = page_json({"pane": pane, "colours": colours, "spacing": spacing(stations)})


class StationRole(Layer):
    """A switch of the layer control that shows the stations of one role."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = new L.StationRole(
                {{ this.canvas.get_name() }}, {{ this.role|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, canvas: StationLayer, role: str, name: str, *, show: bool = True) -> None:
        super().__init__(name=name, overlay=True, control=True, show=show)
        self._name = "StationRole"
        self.canvas = canvas
        self.role = ROLES.index(role)


def station_payload(stations: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return the data of ``stations`` for the page (columns of :data:`planner.columns.STATIONS`).

    ``x`` and ``y`` are (least, span) in fractions of the Web Mercator world, from its upper left
    corner, with the quantised positions; the other arrays have one entry for each station, in the
    order of the table. Zones and classes are indices into small tables; names are sent only where
    there are any.
    """
    x, y = _mercator_fractions(
        stations["lon"].to_numpy(dtype=float), stations["lat"].to_numpy(dtype=float)
    )
    zone, zones = _zone_table(stations)
    service, services = _class_table(stations)
    names = stations["name"].fillna("").astype(str).to_numpy()
    return {
        "count": len(stations),
        "x": _quantised(x),
        "y": _quantised(y),
        "ids": _ids(stations),
        "order": _packed(stations["order"], np.uint32),
        "role": _packed(_codes(stations["role"], ROLES), np.uint8),
        "areaClass": _packed(service, np.uint16),
        "zone": _packed(zone, np.uint16),
        "gained": _packed(stations["people_gained"], np.float32),
        "cost": ""
        if stations["cost_cny"].isna().all()
        else _packed(stations["cost_cny"], np.float32),
        "useful": _packed(stations["useful"], np.uint8),
        "modelled": _packed(stations["origin"] == "model", np.uint8),
        "names": {int(row): names[row] for row in np.flatnonzero(names != "")},
        "zones": zones,
        "classes": services,
    }


def _ids(stations: gpd.GeoDataFrame) -> list[str] | None:
    """Return the identifiers; None if they are S000001, S000002 and so on."""
    ids = stations["station_id"].astype(str).tolist()
    return None if ids == [f"S{number:06d}" for number in range(1, len(ids) + 1)] else ids


def spacing(stations: gpd.GeoDataFrame) -> float:
    """Return the median distance to the nearest other station, in fractions of the world's width.

    The page draws stations from the zoom on at which their dots lie apart.
    """
    if len(stations) < 2:
        return 1.0
    at = np.column_stack(
        _mercator_fractions(stations["lon"].to_numpy(float), stations["lat"].to_numpy(float))
    )
    distance = KDTree(np.unique(at, axis=0)).query(at, k=2)[0][:, 1]
    return float(np.median(distance[np.isfinite(distance)], axis=0)) if len(distance) else 1.0


def _mercator_fractions(
    lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Scale Web Mercator (EPSG:3857) to the unit square, y from the north.

    Spherical formulas on geodetic coordinates: IOGP Guidance Note 7-2, method 1024.
    """
    phi = np.radians(np.clip(lat, -_MAX_LATITUDE, _MAX_LATITUDE))
    return lon / 360.0 + 0.5, 0.5 - np.arcsinh(np.tan(phi)) / (2.0 * np.pi)


def _quantised(values: npt.NDArray[np.float64]) -> dict[str, Any]:
    least = float(values.min()) if values.size else 0.0
    span = float(np.ptp(values)) if values.size else 0.0
    steps = np.rint((values - least) / (span or 1.0) * _STEPS)
    return {"least": least, "span": span, "steps": _packed(steps, np.uint32)}


def _packed(values: npt.ArrayLike, dtype: npt.DTypeLike) -> str:
    """Little-endian bytes in base64: what a typed array of every current browser reads."""
    array = np.asarray(values).astype(np.dtype(dtype).newbyteorder("<"))
    return base64.b64encode(array.tobytes()).decode("ascii")


def _codes(values: Any, table: tuple[str, ...] | list[str]) -> npt.NDArray[np.int64]:
    code = {key: index for index, key in enumerate(table)}
    return np.array([code[value] for value in values], dtype=np.int64)


def _zone_table(stations: gpd.GeoDataFrame) -> tuple[npt.NDArray[np.int64], list[list[str]]]:
    """Zone index of each station, and (adcode, Chinese name, English name) of each zone."""
    columns = stations[["adcode", "zone_zh", "zone_en"]].fillna("").astype(str)
    groups = columns.groupby(list(columns.columns), sort=True)
    return groups.ngroup().to_numpy(dtype=np.int64), [list(key) for key in groups.groups]


def _class_table(
    stations: gpd.GeoDataFrame,
) -> tuple[npt.NDArray[np.int64], list[dict[str, Any]]]:
    """Class of each station, and names and service radius of each class by equipment."""
    known = {row.key: row for row in AREA_CLASSES}
    columns = stations[["equipment", "area_class"]].fillna("").astype(str)
    number = columns.groupby(list(columns.columns), sort=True).ngroup().to_numpy(dtype=np.int64)
    _, first = np.unique(number, return_index=True)
    rows = [
        {
            "en": known[area_class].name_en,
            "zh": known[area_class].name_zh,
            "equipment": equipment,
            "radius_m": float(radius_m),
        }
        for equipment, area_class, radius_m in zip(
            columns["equipment"].iloc[first],
            columns["area_class"].iloc[first],
            stations["radius_m"].iloc[first],
            strict=True,
        )
    ]
    return number, rows
