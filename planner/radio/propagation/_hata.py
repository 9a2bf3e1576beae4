"""Common code of the Hata models: the calls into :mod:`kernels.radio.models.hata`.

The formulas are medians over locations with and without line of sight, so both sights have the same
loss, and no location counts as in line of sight.
"""

from __future__ import annotations

import numpy as np

from kernels.radio.models import hata
from planner.radio.propagation_model import Floats, Link, PropagationModel, Sight, ValidRange

OKUMURA_HATA = "Okumura-Hata 1980"
COST231_HATA = "COST 231 final report, 1999"
_REFERENCES = {
    OKUMURA_HATA: "M. Hata, IEEE Transactions on Vehicular Technology VT-29 (3), 1980",
    COST231_HATA: "COST Action 231, final report, 1999, section 4.4.1, eq. (4.4.3)",
}
_FREQUENCIES_GHZ = {OKUMURA_HATA: (0.15, 1.5), COST231_HATA: (1.5, 2.0)}


def hata_model(
    key: str,
    area: int,
    edition: str,
    *,
    name_en: str,
    name_zh: str,
    indoor_depth_most_m: float = 25.0,
) -> PropagationModel:
    """Return the model of one area code of :mod:`kernels.radio.models.hata`."""

    def sight_loss_db(distances_m: Floats, link: Link, sight: Sight) -> Floats:  # noqa: ARG001
        return np.asarray(
            hata.hata_losses_db(
                area, distances_m, link.frequency_ghz, link.base_height_m, link.ue_height_m
            )
        )

    def los_probability(distances_m: Floats, link: Link) -> Floats:  # noqa: ARG001
        return np.zeros(distances_m.size)

    def sigma_db(distances_m: Floats, link: Link, sight: Sight) -> Floats:  # noqa: ARG001
        return np.full(distances_m.size, hata.okumura_shadow_sigma_db(area, link.frequency_ghz))

    return PropagationModel(
        key=key,
        name_en=name_en,
        name_zh=name_zh,
        edition=edition,
        reference=_REFERENCES[edition],
        valid_ranges=(
            ValidRange("frequency_ghz", *_FREQUENCIES_GHZ[edition]),
            ValidRange("base_height_m", 30.0, 200.0),
            ValidRange("ue_height_m", 1.0, 10.0),
            ValidRange("distance_2d_m", 1000.0, 20_000.0),
        ),
        indoor_depth_most_m=indoor_depth_most_m,
        sight_loss_db=sight_loss_db,
        los_probability=los_probability,
        sigma_db=sigma_db,
    )
