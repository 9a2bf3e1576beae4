"""Names of the radio tiers, as declared in every output."""

from __future__ import annotations

from planner.radio.p1812_validity import P1812_EDITION

SMOOTH_EARTH_TIER = "statistical, smooth earth (no terrain)"
FAST_TIER = (
    "fast terrain tier: statistical model plus diffraction over the terrain "
    "(delta-Bullington, ITU-R P.526-15)"
)
REFERENCE_TIER = f"reference tier: {P1812_EDITION} on every pixel"
