"""Coverage by month on the map: one picture whose pixels hold the month of first coverage."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from folium.map import Layer
from folium.template import Template

from planner.ground.area_class import OUTSIDE
from planner.ground.grid import Grid
from planner.outputs.map.page_text import page_json
from planner.outputs.map.web_raster import web_raster
from planner.outputs.page import asset
from planner.rollout import FIRST_MONTH, BuildOut


class CoverageByMonth(Layer):
    """Coverage of the baseline, and of the new stations by the slider's month.

    ``inside`` (bool, grid shape): the area. ``colours``: "#rrggbb" of ``baseline`` and ``plan``.
    The page reads the marks of :attr:`planner.rollout.BuildOut.covered_in` back from the grey of
    the picture.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}<script>{{ this.source }}</script>{% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = new L.CoverageByMonth(
                {{ this.url }}, {{ this.bounds }}, {{ this.options }});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        build_out: BuildOut,
        inside: npt.NDArray[np.bool_],
        grid: Grid,
        colours: Mapping[str, str],
        *,
        name: str,
        pane: str,
        opacity: float,
    ) -> None:
        super().__init__(name=name, overlay=True, control=True, show=True)
        self._name = "CoverageByMonth"
        self.source = asset("map_coverage.js")
        marks = np.where(inside, build_out.covered_in, np.uint8(OUTSIDE))
        last = FIRST_MONTH + len(build_out.month_names)
        grey = {mark: f"#{mark:02x}{mark:02x}{mark:02x}" for mark in range(1, last + 1)}
        picture = web_raster(marks, grid, grey)
        self.url = page_json(picture.url)
        self.bounds = page_json([list(corner) for corner in picture.bounds])
        self.options = page_json({"pane": pane, "opacity": opacity, "colours": dict(colours)})
