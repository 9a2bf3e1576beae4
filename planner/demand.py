"""Demand: people and area class of each cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Demand:
    """People and area class for each cell of the grid.

    ``people`` (float32): people per cell, 0 outside the area. ``area_class`` (uint8): code of
    :mod:`planner.area_class`, 255 outside. ``zone_people`` (float64): the source's own exact
    total for each zone. ``is_model`` tells a modelled population from a measured one.
    """

    people: npt.NDArray[np.float32]
    area_class: npt.NDArray[np.uint8]
    zone_people: npt.NDArray[np.float64]
    source: str
    is_model: bool
