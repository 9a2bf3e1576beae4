"""Irregular terrain model (Longley-Rice), area mode, plains: heights vary by some 30 m."""

from __future__ import annotations

from planner.radio.irregular_terrain import PLAINS_M
from planner.radio.propagation._itm import itm_area_model

MODEL = itm_area_model(
    "itm_plains",
    PLAINS_M,
    name_en="Longley-Rice, plains",
    name_zh="Longley-Rice 平原",
)
