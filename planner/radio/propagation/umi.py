"""Urban micro, street canyon, of 3GPP TR 38.901: base stations below the surrounding roofs."""

from __future__ import annotations

from kernels.radio.models.tr38901 import UMI
from planner.radio.propagation._tr38901 import tr38901_model
from planner.radio.propagation_model import ValidRange

MODEL = tr38901_model(
    "umi",
    UMI,
    name_en="Urban micro, street canyon (UMi)",
    name_zh="城市微站街道峡谷 (UMi)",
    valid_ranges=(
        ValidRange("frequency_ghz", 0.5, 100.0),
        ValidRange("base_height_m", 10.0, 10.0),
        ValidRange("ue_height_m", 1.5, 22.5),
        ValidRange("distance_2d_m", 10.0, 5000.0),
    ),
    indoor_depth_most_m=25.0,
)
