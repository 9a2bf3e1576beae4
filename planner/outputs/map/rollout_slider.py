"""The slider of the map that goes through the months of the build-out."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import folium
import numpy as np
import numpy.typing as npt
from branca.element import MacroElement
from folium.template import Template

from planner.outputs.map.page_text import page_json
from planner.outputs.page import asset
from planner.outputs.palette import SHARE_COLOURS, share_colour
from planner.rollout import FIRST_MONTH, BuildOut

_NOBODY = 1e-9
_WHOLE_PLAN = "全部建成 whole plan"


class BuildOutSlider(MacroElement):
    """A slider over the months: stations in service in the median build-out, and their coverage.

    ``layers``: ``stations`` (:class:`planner.outputs.map.station_layer.StationLayer`), ``coverage``
    (:class:`planner.outputs.map.coverage_by_month.CoverageByMonth`), ``zones`` (GeoJson, a
    feature for each zone) and, if the plan has them, ``places``.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <style>{{ this.style }}</style><script>{{ this.source }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            planBuildOut({{ this.page.get_name() }}, {
                {%- for part, element in this.layers.items() %}
                {{ part }}: {{ element.get_name() }},
                {%- endfor %}
            }, {{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        page: folium.Map,
        layers: Mapping[str, MacroElement],
        build_out: BuildOut,
        count: int,
        zone_people: npt.NDArray[np.float64],
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "BuildOutSlider"
        self.style = asset("map_rollout.css")
        self.source = asset("map_rollout.js")
        self.page = page
        self.layers = layers
        self.data = page_json(slider_data(build_out, count, zone_people))


def slider_data(
    build_out: BuildOut, count: int, zone_people: npt.NDArray[np.float64]
) -> dict[str, Any]:
    """Return the data of the page: months, and the rank of each of ``count`` stations.

    ``rank``: uint32 of each station of the plan's table, 0 for the baseline, then 1, 2, ... in
    construction order; little-endian, base64. ``mark``: that of the cells covered by then, see
    :attr:`planner.rollout.BuildOut.covered_in`. ``zone_share`` and ``zone_colour``: the covered
    share of each zone by then, and its number in ``colours``; ``zone_people`` (float64[Z]): people
    of each zone. If the median build-out is not complete at the end of the horizon, the whole plan
    is added as the last step.
    """
    rank = np.zeros(count, dtype="<u4")
    rank[build_out.order] = np.arange(1, len(build_out) + 1)
    people = build_out.zone_people.sum(axis=1)
    median = build_out.schedule.fan[:, 1]
    start = build_out.section.start.isoformat()
    steps = [(start, 0), *zip(build_out.month_names, median.tolist(), strict=True)]
    if steps[-1][1] < len(build_out):
        steps.append((_WHOLE_PLAN, len(build_out)))
    share = build_out.zone_people / np.maximum(zone_people, _NOBODY)
    months = [
        {
            "month": name,
            "stations": built,
            "people": float(people[built]),
            "mark": mark,
            "zone_share": share[built].round(6).tolist(),
            "zone_colour": [SHARE_COLOURS.index(share_colour(one)) for one in share[built]],
        }
        for mark, (name, built) in enumerate(steps, start=FIRST_MONTH - 1)
    ]
    return {
        "rank": base64.b64encode(rank.tobytes()).decode("ascii"),
        "months": months,
        "colours": SHARE_COLOURS,
        "stations": len(build_out),
        "population": build_out.population,
    }
