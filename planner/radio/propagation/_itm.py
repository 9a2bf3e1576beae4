"""Common code of the Longley-Rice area models: the irregular terrain model by kind of land.

Base stations are sited with care, terminals anywhere; ground and air are average. The climate
matters by less than 0.1 dB within 5 km and less than 1 dB within 30 km. Both sights have the same
loss: the model gives one curve over distance, in line of sight and beyond, without buildings.
"""

from __future__ import annotations

import numpy as np

from kernels.radio.itm.variability import location_sigma_db
from planner.radio.irregular_terrain import EDITION, area_median_losses_db
from planner.radio.propagation_model import Floats, Link, PropagationModel, Sight, ValidRange


def itm_area_model(
    key: str, irregularity_m: float, *, name_en: str, name_zh: str
) -> PropagationModel:
    """Return the model of land with one terrain irregularity."""

    def sight_loss_db(distances_m: Floats, link: Link, sight: Sight) -> Floats:  # noqa: ARG001
        return area_median_losses_db(distances_m, irregularity_m, link)

    def los_probability(distances_m: Floats, link: Link) -> Floats:  # noqa: ARG001
        return np.zeros(distances_m.size)

    def sigma_db(distances_m: Floats, link: Link, sight: Sight) -> Floats:  # noqa: ARG001
        frequency_mhz = 1000.0 * link.frequency_ghz
        return np.array(
            [location_sigma_db(frequency_mhz, d, irregularity_m) for d in distances_m.tolist()]
        )

    return PropagationModel(
        key=key,
        name_en=name_en,
        name_zh=name_zh,
        edition=EDITION,
        reference="NTIA Report 82-100, 1982; Hufford, The Algorithm, 1995: area prediction mode",
        valid_ranges=(
            ValidRange("frequency_ghz", 0.02, 20.0),
            ValidRange("base_height_m", 0.5, 3000.0),
            ValidRange("ue_height_m", 0.5, 3000.0),
            ValidRange("distance_2d_m", 1000.0, 2_000_000.0),
        ),
        indoor_depth_most_m=10.0,
        sight_loss_db=sight_loss_db,
        los_probability=los_probability,
        sigma_db=sigma_db,
    )
