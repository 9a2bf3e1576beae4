"""Common code of the 3GPP TR 38.901 models: the calls into :mod:`kernels.radio.models.tr38901`."""

from __future__ import annotations

import numpy as np

from kernels.radio.models import tr38901
from planner.radio.propagation_model import Floats, Link, PropagationModel, Sight, ValidRange

EDITION = "3GPP TR 38.901 V17.0.0"
_SIGHTS = {"los": tr38901.LOS, "nlos": tr38901.NLOS}


def tr38901_model(
    key: str,
    scenario: int,
    *,
    name_en: str,
    name_zh: str,
    valid_ranges: tuple[ValidRange, ...],
    indoor_depth_most_m: float,
) -> PropagationModel:
    """Return the model of one scenario code of :mod:`kernels.radio.models.tr38901`."""

    def sight_loss_db(distances_m: Floats, link: Link, sight: Sight) -> Floats:
        return np.asarray(
            tr38901.path_losses_db(
                scenario,
                _SIGHTS[sight],
                distances_m,
                link.frequency_ghz,
                link.base_height_m,
                link.ue_height_m,
                link.building_height_m,
                link.street_width_m,
            )
        )

    def los_probability(distances_m: Floats, link: Link) -> Floats:
        return np.asarray(tr38901.los_probabilities(scenario, distances_m, link.ue_height_m))

    def sigma_db(distances_m: Floats, link: Link, sight: Sight) -> Floats:
        breakpoint_m = tr38901.rma_breakpoint_m(
            link.frequency_ghz, link.base_height_m, link.ue_height_m
        )
        return np.asarray(
            tr38901.shadow_sigmas_db(scenario, _SIGHTS[sight], distances_m, breakpoint_m)
        )

    return PropagationModel(
        key=key,
        name_en=name_en,
        name_zh=name_zh,
        edition=EDITION,
        reference=f"{EDITION}, Tables 7.4.1-1, 7.4.2-1 and 7.4.3-2",
        valid_ranges=valid_ranges,
        indoor_depth_most_m=indoor_depth_most_m,
        sight_loss_db=sight_loss_db,
        los_probability=los_probability,
        sigma_db=sigma_db,
    )
