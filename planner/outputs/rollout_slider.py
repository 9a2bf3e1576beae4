"""The slider of the map that goes through the months of the build-out."""

from __future__ import annotations

import base64
from typing import Any

import folium
import numpy as np
from branca.element import MacroElement
from folium.template import Template

from planner.outputs.page_text import TEMPLATES, page_json
from planner.outputs.rollout_coverage import CoverageByMonth
from planner.outputs.station_layer import StationLayer
from planner.rollout import FIRST_MONTH, BuildOut

_WHOLE_PLAN = "全部建成 whole plan"


class BuildOutSlider(MacroElement):
    """A slider over the months: stations that stand at the median, and what they cover."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <style>{{ this.style }}</style><script>{{ this.source }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            planBuildOut({{ this.page.get_name() }}, {{ this.stations.get_name() }},
                {{ this.coverage.get_name() }}, {{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        page: folium.Map,
        stations: StationLayer,
        coverage: CoverageByMonth,
        build_out: BuildOut,
        count: int,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "BuildOutSlider"
        self.style = (TEMPLATES / "map_rollout.css").read_text("utf-8")
        self.source = (TEMPLATES / "map_rollout.js").read_text("utf-8")
        self.page = page
        self.stations = stations
        self.coverage = coverage
        self.data = page_json(slider_data(build_out, count))


def slider_data(build_out: BuildOut, count: int) -> dict[str, Any]:
    """Return what the page needs: months, and the place of each of ``count`` stations in the order.

    ``rank``: uint32 of each station of the plan's table, 0 for the baseline, then 1, 2, ... as they
    are built; little-endian, base64. ``mark``: of the cells covered by then, see
    :attr:`planner.rollout.BuildOut.covered_in`. Where the median has not all stations at the end
    of the horizon, the whole plan comes last.
    """
    rank = np.zeros(count, dtype="<u4")
    rank[build_out.order] = np.arange(1, len(build_out) + 1)
    people = build_out.zone_people.sum(axis=1)
    median = build_out.schedule.fan[:, 1]
    start = build_out.section.start.isoformat()
    steps = [(start, 0), *zip(build_out.month_names, median.tolist(), strict=True)]
    if steps[-1][1] < len(build_out):
        steps.append((_WHOLE_PLAN, len(build_out)))
    months = [
        {"month": name, "stations": built, "people": float(people[built]), "mark": mark}
        for mark, (name, built) in enumerate(steps, start=FIRST_MONTH - 1)
    ]
    return {
        "rank": base64.b64encode(rank.tobytes()).decode("ascii"),
        "months": months,
        "stations": len(build_out),
        "population": build_out.population,
    }
