"""Indoor office, mixed layout, of 3GPP TR 38.901: rooms and corridors."""

from __future__ import annotations

from kernels.radio.models.tr38901 import INH_MIXED
from planner.radio.propagation._tr38901 import tr38901_model
from planner.radio.propagation_model import ValidRange

MODEL = tr38901_model(
    "inh_mixed",
    INH_MIXED,
    name_en="Indoor office, mixed (InH)",
    name_zh="室内办公混合 (InH)",
    # The table limits the slant distance; below a ceiling the ground distance is within 0.1 m.
    valid_ranges=(
        ValidRange("frequency_ghz", 0.5, 100.0),
        ValidRange("distance_2d_m", 1.0, 149.9),
    ),
    indoor_depth_most_m=25.0,
)
