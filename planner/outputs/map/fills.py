"""The fills of the map, one at a time: share served, since when, zones, radio, people.

Each is an opaque picture with a legend of its own, a base layer of the layer switch, so that no
colour is ever mixed with another. What a month changes follows the slider.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import numpy.typing as npt
from branca.element import MacroElement
from folium.map import Layer
from folium.template import Template

from planner.ground.area_class import OUTSIDE
from planner.outputs.map.page_text import page_json
from planner.outputs.map.web_raster import marks_raster, web_raster
from planner.outputs.palette import (
    AFTER_HORIZON,
    NO_PEOPLE,
    NOT_COVERED,
    NOT_YET,
    PEOPLE_BREAKS,
    PEOPLE_COLOURS,
    SERVED_BEFORE,
    SERVED_COLOURS,
    SHARE_COLOURS,
    month_colours,
    share_labels,
)
from planner.rollout import FIRST_MONTH, share_steps

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.rollout import BuildOut

PANE = "plan-fill"
NOBODY = 254
"""Mark of land where nobody lives."""

_NEVER, _BEFORE = 0, 1
_NO_DATA = {"colour": NO_PEOPLE, "zh": "无人居住", "en": "nobody lives here"}

Marks = npt.NDArray[np.uint8]
LayerName = Callable[..., str]


class ServiceMarks(MacroElement):
    """The picture whose pixels hold the month of service; two fills draw it."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = planMarks({{ this.url }});
        {% endmacro %}
        """
    )

    def __init__(self, plan: Plan) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "ServiceMarks"
        picture = marks_raster(service_marks(plan), plan.area.grid)
        self.url = page_json(picture.url)
        self.bounds = [list(corner) for corner in picture.bounds]


class ServiceFill(Layer):
    """The share of people served in the slider's month, or the month from which land is served."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = new L.ServiceFill(
                {{ this.marks.get_name() }}, {{ this.options }});
        {% endmacro %}
        """
    )

    def __init__(self, marks: ServiceMarks, name: str, *, show: bool, **options: Any) -> None:
        super().__init__(name=name, overlay=False, control=True, show=show)
        self._name = "ServiceFill"
        self.marks = marks
        self.options = page_json({"pane": PANE, "bounds": marks.bounds, **options})


class ZoneFill(Layer):
    """Fills the zones, which are on the map for their pop-ups anyway."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = new L.ZoneFill({{ this.zones.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, zones: Layer, name: str) -> None:
        super().__init__(name=name, overlay=False, control=True, show=False)
        self._name = "ZoneFill"
        self.zones = zones


def service_marks(plan: Plan) -> Marks:
    """Return in which month each cell reaches each of three shares served (uint8, [3, H, W]).

    0 never, 1 before the plan, 2 + m in month m, or 2 without a build-out, 254 where nobody lives,
    255 outside the area. At the end they agree with the coverage of the plan.
    """
    coverage, people = plan.coverage, plan.demand.people
    steps = share_steps(plan.scenario.gaps.served_share)
    served = (coverage.phase > 0) & (coverage.phase != OUTSIDE)
    if plan.build_out is not None:
        marks, last = plan.build_out.reached_in.copy(), _last_mark(plan.build_out)
    else:
        before = (coverage.phase == 1).astype(np.uint8) * np.uint8(_BEFORE)
        marks, last = np.repeat(before[None], 3, axis=0), FIRST_MONTH
    for mark, step in zip(marks, steps, strict=True):
        reached = served
        if step != steps[1]:
            reached = coverage.share >= np.float32(step - 1e-6)
        mark[reached & (mark == _NEVER)] = last
        mark[~reached] = _NEVER
    marks[1][coverage.phase == 1] = _BEFORE
    marks[0][coverage.phase == 1] = _BEFORE
    marks[:, (people <= 0) & ~served] = NOBODY
    marks[:, coverage.phase == OUTSIDE] = OUTSIDE
    return marks


def _last_mark(build_out: BuildOut) -> int:
    """Return the mark of stations that are not in service by the end of the horizon."""
    return FIRST_MONTH + len(build_out.month_names)


def service_fills(plan: Plan, marks: ServiceMarks, layer_name: LayerName) -> Iterator[ServiceFill]:
    """Yield the fill by share served and the one by month."""
    yield ServiceFill(
        marks, _share_name(plan, layer_name), show=True, kind="share",
        colours=list(SERVED_COLOURS), nobody=NO_PEOPLE,
    )  # fmt: skip
    months = plan.build_out.month_names if plan.build_out is not None else ("",)
    colours = {
        "0": NOT_COVERED, "1": SERVED_BEFORE,
        **{str(FIRST_MONTH + m): one for m, one in enumerate(month_colours(len(months)))},
        str(FIRST_MONTH + len(months)): AFTER_HORIZON,
    }  # fmt: skip
    name = _month_name(plan, months, layer_name)
    yield ServiceFill(
        marks, name, show=False, kind="month", colours=colours, nobody=NO_PEOPLE, later=NOT_YET
    )


