"""Priority places on the map: a sign for each class, coloured by whether the place is served."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import geopandas as gpd
from folium.map import Layer
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


class PlacesLayer(Layer):
    """Signs with pop-ups; what comes from data enters the page as text nodes."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}<script>{{ this.source }}</script>{% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = planPlaces({{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        places: gpd.GeoDataFrame,
        layer_name: Callable[..., str],
        *,
        pane: str,
        months: Sequence[str] = (),
    ) -> None:
        served = int((places["served"] != "no").sum())
        keys = [
            {"colour": PLACE_COLOURS["baseline"], "zh": "建设前已服务", "en": "served before"},
            {"colour": PLACE_COLOURS["plan"], "zh": "规划新增服务", "en": "served by the plan"},
            {"colour": PLACE_COLOURS["no"], "zh": "未服务", "en": "not served"},
        ]
        number = f"{served:,} / {len(places):,}"
        name = layer_name("重点场所", "Places", count=number, keys=keys, group="service")
        super().__init__(name=name, overlay=True, control=True, show=True)
        self._name = "PlacesLayer"
        self.source = asset("map_places.js")
        self.data = page_json(places_data(places, pane, months))


def places_data(places: gpd.GeoDataFrame, pane: str, months: Sequence[str]) -> dict[str, Any]:
    """Return the data of each place for the page.

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
