"""Okumura-Hata for small and medium cities."""

from __future__ import annotations

from kernels.radio.models.hata import CITY
from planner.radio.propagation._hata import OKUMURA_HATA, hata_model

MODEL = hata_model(
    "okumura_hata_city",
    CITY,
    OKUMURA_HATA,
    name_en="Okumura-Hata, small or medium city",
    name_zh="Okumura-Hata 中小城市",
)
