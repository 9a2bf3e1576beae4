"""The map of a plan: one fill at a time, gaps, stations, places, borders, on a page of its own.

Layers from below: the fill, borders and rivers, stations, gaps, places, names. The layer switch is
the legend too. Every text is there in Chinese and in English, and a switch shows one of them. The
map has no background tiles unless it is given some, and needs no network once
:func:`planner.outputs.map.offline_page.save_map` has written it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import folium
import geopandas as gpd
from branca.element import Figure, MacroElement
from folium.map import CustomPane
from folium.template import Template

from planner.columns import GAPS, STATIONS, ZONES, Column
from planner.ground.area_class import OUTSIDE
from planner.outputs.map.base import PANE as BASE_PANE
from planner.outputs.map.base import base_layers, place_labels, search_places
from planner.outputs.map.fills import (
    PANE as FILL_PANE,
)
from planner.outputs.map.fills import (
    ServiceMarks,
    ZoneFill,
    people_fill,
    service_fills,
    zone_fill_name,
)
from planner.outputs.map.gap_layer import MOST_GAPS, GapLayer, gap_notes
from planner.outputs.map.notebook_map import OfflineMap
from planner.outputs.map.page_text import page_html, page_json, page_title
from planner.outputs.map.panels import map_panels
from planner.outputs.map.places_layer import PlacesLayer
from planner.outputs.map.radio import radio_fills
from planner.outputs.map.rollout_slider import BuildOutSlider, slider_data, station_ranks
from planner.outputs.map.station_layer import StationLayer, StationRole
from planner.outputs.map.web_vector import (
    VectorLayer,
    coarse_outline,
    outline_tolerance_m,
    simplified,
)
from planner.outputs.page import asset
from planner.outputs.palette import (
    BACKGROUND,
    GAP,
    NO_PEOPLE,
    ROLE_COLOURS,
    SHARE_COLOURS,
    ZONE_EDGE,
    share_colour,
)

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from planner.plan import Plan

_PANES = {
    FILL_PANE: 410,
    BASE_PANE: 430,
    "plan-stations": 440,
    "plan-gaps": 450,
    "plan-places": 455,
    "plan-names": 460,
}
_ROLE_NAMES = {
    "new": ("新建基站", "New stations"),
    "must_have": ("必建基站", "Must-have stations"),
    "baseline": ("存量基站", "Baseline stations"),
}
_SOURCES = (
    "map_words.js", "map_canvas.js", "map_vectors.js", "map_fills.js", "map_cards.js",
    "map_gaps.js", "map_search.js", "map_export.js", "map_page.js",
)  # fmt: skip

Language = Literal["zh", "en"]


class _PlanScripts(MacroElement):
    """Style and scripts that all layers of the page use."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <style>{{ this.style }}</style><script>{{ this.source }}</script>
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "PlanScripts"
        colours = f":root {{ --plan-background: {BACKGROUND}; }}\n"
        self.style = colours + asset("map_style.css")
        self.source = "\n".join(map(asset, _SOURCES))


