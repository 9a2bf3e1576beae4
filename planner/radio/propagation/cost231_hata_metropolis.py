"""COST 231-Hata for metropolitan centres."""

from __future__ import annotations

from kernels.radio.models.hata import COST231_METROPOLIS
from planner.radio.propagation._hata import COST231_HATA, hata_model

MODEL = hata_model(
    "cost231_hata_metropolis",
    COST231_METROPOLIS,
    COST231_HATA,
    name_en="COST 231-Hata, metropolitan centre",
    name_zh="COST 231-Hata 大都市中心",
)
