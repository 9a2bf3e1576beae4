"""Irregular terrain model (Longley-Rice), area mode, hills: heights vary by some 90 m."""

from __future__ import annotations

from planner.radio.irregular_terrain import HILLS_M
from planner.radio.propagation._itm import itm_area_model

MODEL = itm_area_model(
    "itm_hills",
    HILLS_M,
    name_en="Longley-Rice, hills",
    name_zh="Longley-Rice 丘陵",
)
