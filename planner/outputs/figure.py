"""Figures as inline SVG in one style, with text as text: the browser's fonts draw the Chinese."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, MUTED, RULE = "#1f2933", "#5b6770", "#d5dbe1"


def axes_in_style(axes: Axes | None, *, width_in: float, height_in: float) -> Axes:
    """Return ``axes`` in the style of the report; None: those of a figure that a notebook shows."""
    if axes is None:
        import matplotlib.pyplot as plt

        _, axes = plt.subplots(figsize=(width_in, height_in), layout="constrained")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(RULE)
    axes.tick_params(colors=MUTED, labelsize=9, length=0)
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_color(MUTED)
        label.set_fontsize(9.5)
    return axes


def svg(plot: Callable[[Axes], Any], salt: str, *, width_in: float, height_in: float) -> str:
    """Return the drawing of ``plot`` on an axis as SVG; ``salt`` names its parts."""
    return svg_panels([plot], salt, width_in=width_in, height_in=height_in)


def svg_panels(
    plots: Sequence[Callable[[Axes], Any]], salt: str, *, width_in: float, height_in: float
) -> str:
    """Return the drawings of ``plots`` as one SVG, side by side with one vertical axis."""
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    for plot, axes in zip(
        plots, figure.subplots(1, len(plots), sharey=True, squeeze=False)[0], strict=True
    ):
        plot(axes)
    return svg_text(figure, salt)


def svg_text(figure: Figure, salt: str) -> str:
    """Draw a figure: only the ``svg`` element, stable names, no date, text kept as text."""
    file = io.StringIO()
    settings: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": salt,
        "svg.id": f"chart-{salt}",
    }
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with mpl.rc_context(settings), warnings.catch_warnings():
        # Widths of Chinese characters are estimated here: the reader's browser has the font.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(file, format="svg", metadata=nothing)
    text = file.getvalue()
    return text[text.index("<svg") :]


def legend_above(axes: Axes) -> None:
    """Put the legend above the axes, where it hides nothing."""
    axes.legend(
        loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=3, frameon=False, fontsize=9,
        labelcolor=INK, handlelength=1.2, handletextpad=0.6, columnspacing=1.6,
    )  # fmt: skip
