"""Colours of a plan, one place for the map, the GeoPackage styles and the charts.

Blue is what is already in service, orange what the plan adds, magenta what stays uncovered:
three colours that people with any of the common colour-vision deficiencies can distinguish
(hues after Okabe and Ito, Color Universal Design, 2008). The covered share has a scale of its own
that rises in lightness only, from cream to deep teal.
"""

from __future__ import annotations

from itertools import pairwise

BASELINE = "#0f62ac"
NEW = "#dd6b00"
MUST_HAVE = "#14213d"
GAP = "#b0146a"

NOT_COVERED = "#f0b27a"
NO_PEOPLE = "#f4f5f7"
NOT_SERVED_STILL = "#c9a0b4"
"""Not covered, beside land covered by the plan: on the still map and the bars of the report."""

COVERED_BASELINE = "#9cc6ea"
COVERED_PLAN = "#fdd08c"

BOUNDARY = "#243447"
ZONE_EDGE = "#ffffff"
RIVER = "#4f86b8"
ROAD = "#b08d57"
RAILWAY = "#6b6b76"
BACKGROUND = "#e9eef2"

ROLE_COLOURS = {"baseline": BASELINE, "new": NEW, "must_have": MUST_HAVE}
PLACE_COLOURS = {"baseline": BASELINE, "plan": NEW, "no": GAP}
PHASE_COLOURS = {1: COVERED_BASELINE, 2: COVERED_PLAN}

SERVED_BREAKS = (0.1, 0.5, 0.9)
SERVED_COLOURS = (NOT_COVERED, "#dcebe9", "#86bfb9", "#2b7f86")
"""Share of the people of a cell that is expected to be served: below the first break, and so on."""

SERVED_BEFORE = "#5e4fa2"
NOT_YET = "#ead7c6"
AFTER_HORIZON = "#8a8f98"
_MONTH_STOPS = ("#253494", "#2c7fb8", "#41b6c4", "#a1dab4", "#ffffcc")

PEOPLE_BREAKS = (20.0, 100.0, 500.0, 2_000.0, 8_000.0)
PEOPLE_COLOURS = ("#f2edf7", "#dccfe9", "#b9a3d3", "#9072b6", "#663f97", "#3a1a6a")
"""Residents per km2: below the first break, and so on."""

SHARE_BREAKS = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
SHARE_COLOURS = ("#faf6ea", "#eceddc", "#dae4cd", "#c2d9c1", "#a6ccb6", "#86bbab", "#64a89f")


def share_colour(share: float) -> str:
    """Return the colour of a covered share (0 to 1); a break belongs to the class above it."""
    return SHARE_COLOURS[sum(share >= edge for edge in SHARE_BREAKS)]


def share_labels() -> tuple[str, ...]:
    """Return the label of each class of the covered share, lowest first."""
    percent = [f"{edge:.0%}".rstrip("%") for edge in SHARE_BREAKS]
    middle = [f"{low}–{high}" for low, high in pairwise(percent)]
    return (f"< {percent[0]}", *middle, f"≥ {percent[-1]}")


def served_class_of(share: float) -> int:
    """Return the class of :data:`SERVED_COLOURS` of a served share; a break belongs above it."""
    return sum(share >= edge for edge in SERVED_BREAKS)


def shades(colour: str, count: int) -> tuple[str, ...]:
    """Return a colour in shades, the darkest first, the colour itself last."""
    parts = bytes.fromhex(colour.removeprefix("#"))
    steps = [0.6 + 0.4 * step / max(count - 1, 1) for step in range(count)]
    return tuple("#" + bytes(round(part * step) for part in parts).hex() for step in steps)


def month_colours(count: int) -> tuple[str, ...]:
    """Return a colour for each month, from the first, dark, to the last, light."""
    stops = [bytes.fromhex(stop.removeprefix("#")) for stop in _MONTH_STOPS]
    colours = []
    for month in range(count):
        at = month / max(count - 1, 1) * (len(stops) - 1)
        low = min(int(at), len(stops) - 2)
        pairs = zip(stops[low], stops[low + 1], strict=True)
        colours.append("#" + bytes(round(a + (at - low) * (b - a)) for a, b in pairs).hex())
    return tuple(colours)


DIFFERENCE_BREAKS = (-60.0, -30.0, -10.0, -2.0, 2.0, 10.0, 30.0, 60.0)
DIFFERENCE_COLOURS = (
    "#b35806", "#e08214", "#fdb863", "#fee0b6", "#f7f7f7",
    "#d8daeb", "#b2abd2", "#8073ac", "#542788",
)  # fmt: skip
"""Change of a share in points, lost to gained: PuOr of ColorBrewer, safe for the colour-blind."""


def difference_labels(between: str = " to ") -> tuple[str, ...]:
    """Return the label of each class of a change, most lost first."""
    said = [f"{edge:+g}".replace("-", "−") for edge in DIFFERENCE_BREAKS]
    middle = [f"{low}{between}{high}" for low, high in pairwise(said)]
    return (f"< {said[0]}", *middle, f"≥ {said[-1]}")


def served_labels() -> tuple[str, ...]:
    """Return the label of each class of :data:`SERVED_COLOURS`, lowest first."""
    edges = [f"{100 * edge:g}" for edge in SERVED_BREAKS]
    middle = [f"{low}–{high} %" for low, high in pairwise(edges)]
    return (f"< {edges[0]} %", *middle, f"≥ {edges[-1]} %")
