"""The map of a plan: prefectures, coverage, gaps and every station, on a page of its own.

Layers from below: zones by covered share, coverage raster, radio maps (where the plan has them,
and off at first), borders, stations, gaps, names. The layer switch is the legend too. The map has
no background tiles and needs no network once :func:`planner.outputs.map.offline_page.save_map` has
written it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import numpy as np
from branca.element import Figure, MacroElement
from folium.map import CustomPane
from folium.template import Template

from planner.columns import GAPS, STATIONS, ZONES, Column
from planner.ground.area_class import OUTSIDE
from planner.outputs.map import radio as map_radio
from planner.outputs.map.coverage_by_month import CoverageByMonth
from planner.outputs.map.notebook_map import OfflineMap
from planner.outputs.map.page_text import page_html, page_json, page_title
from planner.outputs.map.panels import map_panels
from planner.outputs.map.places_layer import PlacesLayer
from planner.outputs.map.rollout_slider import BuildOutSlider
from planner.outputs.map.station_layer import StationLayer, StationRole
from planner.outputs.map.web_raster import web_raster
from planner.outputs.map.web_vector import (
    borders,
    coarse_outline,
    features,
    label_point,
    outline_tolerance_m,
    simplified,
    simplified_to,
)
from planner.outputs.page import asset
from planner.outputs.palette import (
    BACKGROUND,
    BOUNDARY,
    COVERED_BASELINE,
    COVERED_PLAN,
    GAP,
    PHASE_COLOURS,
    ROLE_COLOURS,
    SERVED_BREAKS,
    SERVED_COLOURS,
    SHARE_BREAKS,
    SHARE_COLOURS,
    ZONE_EDGE,
    share_colour,
)

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from planner.plan import Plan

LARGEST_GAPS = 500
"""Gaps that the map draws; the GeoPackage has them all."""

_GAP_VERTICES = 80_000
"""Corners of all gaps together: about 2 MB of the page."""

_PANES = {
    "plan-zones": (410, True),
    "plan-coverage": (420, False),
    map_radio.PANE: (425, False),
    "plan-borders": (430, False),
    "plan-stations": (440, False),
    "plan-gaps": (450, True),
    "plan-places": (455, True),
    "plan-names": (460, False),
}
_ROLE_NAMES = {
    "new": ("新建基站", "New stations"),
    "must_have": ("必建基站", "Must-have stations"),
    "baseline": ("存量基站", "Baseline stations"),
}


class _PlanPage(MacroElement):
    """Title, figures, pop-ups, names and everything else around the layers."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <style>{{ this.style }}</style><script>{{ this.source }}</script>
        {% endmacro %}
        {% macro html(this, kwargs) %}{{ this.panels }}{% endmacro %}
        {% macro script(this, kwargs) %}
            planPage({{ this._parent.get_name() }}, {
                {%- for part, element in this.parts.items() %}
                {{ part }}: {{ element.get_name() }},
                {%- endfor %}
            }, {{ this.config }});
        {% endmacro %}
        """
    )

    def __init__(
        self, panels: str, parts: Mapping[str, MacroElement], config: Mapping[str, Any]
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "PlanPage"
        colours = f":root {{ --plan-background: {BACKGROUND}; }}\n"
        self.style = colours + asset("map_style.css")
        self.source = asset("map_page.js")
        self.panels = panels
        self.parts = parts
        self.config = page_json(config)


class _PlaceNames(folium.map.Layer):
    """Names of the zones that fit without overlap."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = new L.PlaceNames({{ this.places }}, "plan-names");
        {% endmacro %}
        """
    )

    def __init__(self, places: Sequence[Mapping[str, Any]], name: str) -> None:
        super().__init__(name=name, overlay=True, control=True, show=True)
        self._name = "PlaceNames"
        self.places = page_json(list(places))


def plan_map(plan: Plan) -> folium.Map:
    """Return the map of ``plan``; show it in a notebook, or save it for use offline.

    Both load nothing: :mod:`planner.outputs.map.offline_page`.
    """
    bounds = _bounds(plan.zones)
    page = _empty_map(_title(plan.summary), bounds)
    crs = plan.area.grid.crs
    outline = simplified(list(plan.zones.geometry), crs, outline_tolerance_m(plan.zones, crs))
    gaps = plan.gaps.sort_values("rank").head(LARGEST_GAPS)
    stations = StationLayer(plan.stations, pane="plan-stations")
    parts: dict[str, MacroElement] = {
        "zones": _zone_layer(plan, outline),
        "gaps": _gap_layer(plan, gaps),
        "stations": stations,
        "control": folium.LayerControl(collapsed=False, auto_z_index=False),
    }
    coverage, *served = _coverage_layers(plan)
    radio = map_radio.radio_layers(plan.radio) if plan.radio is not None else {}
    switches = [
        parts["gaps"],
        *_role_layers(plan, stations),
        coverage,
        *served,
        parts["zones"],
        _border_layer(outline),
        _PlaceNames(_places(plan.zones), _layer_name("地名", "Names")),
        *radio.values(),
    ]
    for element in (stations, *switches, parts["control"], *_by_month(plan, page, parts, coverage)):
        page.add_child(element)
    config = _config(plan, gaps, bounds)
    page.add_child(_PlanPage(map_panels(plan.summary), parts | radio, config))
    return page


def _empty_map(title: str, bounds: list[list[float]]) -> folium.Map:
    """Return a map around ``bounds`` with the panes of its layers, and nothing on them."""
    page = OfflineMap(
        location=[(bounds[0][0] + bounds[1][0]) / 2, (bounds[0][1] + bounds[1][1]) / 2],
        tiles=None,
        zoom_control=False,
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=90,
        max_zoom=17,
    )
    Figure(title=page_title(title)).add_child(page)
    for pane, (z_index, clickable) in _PANES.items():
        page.add_child(CustomPane(pane, z_index=z_index, pointer_events=clickable))
    return page


def _by_month(
    plan: Plan, page: folium.Map, parts: Mapping[str, MacroElement], coverage: MacroElement
) -> Iterator[MacroElement]:
    """Yield the priority places and the slider of a build-out, where the plan has them."""
    layers = {"stations": parts["stations"], "coverage": coverage, "zones": parts["zones"]}
    months = plan.build_out.month_names if plan.build_out is not None else ()
    if plan.places is not None:
        layers["places"] = PlacesLayer(
            plan.places, _layer_name, pane="plan-places", control=parts["control"], months=months
        )
        yield layers["places"]
    if plan.build_out is not None:
        zone_people = plan.zones["population"].to_numpy(float)
        yield BuildOutSlider(page, layers, plan.build_out, len(plan.stations), zone_people)


def _bounds(zones: gpd.GeoDataFrame) -> list[list[float]]:
    west, south, east, north = (float(edge) for edge in zones.total_bounds)
    return [[south, west], [north, east]]


def _title(summary: Mapping[str, Any]) -> str:
    return " · ".join(text for text in (summary["title_zh"], summary["title"]) if text)


def _layer_name(zh: str, en: str, **details: Any) -> str:
    """Return one row of the layer switch: names, swatch or scale, and a number."""
    return page_html("map_layer_name.html.j2", zh=zh, en=en, **details)


def _zone_layer(plan: Plan, outline: Sequence[BaseGeometry]) -> folium.GeoJson:
    shares = plan.zones["covered_share"].fillna(0.0).tolist()
    edges = ["", *(f"{100 * edge:.0f}" for edge in SHARE_BREAKS)]
    ramp = [
        {"colour": colour, "label": edge} for colour, edge in zip(SHARE_COLOURS, edges, strict=True)
    ]
    return folium.GeoJson(
        features(outline),
        name=_layer_name(
            "地区覆盖率",
            "Covered share, %",
            ramp=ramp,
            note="" if plan.build_out is None else "随滑块月份变化 in the slider's month",
        ),
        style_function=lambda feature: {
            "fillColor": share_colour(shares[feature["properties"]["row"]]),
            "fillOpacity": 0.9,
            "color": ZONE_EDGE,
            "weight": 0.6,
        },
        smooth_factor=0.5,
        pane="plan-zones",
    )


def _gap_layer(plan: Plan, gaps: gpd.GeoDataFrame) -> folium.GeoJson:
    grid = plan.area.grid
    polygons = simplified_to(
        list(gaps.geometry), grid.crs, grid.cell_size_m / 2, vertices=_GAP_VERTICES
    )
    count = plan.summary["gaps"]["count"]
    return folium.GeoJson(
        features(polygons),
        name=_layer_name(
            "覆盖空洞",
            "Gaps",
            swatch="area",
            colour=GAP,
            count=f"{count:,}",
            note=_gaps_note(plan, len(gaps)),
        ),
        style_function=lambda _: {
            "fillColor": GAP,
            "fillOpacity": 0.6,
            "color": GAP,
            "weight": 0.8,
        },
        smooth_factor=0.7,
        pane="plan-gaps",
    )


def _gaps_note(plan: Plan, shown: int) -> str:
    """Return which gaps are drawn, and that they are those of the whole plan, not of a month."""
    rules, count = plan.scenario.gaps, plan.summary["gaps"]["count"]
    at_the_end = "整个方案建成后 with the whole plan" if plan.build_out is not None else ""
    if shown == count:
        return at_the_end if count else ""
    if shown:
        largest = f"仅示最大的 {shown:,} 处 largest {shown:,} shown"
        return f"{largest} · {at_the_end}" if at_the_end else largest
    if rules.max_listed != 0:
        few = f"{rules.min_people:,.0f}"
        return f"均不足 {few} 人，未绘出 none drawn: none has {few} residents"
    return "按场景设置未绘出 none drawn: gaps.max_listed is 0"


def _role_layers(plan: Plan, canvas: StationLayer) -> list[StationRole]:
    counts = plan.stations["role"].value_counts()
    return [
        StationRole(
            canvas,
            role,
            _layer_name(zh, en, swatch="dot", colour=ROLE_COLOURS[role], count=f"{counts[role]:,}"),
        )
        for role, (zh, en) in _ROLE_NAMES.items()
        if role in counts.index
    ]


def _coverage_layers(plan: Plan) -> list[folium.raster_layers.ImageOverlay | CoverageByMonth]:
    """Coverage by the baseline and by the plan; with a build-out, in the slider's month.

    Where users differ, the share that is served in classes, shown where there is no build-out.
    """
    layers: list[folium.raster_layers.ImageOverlay | CoverageByMonth] = []
    if plan.coverage.share is not None:
        layers.append(_served_layer(plan))
    if plan.build_out is not None or not layers:
        layers.insert(0, _coverage_layer(plan))
    return layers


def _served_layer(plan: Plan) -> folium.raster_layers.ImageOverlay:
    """Share of the people of each cell that is expected to be served, in classes."""
    share = plan.coverage.share
    assert share is not None
    classes = np.digitize(share, SERVED_BREAKS).astype(np.uint8)
    classes[plan.coverage.phase == OUTSIDE] = OUTSIDE
    edges = ["", *(f"{100 * edge:.0f}" for edge in SERVED_BREAKS)]
    ramp = [
        {"colour": colour, "label": edge}
        for colour, edge in zip(SERVED_COLOURS, edges, strict=True)
    ]
    picture = web_raster(classes, plan.area.grid, dict(enumerate(SERVED_COLOURS)))
    return folium.raster_layers.ImageOverlay(
        picture.url,
        bounds=[list(corner) for corner in picture.bounds],
        name=_layer_name("预期服务比例", "Expected to be served, %", ramp=ramp),
        opacity=0.92,
        pane="plan-coverage",
        show=plan.build_out is None,
    )


def _coverage_layer(plan: Plan) -> folium.raster_layers.ImageOverlay | CoverageByMonth:
    """Coverage by the baseline and by the plan; with a build-out, in the slider's month."""
    keys = [
        {"colour": COVERED_BASELINE, "label": "存量基站覆盖 by baseline stations"},
        {"colour": COVERED_PLAN, "label": "新建基站覆盖 by new stations only"},
    ]
    graded, least = plan.coverage.share is not None, plan.scenario.gaps.served_share
    note = f"至少 {least:.0%} 的人口 at least {least:.0%} of people" if graded else ""
    name = _layer_name("覆盖范围", "Coverage", keys=keys, note=note)
    look: dict[str, Any] = {"name": name, "opacity": 0.92, "pane": "plan-coverage"}
    if plan.build_out is not None:
        inside = plan.coverage.phase != OUTSIDE
        colours = {"baseline": COVERED_BASELINE, "plan": COVERED_PLAN}
        return CoverageByMonth(plan.build_out, inside, plan.area.grid, colours, **look)
    picture = web_raster(plan.coverage.phase, plan.area.grid, PHASE_COLOURS)
    bounds = [list(corner) for corner in picture.bounds]
    return folium.raster_layers.ImageOverlay(picture.url, bounds=bounds, **look)


