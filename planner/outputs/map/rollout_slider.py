"""The slider of the map that goes through the months of the build-out."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from branca.element import MacroElement
from folium.template import Template

from planner.outputs.map.page_text import page_json
from planner.outputs.page import asset
from planner.outputs.palette import SHARE_COLOURS, share_colour
from planner.rollout import FIRST_MONTH, BuildOut

_NOBODY = 1e-9
_WHOLE_PLAN = "whole"


class BuildOutSlider(MacroElement):
    """A slider over the months: what is in service by then in the median build-out.

    ``followers``: layers with a method ``showMonth``, which takes a row of :func:`slider_data` and
    whether it is that of the whole plan.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <style>{{ this.style }}</style><script>{{ this.source }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            planBuildOut({{ this._parent.get_name() }}, [
                {%- for layer in this.followers %}{{ layer.get_name() }}, {% endfor -%}
            ], {{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(self, followers: Sequence[MacroElement], data: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "BuildOutSlider"
        self.style = asset("map_rollout.css")
        self.source = asset("map_rollout.js")
        self.followers = followers
        self.data = page_json(data)


def slider_data(build_out: BuildOut, zone_people: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Return the data of each month for the page.

    ``mark``: that of the cells served by then, see :attr:`planner.rollout.BuildOut.covered_in`.
    ``zone_share``, ``zone_stations`` and ``zone_colour``: the share of the people of each zone that
    is served by then, its new stations, and the number of its colour; ``zone_people``
    (float64[Z]): people of each zone. The last row is the whole plan, a row of its own if the
    median build-out is not complete at the end of the horizon.
    """
    people = build_out.zone_people.sum(axis=1)
    median = build_out.schedule.fan[:, 1]
    start = build_out.section.start.isoformat()
    steps = [(start, 0), *zip(build_out.month_names, median.tolist(), strict=True)]
    if steps[-1][1] < len(build_out):
        steps.append((_WHOLE_PLAN, len(build_out)))
    share = build_out.zone_people / np.maximum(zone_people, _NOBODY)
    cost = build_out.zone_cost_cny
    months = [
        {
            "month": name,
            "step": step,
            "stations": built,
            "people": float(people[built]),
            "cost": None if cost is None else int(cost[built].sum()),
            "mark": FIRST_MONTH - 1 + step,
            "zone_share": share[built].round(6).tolist(),
            "zone_stations": build_out.zone_stations[built].tolist(),
            "zone_colour": [SHARE_COLOURS.index(share_colour(one)) for one in share[built]],
        }
        for step, (name, built) in enumerate(steps)
    ]
    return {"months": months, "stations": len(build_out), "population": build_out.population}


def station_ranks(build_out: BuildOut, count: int) -> str:
    """Return the position of each of ``count`` stations in the order of construction.

    uint32 of each row of the plan's table, 0 for the baseline, then 1, 2, ...; little-endian,
    base64.
    """
    rank = np.zeros(count, dtype="<u4")
    rank[build_out.order] = np.arange(1, len(build_out) + 1)
    return base64.b64encode(rank.tobytes()).decode("ascii")
