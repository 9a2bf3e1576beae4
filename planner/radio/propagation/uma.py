"""Urban macro of 3GPP TR 38.901: base stations above the surrounding roofs."""

from __future__ import annotations

from kernels.radio.models.tr38901 import UMA
from planner.radio.propagation._tr38901 import tr38901_model
from planner.radio.propagation_model import ValidRange

MODEL = tr38901_model(
    "uma",
    UMA,
    name_en="Urban macro (UMa)",
    name_zh="城市宏站 (UMa)",
    valid_ranges=(
        ValidRange("frequency_ghz", 0.5, 100.0),
        ValidRange("base_height_m", 25.0, 25.0),
        ValidRange("ue_height_m", 1.5, 22.5),
        ValidRange("distance_2d_m", 10.0, 5000.0),
    ),
    indoor_depth_most_m=25.0,
)