def _border_layer(outline: Sequence[BaseGeometry]) -> folium.GeoJson:
    """Borders between the zones, thin, and the boundary of the whole area."""
    return folium.GeoJson(
        features(borders(outline)),
        name=_layer_name("边界", "Borders", swatch="line", colour=BOUNDARY),
        style_function=lambda feature: {
            "color": BOUNDARY,
            "weight": (0.8, 1.6)[feature["properties"]["row"]],
            "opacity": (0.55, 1.0)[feature["properties"]["row"]],
        },
        smooth_factor=0.5,
        interactive=False,
        pane="plan-borders",
    )


def _places(zones: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    places = []
    for zone in zones.sort_values("population", ascending=False).itertuples():
        lon, lat = label_point(zone.geometry)
        places.append({"zh": zone.name_zh, "en": zone.name_en, "lon": lon, "lat": lat})
    return places


def _config(plan: Plan, gaps: gpd.GeoDataFrame, bounds: list[list[float]]) -> dict[str, Any]:
    """Return the figures and names of the page: zones and gaps row by row, labels, sources."""
    is_model = bool(plan.summary["population_is_model"])
    glossary = {"zones": ZONES, "gaps": GAPS, "stations": STATIONS}
    return {
        "bounds": bounds,
        "outline": [[x, y] for x, y in coarse_outline(plan.area.boundary)],
        "zones": _records(plan.zones[list(ZONES)]),
        "gaps": _records(gaps[list(GAPS)]),
        "labels": {name: _labels(table, is_model=is_model) for name, table in glossary.items()},
        "attribution": _attribution(plan),
    }


def _records(table: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    return [
        {str(key): value.item() if hasattr(value, "item") else value for key, value in row.items()}
        for row in table.to_dict("records")
    ]


def _labels(columns: Mapping[str, Column], *, is_model: bool) -> dict[str, dict[str, str]]:
    """Return the glossary's labels; modelled numbers of people are marked as modelled."""
    labels = {}
    for column in columns.values():
        modelled = is_model and column.name in ("population", "people")
        labels[column.name] = {
            "en": column.label_en + (" (modelled)" if modelled else ""),
            "zh": column.label_zh + ("（模型估算）" if modelled else ""),
        }
    return labels


def _attribution(plan: Plan) -> str:
    """Return the sources of the data in one line; a modelled one is marked as a model."""
    lines = []
    for source in plan.provenance["inputs"]:
        text = source["attribution"] or source["title"] or source["id"] or source["file"]
        if text:
            lines.append(f"{text} (model 模型)" if source["is_model"] else str(text))
    return " · ".join(dict.fromkeys(lines))
