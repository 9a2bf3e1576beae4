"""Free space: no obstacles between the antennas, no fading."""

from __future__ import annotations

import numpy as np

from kernels.radio.models.free_space import free_space_losses_db
from planner.radio.propagation_model import Floats, Link, PropagationModel, Sight, ValidRange


def _loss_db(distances_m: Floats, link: Link, sight: Sight) -> Floats:  # noqa: ARG001
    slant_m = np.hypot(distances_m, link.base_height_m - link.ue_height_m)
    slant_m[distances_m < 0.0] = np.nan
    return np.asarray(free_space_losses_db(slant_m, link.frequency_ghz))


def _los_probability(distances_m: Floats, link: Link) -> Floats:  # noqa: ARG001
    return np.ones(distances_m.size)


def _sigma_db(distances_m: Floats, link: Link, sight: Sight) -> Floats:  # noqa: ARG001
    return np.zeros(distances_m.size)


MODEL = PropagationModel(
    key="free_space",
    name_en="Free space",
    name_zh="自由空间",
    edition="ITU-R P.525",
    reference="Recommendation ITU-R P.525, free-space basic transmission loss",
    valid_ranges=(
        ValidRange("frequency_ghz", 0.03, 1000.0),
        ValidRange("distance_2d_m", 10.0, 100_000.0),
    ),
    indoor_depth_most_m=25.0,
    sight_loss_db=_loss_db,
    los_probability=_los_probability,
    sigma_db=_sigma_db,
)
