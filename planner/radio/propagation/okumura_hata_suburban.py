"""Okumura-Hata for suburbs: houses and trees along the roads."""

from __future__ import annotations

from kernels.radio.models.hata import SUBURBAN
from planner.radio.propagation._hata import OKUMURA_HATA, hata_model

MODEL = hata_model(
    "okumura_hata_suburban",
    SUBURBAN,
    OKUMURA_HATA,
    name_en="Okumura-Hata, suburban",
    name_zh="Okumura-Hata 郊区",
    indoor_depth_most_m=10.0,
)
