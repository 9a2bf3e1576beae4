"""The tiers of radio over the ground, as every output declares them."""

from __future__ import annotations

SMOOTH_EARTH_TIER = "statistical, smooth earth (no terrain)"
FAST_TIER = (
    "fast terrain tier: statistical model plus diffraction over the terrain "
    "(delta-Bullington, ITU-R P.526-15)"
)
REFERENCE_TIER = "reference tier: ITU-R P.1812-7 on every pixel"
