"""Validity of ITU-R P.1812: its scope (section 1) and the basic input data of its Table 1."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from planner.errors import Problem

P1812_EDITION = "ITU-R P.1812-8 (09/2025)"

P1812_RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "frequency_ghz": (0.03, 6.0),
        "distance_km": (0.25, 3000.0),
        "base_height_m": (1.0, 3000.0),
        "ue_height_m": (1.0, 3000.0),
        "time_percent": (1.0, 50.0),
        "location_percent": (1.0, 99.0),
        "lapse_rate": (1.0, 156.0),
        "refractivity": (200.0, 500.0),
        "location_sigma_db": (0.0, 30.0),
        "entry_loss_db": (0.0, 100.0),
        "entry_sigma_db": (0.0, 30.0),
    }
)
"""Minimum and maximum of each value; heights are above ground."""


def p1812_problems(values: Mapping[str, float]) -> list[Problem]:
    """Return one problem, with its key, for each value outside its range; NaN is outside."""
    return [
        Problem(
            f"outside the validity of {P1812_EDITION}",
            key=key,
            value=value,
            expected=f"{P1812_RANGES[key][0]:g} to {P1812_RANGES[key][1]:g}",
        )
        for key, value in values.items()
        if not P1812_RANGES[key][0] <= value <= P1812_RANGES[key][1]
    ]