class _PlanPage(MacroElement):
    """Title, figures, pop-ups, search and everything else around the layers."""

    _template = Template(
        """
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
        self.panels = panels
        self.parts = parts
        self.config = page_json(config)


class _PlaceNames(folium.map.Layer):
    """Names of zones and counties that fit without overlap."""

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


class _NoFill(folium.map.Layer):
    """The choice to have no fill: for tiles of the planner's own beneath."""

    _template = Template(
        "{% macro script(this, kwargs) %}var {{ this.get_name() }} = L.layerGroup();{% endmacro %}"
    )

    def __init__(self, name: str) -> None:
        super().__init__(name=name, overlay=False, control=True, show=False)
        self._name = "NoFill"


def plan_map(
    plan: Plan, *, language: Language | None = None, tiles: folium.TileLayer | None = None
) -> folium.Map:
    """Return the map of ``plan``; show it in a notebook, or save it for use offline.

    Both load nothing: :mod:`planner.outputs.map.offline_page`.

    Parameters
    ----------
    plan
        The plan.
    language
        Of the page when it opens; Chinese if the scenario has a Chinese title.
    tiles
        A base map from a server, off until it is chosen. A page that has one asks that server.
    """
    bounds = _bounds(plan.zones)
    page = _empty_map(_title(plan.summary), bounds)
    crs = plan.area.grid.crs
    outline = simplified(list(plan.zones.geometry), crs, outline_tolerance_m(plan.zones, crs))
    gaps = plan.gaps.sort_values("rank").head(MOST_GAPS)
    built = plan.build_out
    ranks = "" if built is None else station_ranks(built, len(plan.stations))
    stations = StationLayer(plan.stations, ranks=ranks, pane="plan-stations")
    zones = _zone_layer(plan, outline)
    marks = ServiceMarks(plan)
    fills = [
        *service_fills(plan, marks, _layer_name),
        ZoneFill(zones, zone_fill_name(plan, _layer_name)),
        *(radio_fills(plan.radio) if plan.radio is not None else ()),
        people_fill(plan, _layer_name),
        _NoFill(_layer_name("不填色", "No fill", group="fill")),
    ]
    gap_layer = _gap_layer(plan, gaps)
    names = _PlaceNames(_labels_by_size(plan), _layer_name("地名", "Names", group="base"))
    layers: list[MacroElement] = [_PlanScripts(), marks, stations, zones, *fills, gap_layer]
    layers += _role_layers(plan, stations)
    places = None
    if plan.places is not None:
        months = built.month_names if built is not None else ()
        places = PlacesLayer(plan.places, _layer_name, pane="plan-places", months=months)
        layers.append(places)
    layers += [names, *base_layers(plan.area, outline, _layer_name)]
    if tiles is not None:
        tiles.overlay, tiles.show = True, False
        layers.append(tiles)
    parts: dict[str, MacroElement] = {
        "zones": zones,
        "gaps": gap_layer,
        "stations": stations,
        "control": folium.LayerControl(collapsed=False, auto_z_index=False),
    }
    if places is not None:
        parts["places"] = places
    for element in (*layers, parts["control"]):
        page.add_child(element)
    if language is None:
        language = "zh" if plan.summary["title_zh"] else "en"
    config = _config(plan, gaps, bounds) | {"language": language}
    page.add_child(_PlanPage(map_panels(plan.summary, plan.scenario.aims), parts, config))
    if built is not None:
        followers = [stations, *fills[:3], *([places] if places is not None else [])]
        people = plan.zones["population"].to_numpy(float)
        page.add_child(BuildOutSlider(followers, slider_data(built, people)))
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
    for pane, z_index in _PANES.items():
        page.add_child(CustomPane(pane, z_index=z_index, pointer_events=pane == "plan-places"))
    return page


def _bounds(zones: gpd.GeoDataFrame) -> list[list[float]]:
    west, south, east, north = (float(edge) for edge in zones.total_bounds)
    return [[south, west], [north, east]]


def _title(summary: Mapping[str, Any]) -> str:
    return " · ".join(text for text in (summary["title_zh"], summary["title"]) if text)


def _layer_name(zh: str, en: str, **details: Any) -> str:
    """Return one row of the layer switch: names, swatch or legend, and a number."""
    return page_html("map_layer_name.html.j2", zh=zh, en=en, **details)


def _zone_layer(plan: Plan, outline: Sequence[BaseGeometry]) -> VectorLayer:
    """Return the zones; their fill shows while it is chosen."""
    edge = {"color": ZONE_EDGE, "weight": 0.8, "opacity": 1.0, "fillOpacity": 1.0}
    styles = [edge | {"fillColor": colour} for colour in (*SHARE_COLOURS, NO_PEOPLE)]
    numbers = [
        SHARE_COLOURS.index(share_colour(share)) if people > 0 else len(SHARE_COLOURS)
        for share, people in zip(
            plan.zones["covered_share"].fillna(0.0), plan.zones["population"], strict=True
        )
    ]
    return VectorLayer(outline, styles, pane=FILL_PANE, style_of=numbers, show=False)


def _gap_layer(plan: Plan, gaps: gpd.GeoDataFrame) -> GapLayer:
    """Return the gaps as the edges of their cells."""
    notes_zh, notes_en = gap_notes(plan, gaps)
    name = _layer_name(
        "覆盖空洞", "Gaps", swatch="ring", colour=GAP, count=f"{plan.summary['gaps']['count']:,}",
        group="service", note_zh=notes_zh, note_en=notes_en,
    )  # fmt: skip
    outside = plan.coverage.phase == OUTSIDE
    return GapLayer(gaps, plan.area.grid, outside, name=name, pane="plan-gaps")


def _role_layers(plan: Plan, canvas: StationLayer) -> list[StationRole]:
    counts = plan.stations["role"].value_counts()
    return [
        StationRole(
            canvas,
            role,
            _layer_name(
                zh, en, swatch="dot", colour=ROLE_COLOURS[role], count=f"{counts[role]:,}",
                group="service",
            ),
        )
        for role, (zh, en) in _ROLE_NAMES.items()
        if role in counts.index
    ]  # fmt: skip


def _labels_by_size(plan: Plan) -> list[dict[str, Any]]:
    """Return the labels of zones by falling population, then those of counties."""
    labels = place_labels(plan.area)
    order = plan.zones["population"].to_numpy().argsort(kind="stable")[::-1]
    return [labels[row] for row in order] + labels[len(order) :]


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
        "places": search_places(plan.area),
        "title": plan.summary["title"],
        "title_zh": plan.summary["title_zh"],
        "share": plan.summary["population_covered_share"],
        "file": plan.scenario.name,
        "attribution": _attribution(plan),
    }


def _records(table: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    rounded = table.round({"lon": 5, "lat": 5, "people": 1, "area_km2": 3, "people_per_km2": 1})
    return [
        {str(key): value.item() if hasattr(value, "item") else value for key, value in row.items()}
        for row in rounded.to_dict("records")
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


def _attribution(plan: Plan) -> dict[str, str]:
    """Return the sources of the data in one line; a modelled one is marked as a model."""
    lines: dict[str, list[str]] = {"zh": [], "en": []}
    for source in plan.provenance["inputs"]:
        text = source["attribution"] or source["title"] or source["id"] or source["file"]
        if text:
            lines["zh"].append(f"{text}（模型）" if source["is_model"] else str(text))
            lines["en"].append(f"{text} (model)" if source["is_model"] else str(text))
    return {key: " · ".join(dict.fromkeys(texts)) for key, texts in lines.items()}
