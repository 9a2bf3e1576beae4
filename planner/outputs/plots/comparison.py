"""Plots of a comparison: the change in the share served, by cell and by zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from planner.ground.area_class import OUTSIDE
from planner.outputs.figure import INK, MUTED, RULE, axes_in_style
from planner.outputs.palette import DIFFERENCE_BREAKS, DIFFERENCE_COLOURS, difference_labels

if TYPE_CHECKING:
    from planner.comparison import ComparedPart

_MAP_SIDE_PX = 1100
_MOST_ZONES = 40


def difference_codes(part: ComparedPart, plan: int) -> npt.NDArray[np.uint8]:
    """Return the class of the change of each cell (uint8, 255 outside and where nobody lives)."""
    points = 100.0 * part.difference(plan)
    codes: npt.NDArray[np.uint8] = np.digitize(points, DIFFERENCE_BREAKS).astype(np.uint8)
    codes[np.isnan(points) | (part.people <= 0)] = OUTSIDE
    return codes


def difference_map(
    part: ComparedPart, axes: Axes | None = None, *, plan: int = 1, lang: str = "en"
) -> Axes:
    """Draw the change in the share served of each cell against the first plan.

    ``part``: of a comparison; orange cells lose, purple ones gain.
    """
    height, width = part.area.grid.shape
    axes = axes_in_style(axes, width_in=7.6, height_in=min(7.6 * height / width, 8.0))
    axes.set_axis_off()
    step = max(1, -(-max(height, width) // _MAP_SIDE_PX))
    lookup = np.zeros((256, 4), dtype=np.uint8)
    for code, colour in enumerate(DIFFERENCE_COLOURS):
        lookup[code] = (*bytes.fromhex(colour.removeprefix("#")), 255)
    west, south, east, north = part.area.grid.bounds_m
    picture = lookup[difference_codes(part, plan)[::step, ::step]]
    axes.imshow(picture, extent=(west, east, south, north), interpolation="none")
    part.area.zones_m().boundary.plot(ax=axes, color=MUTED, linewidth=0.5)
    handles = [
        Patch(facecolor=colour, edgecolor=RULE, label=label)
        for colour, label in zip(
            DIFFERENCE_COLOURS, difference_labels("～" if lang == "zh" else " to "), strict=True
        )
    ]
    axes.legend(
        handles=handles[::-1], loc="lower left", fontsize=7.5, labelcolor=INK, frameon=False,
        title="比例变化（百分点）" if lang == "zh" else "Change, points", title_fontsize=8,
    )  # fmt: skip
    return axes


def zone_changes(
    part: ComparedPart, axes: Axes | None = None, *, plan: int = 1, lang: str = "en"
) -> Axes:
    """Draw the change in the share served of each zone against the first plan, largest on top."""
    letter = chr(ord("a") + plan)
    table = part.zones.sort_values(f"covered_change_{letter}", kind="stable").tail(_MOST_ZONES)
    axes = axes_in_style(axes, width_in=8.0, height_in=changes_height_in(part))
    points = 100.0 * table[f"covered_share_change_{letter}"].to_numpy(float)
    colours = [DIFFERENCE_COLOURS[-2] if one >= 0 else DIFFERENCE_COLOURS[1] for one in points]
    axes.barh(np.arange(len(table)), points, color=colours, height=0.62)
    axes.axvline(0.0, color=MUTED, linewidth=0.8)
    first, second = ("name_zh", "name_en") if lang == "zh" else ("name_en", "name_zh")
    names = table[first].where(table[first] != "", table[second])
    axes.set_yticks(np.arange(len(table)), labels=[" ".join(name.split())[:24] for name in names])
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    label = "Change in the share of residents served, points"
    axes.set_xlabel("服务人口比例变化（百分点）" if lang == "zh" else label)
    return axes


def changes_height_in(part: ComparedPart) -> float:
    """Return the height of the bars of all zones."""
    return 1.0 + 0.28 * min(len(part.zones), _MOST_ZONES)
