"""Outlines, zones, gaps and rivers as light vectors for a web map.

Everything is simplified in the study's own metric projection and travels as whole steps of 1e-5
degrees, about a metre, each from the corner before it. Names and figures travel in the page's own
data, where they are escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from folium.map import Layer
from folium.template import Template
from shapely.geometry import mapping

from planner.ground.grid import LONLAT
from planner.outputs.map.page_text import page_json

if TYPE_CHECKING:
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

_STEPS = 1e5
_DECIMALS = 5
_MANY = 200_000
_DETAIL = 5000
"""Vertices closer than this fraction of the area's larger side are merged."""


class VectorLayer(Layer):
    """Lines or areas on a canvas of their own pane.

    ``styles``: colours and widths, in Leaflet's words; ``style_of``: the number of the style of
    each geometry, 0 if left out; ``options``: others of ``L.PlanVectors``. It answers
    no pointer: the page itself finds what lies somewhere.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = new L.PlanVectors({{ this.data }}, {{ this.options }});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        geometries: Sequence[BaseGeometry],
        styles: Sequence[Mapping[str, Any]],
        *,
        pane: str,
        name: str = "",
        style_of: Iterable[int] = (),
        show: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(name=name, overlay=True, control=bool(name), show=show)
        self._name = "PlanVectors"
        self.data = page_json([packed(one) for one in geometries])
        known = {"pane": pane, "styles": list(styles), "styleOf": list(style_of)}
        self.options = page_json(known | options)


def packed(geometry: BaseGeometry) -> list[list[list[int]]]:
    """Return the parts of a geometry: the rings of each polygon, or one ring for each line.

    A ring is x, y, then the steps to each next corner, in 1e-5 degrees.
    """
    parts = []
    for part in shapely.get_parts(geometry):
        polygon = part.geom_type == "Polygon"
        rings = [part.exterior, *part.interiors] if polygon else [part]
        parts.append([_steps(ring) for ring in rings])
    return parts


def _steps(ring: BaseGeometry) -> list[int]:
    corners = np.rint(shapely.get_coordinates(ring) * _STEPS).astype(np.int64)
    steps: list[int] = np.diff(corners, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist()
    return steps


def outline_tolerance_m(zones: gpd.GeoDataFrame, crs: CRS) -> float:
    """Return a tolerance at which a whole-area view shows no difference, and a city view little."""
    west, south, east, north = zones.to_crs(crs).total_bounds
    return float(max(east - west, north - south)) / _DETAIL


def simplified(
    geometries: Sequence[BaseGeometry], crs: CRS, tolerance_m: float
) -> list[BaseGeometry]:
    """Return lon/lat polygons simplified together: neighbours keep their common border."""
    light = shapely.coverage_simplify(_metric(geometries, crs, tolerance_m), tolerance_m)
    return list(gpd.GeoSeries(light, crs=crs).to_crs(LONLAT))


def _metric(geometries: Sequence[BaseGeometry], crs: CRS, tolerance_m: float) -> npt.NDArray[Any]:
    """Return valid polygons in a metric projection; many vertices are thinned first."""
    metric = np.asarray(gpd.GeoSeries(geometries, crs=LONLAT).to_crs(crs).make_valid())
    if shapely.get_num_coordinates(metric).sum() > _MANY:
        metric = _thinned(metric, tolerance_m)
    return metric


def _thinned(metric: npt.NDArray[Any], tolerance_m: float) -> npt.NDArray[Any]:
    """Return polygons on a lattice of a quarter of the tolerance; what collapses there is empty.

    A vertex goes where it goes for every polygon that has it, so that neighbours keep their common
    border, and what is left of a million vertices is simplified in a second.
    """
    on_lattice = shapely.set_precision(metric, tolerance_m / 4.0)
    return np.asarray(shapely.set_precision(on_lattice, 0.0, mode="pointwise"))


def simplified_to(
    geometries: Sequence[BaseGeometry], crs: CRS, finest_m: float, *, vertices: int
) -> list[BaseGeometry]:
    """Return :func:`simplified` at the finest of a few tolerances that needs few enough vertices.

    The coarsest, 64 times ``finest_m``, is taken as it comes: every polygon keeps its few corners.
    """
    metric = light = _metric(geometries, crs, finest_m)
    for factor in (1, 4, 16, 64):
        light = shapely.coverage_simplify(metric, finest_m * factor)
        if shapely.get_num_coordinates(light).sum() <= vertices:
            break
    return list(gpd.GeoSeries(light, crs=crs).to_crs(LONLAT))


def light_lines(lines: BaseGeometry, crs: CRS, finest_m: float, *, vertices: int) -> BaseGeometry:
    """Return lon/lat lines simplified at the finest of a few tolerances, as few vertices as asked.

    Where the coarsest still needs too many, the shortest lines are left out.
    """
    metric = light = gpd.GeoSeries([lines], crs=LONLAT).to_crs(crs).iloc[0]
    for factor in (1, 4, 16):
        light = shapely.simplify(metric, finest_m * factor)
        if shapely.get_num_coordinates(light) <= vertices:
            break
    parts = shapely.get_parts(light)
    longest = parts[np.argsort(-shapely.length(parts), kind="stable")]
    kept = longest[np.cumsum(shapely.get_num_coordinates(longest)) <= vertices]
    whole: BaseGeometry = (
        gpd.GeoSeries([shapely.multilinestrings(kept)], crs=crs).to_crs(LONLAT).iloc[0]
    )
    return whole


def borders(outline: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Return the lines between zones and the line around them all, each drawn once."""
    around = shapely.boundary(shapely.union_all(outline))
    between = shapely.difference(shapely.union_all(shapely.boundary(outline)), around)
    return [shapely.line_merge(between), around]


def coarse_outline(boundary: BaseGeometry) -> list[tuple[float, float]]:
    """Return a few hundred points that outline the area, in degrees."""
    west, south, east, north = boundary.bounds
    largest = max(east - west, north - south)
    shape = shapely.segmentize(boundary.simplify(largest / 100), largest / 50)
    return [(round(float(x), 4), round(float(y), 4)) for x, y in shapely.get_coordinates(shape)]


def features(geometries: Sequence[BaseGeometry]) -> dict[str, Any]:
    """Return a GeoJSON collection; each feature's only property is its row."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": row,
                "properties": {"row": row},
                "geometry": mapping(shapely.transform(geometry, lambda xy: xy.round(_DECIMALS))),
            }
            for row, geometry in enumerate(geometries)
        ],
    }


def label_point(geometry: BaseGeometry) -> tuple[float, float]:
    """Longitude and latitude of the middle of the largest circle inside the largest part."""
    part = max(shapely.get_parts(geometry), key=shapely.area)
    middle = shapely.get_point(shapely.maximum_inscribed_circle(part, 0.01), 0)
    return float(middle.x), float(middle.y)
