"""Gaps on the map: the cells of each, whose edges leave the fill its colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from folium.map import Layer
from folium.template import Template
from rasterio.features import rasterize

from planner.ground.area_class import OUTSIDE
from planner.openers.vector import as_mapping
from planner.outputs.map.page_text import page_json
from planner.outputs.map.panels import people_en, people_zh
from planner.outputs.map.web_raster import marks_raster
from planner.outputs.palette import GAP

if TYPE_CHECKING:
    from planner.ground.grid import Grid
    from planner.plan import Plan

MOST_GAPS = 2_000
"""Gaps that the map draws; the GeoPackage has them all."""

_MARKED = 10
"""Of the largest gaps, with their number at every zoom; the edges come with the zoom."""

_HIGH = 250
"""A number of a gap is one channel of its picture times this, and the next."""


class GapLayer(Layer):
    """The edges of gaps, and what the page asks of them: which one lies at a place, and its extent.

    ``gaps``: those that are drawn, by falling rank; ``outside``: cells that are not of the area.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = new L.GapCells(
                planMarks({{ this.url }}), {{ this.options }});
        {% endmacro %}
        """
    )

    def __init__(
        self, gaps: gpd.GeoDataFrame, grid: Grid, outside: npt.NDArray[np.bool_], *,
        name: str, pane: str,
    ) -> None:  # fmt: skip
        super().__init__(name=name, overlay=True, control=True, show=True)
        self._name = "GapCells"
        marks = gap_marks(gaps, grid)
        marks[:, outside] = OUTSIDE
        picture = marks_raster(marks, grid)
        self.url = page_json(picture.url)
        self.options = page_json(
            {
                "pane": pane, "colour": GAP, "pixels_per_cell": picture.width / grid.width,
                "bounds": [list(corner) for corner in picture.bounds],
                "marks": gaps[["lat", "lon"]].head(_MARKED).to_numpy().round(5).tolist(),
            }
        )  # fmt: skip


def gap_marks(gaps: gpd.GeoDataFrame, grid: Grid) -> npt.NDArray[np.uint8]:
    """Return the number of the gap of each cell, from 1 on, in two channels (uint8, [3, H, W])."""
    number = np.zeros(grid.shape, np.int32)
    if len(gaps):
        outlines = map(as_mapping, gaps.to_crs(grid.crs).geometry)
        shapes = zip(outlines, range(1, len(gaps) + 1), strict=True)
        number = rasterize(shapes, grid.shape, transform=grid.transform, dtype="int32")
    high, low = np.divmod(number, _HIGH)
    return np.stack([high, low, np.zeros_like(low)]).astype(np.uint8)


def gap_notes(plan: Plan, shown: gpd.GeoDataFrame) -> tuple[str, str]:
    """Return the definition of a gap, and a note on the gaps that are left out."""
    rules, found = plan.scenario.gaps, plan.summary["gaps"]
    share = f"{rules.served_share:.0%}"
    zh, en = f"获得服务者不足 {share} 的聚居地", f"settled land with fewer than {share} served"
    if plan.build_out is not None:
        zh, en = f"{zh}，整个方案建成后，不随月份变化", f"{en}, with the whole plan, in every month"
    left, people = found["count"] - len(shown), found["population"] - float(shown["people"].sum())
    if left <= 0:
        return zh, en
    if not len(shown) and rules.max_listed == 0:
        return f"{zh}。按场景设置未绘出", f"{en}. None drawn: gaps.max_listed is 0"
    if not len(shown):
        few = f"{rules.min_people:,.0f}"
        return f"{zh}。均不足 {few} 人，未绘出", f"{en}. None drawn: none has {few} residents"
    return (
        f"{zh}。绘出最大的 {len(shown):,} 处，另有 {left:,} 处（{people_zh(people)}）未绘出",
        f"{en}. The largest {len(shown):,} are drawn, not the other {left:,} "
        f"({people_en(people)} people)",
    )
