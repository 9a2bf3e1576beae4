"""Antennas whose pattern is a table over all directions: those interpolated from measured cuts.

Gain over direction by :func:`kernels.radio.sweep.table.angle_nodes_deg` and over 1 + sine of the
depression, linear between its values. Directions by 3GPP TR 38.901, equations (7.1-7) and (7.1-8).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled_disjoint

Singles = npt.NDArray[np.float32]

TURNS, SINES = 181, 513
"""Values over direction and over the sine, both ends included: some 2 and 0.2 degrees apart."""


@compiled_disjoint
def times_solid_gain(
    power: Singles,
    over_m: Singles,
    from_m: tuple[float, float, float],
    facing: Singles,
    tilt_rad: float,
    least_m2: float,
    solid: Singles,
) -> None:
    """Multiply the power at the cells of a row by the antenna's gain towards each.

    ``over_m`` (float32): height of the antenna over each terminal; ``from_m``: the first cell to
    the east of the antenna, the antenna to the north of the row, and the side of a cell;
    ``facing`` (float32, 2): east and north of its direction; ``solid`` (float32, (TURNS, SINES)).
    Nearer than the root of ``least_m2`` the direction stays, the distance does not.
    """
    east, north, step = np.float32(from_m[0]), np.float32(from_m[1]), np.float32(from_m[2])
    cos_tilt, sin_tilt = np.float32(math.cos(tilt_rad)), np.float32(math.sin(tilt_rad))
    zero, one, two, three = np.float32(0.0), np.float32(1.0), np.float32(2.0), np.float32(3.0)
    last_turn, last_sine = np.float32(TURNS - 1), np.float32(SINES - 1)
    least = np.float32(least_m2)
    for j in range(power.size):
        dx = east + step * np.float32(j)
        away = dx * dx + north * north
        # The position of the antenna itself has no direction and counts as in front.
        here = away < one
        along = one if here else dx * facing[0] + north * facing[1]
        sideways = zero if here else dx * facing[1] - north * facing[0]
        ground = max(away, least)
        outwards = math.sqrt(ground / max(away, one))
        over = over_m[j]
        forwards = (along * cos_tilt) * outwards + over * sin_tilt
        share = forwards / (abs(forwards) + abs(sideways) * outwards + np.float32(1e-20))
        turn = one - share if sideways >= zero else three + share
        sine = one + (over * cos_tilt - along * outwards * sin_tilt) / math.sqrt(
            ground + over * over
        )
        u = min(max(turn, zero), np.float32(4.0)) * (last_turn / np.float32(4.0))
        v = min(max(sine, zero), two) * (last_sine / two)
        a, b = min(int(u), TURNS - 2), min(int(v), SINES - 2)
        u, v = u - np.float32(a), v - np.float32(b)
        low = solid[a, b] + v * (solid[a, b + 1] - solid[a, b])
        high = solid[a + 1, b] + v * (solid[a + 1, b + 1] - solid[a + 1, b])
        power[j] *= low + u * (high - low)
