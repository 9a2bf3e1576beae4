"""Radii of the discs that a kind of station serves, in cells of a grid."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kernels.footprints.disc import NO_DISC
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
    return nested_radii(np.array(shares), situations)


def nested_radii(share_at_square: Floats, situations: int) -> Floats:
    """Radii (float64[situations, classes], cells) of discs that serve a falling share of users.

    ``share_at_square`` (float64[classes, n]): share of the users whom a station serves at a
    distance of the root of i cells, falling. Each situation is an equal share of the users, the
    widest disc comes first; ``NO_DISC`` where there is none. At every distance the discs that reach
    it make up the share to the nearest whole number of situations, and what one distance has too
    much or too little the next ones make up for.

    Examples
    --------
    >>> nested_radii(np.array([[1.0, 0.6, 0.4, 0.0, 0.1]]), 2)[:, 0].round(2)
    array([1.41, 0.  ])
    >>> nested_radii(np.array([[0.6, 0.2]]), 2)[:, 0]
    array([ 0., -1.])
    """
    n_classes, n = share_at_square.shape
    reach = math.isqrt(n - 1)
    rows = np.arange(-reach, reach + 1) ** 2
    cells = np.bincount(np.add.outer(rows, rows).ravel(), minlength=n)[:n]
    radii = np.full((situations, n_classes), NO_DISC)
    for area in range(n_classes):
        owed, most = 0.0, situations
        for square in np.flatnonzero(cells):
            share = share_at_square[area, square]
            wanted = situations * (share + owed / cells[square])
            most = min(most, max(0, math.floor(wanted + 0.5)))
            owed += cells[square] * (share - most / situations)
            radii[:most, area] = math.sqrt(square)
            if most == 0:
                break
    return radii
