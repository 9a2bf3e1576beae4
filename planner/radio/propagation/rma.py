"""Rural macro of 3GPP TR 38.901: open land and low buildings."""

from __future__ import annotations

from kernels.radio.models.tr38901 import RMA
from planner.radio.propagation._tr38901 import tr38901_model
from planner.radio.propagation_model import ValidRange

MODEL = tr38901_model(
    "rma",
    RMA,
    name_en="Rural macro (RMa)",
    name_zh="农村宏站 (RMa)",
    valid_ranges=(
        ValidRange("frequency_ghz", 0.5, 30.0),
        ValidRange("base_height_m", 10.0, 150.0),
        ValidRange("ue_height_m", 1.0, 10.0),
        ValidRange("building_height_m", 5.0, 50.0),
        ValidRange("street_width_m", 5.0, 50.0),
        ValidRange("distance_2d_m", 10.0, 10_000.0, sight="los"),
        ValidRange("distance_2d_m", 10.0, 5000.0, sight="nlos"),
    ),
    indoor_depth_most_m=10.0,
)