def _share_name(plan: Plan, layer_name: LayerName) -> str:
    low, half, high = (f"{share:.0%}" for share in share_steps(plan.scenario.gaps.served_share))
    labels = [(f"{high} 及以上", f"{high} and more"), (f"{half} – {high}",) * 2]
    labels += [(f"{low} – {half}",) * 2, (f"不足 {low}：未服务", f"below {low}: not served")]
    keys = [
        {"colour": colour, "zh": zh, "en": en}
        for colour, (zh, en) in zip(SERVED_COLOURS[::-1], labels, strict=True)
    ]
    return layer_name(
        "预期获得服务的人口比例", "Share of people served", group="fill", keys=[*keys, _NO_DATA],
        when_on=True, follows=_follows(plan),
    )  # fmt: skip


def _month_name(plan: Plan, months: Sequence[str], layer_name: LayerName) -> str:
    share = plan.scenario.gaps.served_share
    keys = [{"colour": SERVED_BEFORE, "zh": "建设前已服务", "en": "before the plan"}]
    colours = month_colours(len(months))
    if plan.build_out is None:
        keys.append({"colour": colours[0], "zh": "由规划新增基站服务", "en": "by new stations"})
        ramp: list[dict[str, str]] = []
    else:
        ends = {
            0: months[0],
            len(months) // 2: months[len(months) // 2],
            len(months) - 1: months[-1],
        }
        ramp = [{"colour": one, "label": ends.get(m, "")} for m, one in enumerate(colours)]
        keys.append({"colour": AFTER_HORIZON, "zh": "计划期之后", "en": "after the horizon"})
        keys.append({"colour": NOT_YET, "zh": "滑块月份时尚未服务", "en": "later than the slider"})
    keys.append({"colour": NOT_COVERED, "zh": "未服务", "en": "not served"})
    return layer_name(
        "开始服务月份", "Served since", group="fill", keys=[*keys, _NO_DATA], months=ramp,
        when_on=True,
        note_zh=f"至少 {share:.0%} 的人口获得服务",
        note_en=f"at least {share:.0%} of the people served",
        follows=_follows(plan),
    )  # fmt: skip


def zone_fill_name(plan: Plan, layer_name: LayerName) -> str:
    """Return the row of the switch for the fill by zone."""
    keys = [
        {"colour": colour, "zh": f"{label} %", "en": f"{label} %"}
        for colour, label in zip(SHARE_COLOURS[::-1], share_labels()[::-1], strict=True)
    ]
    return layer_name(
        "各地区获得服务的人口比例", "Share of people served, by zone", group="fill",
        keys=[*keys, _NO_DATA], when_on=True, follows=_follows(plan),
    )  # fmt: skip


def people_fill(plan: Plan, layer_name: LayerName) -> folium.raster_layers.ImageOverlay:
    """Return the fill by residents per square kilometre, the same in every month."""
    grid = plan.area.grid
    density = plan.demand.people / np.float32(grid.cell_area_km2)
    classes = (1 + np.digitize(density, PEOPLE_BREAKS)).astype(np.uint8)
    classes[plan.demand.people <= 0] = 0
    classes[plan.coverage.phase == OUTSIDE] = OUTSIDE
    colours = dict(enumerate((NO_PEOPLE, *PEOPLE_COLOURS)))
    edges = [f"{edge:,.0f}" for edge in PEOPLE_BREAKS]
    labels = [
        f"< {edges[0]}",
        *map(" – ".join, pairwise(edges)),
        f"≥ {edges[-1]}",
    ]
    keys = [
        {"colour": colour, "zh": f"{label} 人/km²", "en": f"{label} per km²"}
        for colour, label in zip(PEOPLE_COLOURS[::-1], labels[::-1], strict=True)
    ]
    note = ("不随月份变化", "the same in every month")
    if plan.demand.is_model:
        note = (f"人口模型，非实测；{note[0]}", f"a model, not a count; {note[1]}")
    name = layer_name(
        "人口密度", "Residents per km²", group="fill", keys=[*keys, _NO_DATA], when_on=True,
        note_zh=note[0], note_en=note[1],
    )  # fmt: skip
    return picture_fill(web_raster(classes, grid, colours), name)


def picture_fill(picture: Any, name: str) -> folium.raster_layers.ImageOverlay:
    """Return a picture as a fill that is off at first."""
    return folium.raster_layers.ImageOverlay(
        picture.url,
        bounds=[list(corner) for corner in picture.bounds],
        name=name,
        overlay=False,
        show=False,
        pane=PANE,
    )


def _follows(plan: Plan) -> Mapping[str, str] | None:
    """Return the words for a fill that follows the slider; None without a build-out."""
    if plan.build_out is None:
        return None
    return {"zh": "随滑块月份变化", "en": "as of the slider's month"}
