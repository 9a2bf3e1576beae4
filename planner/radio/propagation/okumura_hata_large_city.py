"""Okumura-Hata for large cities, with buildings above about 15 m."""

from __future__ import annotations

from kernels.radio.models.hata import LARGE_CITY
from planner.radio.propagation._hata import OKUMURA_HATA, hata_model

MODEL = hata_model(
    "okumura_hata_large_city",
    LARGE_CITY,
    OKUMURA_HATA,
    name_en="Okumura-Hata, large city",
    name_zh="Okumura-Hata 大城市",
)
