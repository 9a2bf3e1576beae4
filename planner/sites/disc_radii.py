"""Radii of the discs that a kind of station serves, in cells of a grid."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kernels.footprints.disc import graded_disc_radii
from planner.radio.user_situations import SituationReach, cell_distances_m, situation_reaches
from planner.sites.equipment import StationKind

Floats = npt.NDArray[np.float64]


def disc_radii_cells(kind: StationKind, cell_size_m: float) -> Floats:
    """Return the radii of each situation and class (float64[situations, classes])."""
    if not kind.situation_m:
        return np.asarray(kind.radii_m, dtype=float) / cell_size_m
    reaches = situation_reaches(kind.radio, kind.service)
    return graded_radii_cells(reaches, len(kind.situation_m), kind.longest_m, cell_size_m)


def graded_radii_cells(
    reaches: Sequence[SituationReach], situations: int, longest_m: float, cell_size_m: float
) -> Floats:
    """Return the radii of nested discs that follow the served share, out to ``longest_m``."""
    distance_m = cell_distances_m(math.ceil(longest_m / cell_size_m) + 1, cell_size_m)
    shares = [
        one.share_served(distance_m.ravel()).reshape(distance_m.shape).mean(axis=1)
        for one in reaches
    ]
    return graded_disc_radii(np.array(shares), situations)
