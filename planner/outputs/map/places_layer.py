"""Priority places on the map: a sign for each class, coloured by whether the place is served."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import geopandas as gpd
from branca.element import MacroElement
from folium.template import Template

from planner.outputs.map.page_text import page_json
from planner.outputs.page import asset
from planner.outputs.palette import PLACE_COLOURS

SIGNS = {
    "hospital": "✚", "prefecture_seat": "★", "county_seat": "●", "airport": "✈",
    "industrial_park": "⚙", "car_plant": "⚙", "transport_corridor": "═", "railway_station": "▣",
    "port": "⚓", "school": "✎",
}  # fmt: skip
OTHER_SIGN = "◆"


class PlacesLayer(MacroElement):
    """Signs with pop-ups; what comes from data enters the page as text nodes."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}<script>{{ this.source }}</script>{% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = planPlaces({{ this.data }});
            {{ this.get_name() }}.addTo({{ this._parent.get_name() }});
            {{ this.control.get_name() }}.addOverlay({{ this.get_name() }}, {{ this.label }});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        places: gpd.GeoDataFrame,
        layer_name: Callable[..., str],
        *,
        pane: str,
        control: MacroElement,
        months: Sequence[str] = (),
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "PlacesLayer"
        self.source = asset("map_places.js")
        self.control = control
        self.data = page_json(places_data(places, pane, months))
        served = int((places["served"] != "no").sum())
        keys = [
            {"colour": PLACE_COLOURS["baseline"], "label": "建设前已服务 before"},
            {"colour": PLACE_COLOURS["plan"], "label": "规划新增服务 by the plan"},
            {"colour": PLACE_COLOURS["no"], "label": "未服务 not served"},
        ]
        self.label = page_json(
            layer_name("重点场所", "Places", count=f"{served:,} / {len(places):,}", keys=keys)
        )


def places_data(places: gpd.GeoDataFrame, pane: str, months: Sequence[str]) -> dict[str, Any]:
    """Return what the page needs of each place.

    ``step``: that of the slider from which a place is served: 0, the start, where the baseline
    does; the number of its month in ``months``, from 1 on; one more beyond the horizon.
    """
    columns = [
        "name",
        "name_zh",
        "class_en",
        "class_zh",
        "lon",
        "lat",
        "served",
        "served_by",
        "served_month",
        "date",
    ]
    step = {month: number for number, month in enumerate(months, start=1)}
    rows = places[columns].astype(object).to_dict("records")
    for row, key in zip(rows, places["place_class"], strict=True):
        row["sign"] = SIGNS.get(key, OTHER_SIGN)
        by_the_plan = row["served"] == "plan"
        row["step"] = step.get(row["served_month"], len(months) + 1) if by_the_plan else 0
    return {"pane": pane, "colours": PLACE_COLOURS, "places": rows}
