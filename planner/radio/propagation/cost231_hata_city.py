"""COST 231-Hata for medium-sized cities, and suburban centres with moderate tree density."""

from __future__ import annotations

from kernels.radio.models.hata import COST231_CITY
from planner.radio.propagation._hata import COST231_HATA, hata_model

MODEL = hata_model(
    "cost231_hata_city",
    COST231_CITY,
    COST231_HATA,
    name_en="COST 231-Hata, medium city or suburb",
    name_zh="COST 231-Hata 中等城市与郊区",
)
