"""Irregular terrain model (Longley-Rice), area mode, mountains: heights vary by some 200 m."""

from __future__ import annotations

from planner.radio.irregular_terrain import MOUNTAINS_M
from planner.radio.propagation._itm import itm_area_model

MODEL = itm_area_model(
    "itm_mountains",
    MOUNTAINS_M,
    name_en="Longley-Rice, mountains",
    name_zh="Longley-Rice 山地",
)
