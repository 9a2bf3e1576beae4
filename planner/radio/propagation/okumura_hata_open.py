"""Okumura-Hata for open land: no tall trees or buildings in the path."""

from __future__ import annotations

from kernels.radio.models.hata import OPEN
from planner.radio.propagation._hata import OKUMURA_HATA, hata_model

MODEL = hata_model(
    "okumura_hata_open",
    OPEN,
    OKUMURA_HATA,
    name_en="Okumura-Hata, open area",
    name_zh="Okumura-Hata 开阔地",
    indoor_depth_most_m=10.0,
)
