"""Antenna patterns: the sector antenna of 3GPP TR 38.901, cuts of measured antennas, tilt.

Source: 3GPP TR 38.901 V17.0.0, Table 7.3-1 (pattern of an antenna element) and clause 7.1.3,
equations (7.1-7) and (7.1-8) (rotation of an antenna in space). Horizontal projection: F. Gil, A.
Claro, J. Ferreira, C. Pardelinha and L. Correia, A 3D interpolation method for base-station-antenna
radiation patterns, IEEE Antennas and Propagation Magazine 43 (2001), as planning tools have it.

Angles in degrees. An azimuth is counted clockwise from the antenna's own direction, a depression
is positive below the horizon: the zenith angle of the standard less 90. Losses in dB below the
antenna's greatest gain, never negative.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled

Floats = npt.NDArray[np.float64]

SUM, PROJECTION = 0, 1
"""How two cuts make a pattern: their sum, or the horizontal projection."""

CUT_SIZE = 3600
"""Values of a cut: one for each tenth of a degree, from 0 on."""


@compiled
def wrapped_deg(angle_deg: float) -> float:
    """The same direction between -180 (included) and 180 degrees."""
    return angle_deg - 360.0 * math.floor((angle_deg + 180.0) / 360.0)


@compiled
def parabolic_loss_db(angle_deg: float, beamwidth_deg: float, most_db: float) -> float:
    """Horizontal or vertical cut of Table 7.3-1; NaN for a beam without width.

    ``beamwidth_deg`` is that between the points 3 dB down, ``most_db`` SLA_V or A_max.
    """
    if not beamwidth_deg > 0.0:
        return np.nan
    return min(12.0 * (wrapped_deg(angle_deg) / beamwidth_deg) ** 2, most_db)


@compiled
def sector_loss_db(
    azimuth_deg: float,
    depression_deg: float,
    horizontal_beamwidth_deg: float,
    vertical_beamwidth_deg: float,
    most_db: float,
) -> float:
    """Pattern of Table 7.3-1: the sum of both cuts, at most A_max (here SLA_V = A_max)."""
    horizontal_db = parabolic_loss_db(azimuth_deg, horizontal_beamwidth_deg, most_db)
    vertical_db = parabolic_loss_db(depression_deg, vertical_beamwidth_deg, most_db)
    return min(horizontal_db + vertical_db, most_db)


@compiled
def tilted_angles_deg(
    azimuth_deg: float, depression_deg: float, tilt_deg: float
) -> tuple[float, float]:
    """Azimuth and depression relative to an antenna that is mechanically tilted downwards.

    Equations (7.1-7) and (7.1-8) without slant. A mechanical tilt, unlike an electrical one, does
    not change the horizon to the side of the antenna, and raises it behind.
    """
    azimuth, tilt = math.radians(azimuth_deg), math.radians(tilt_deg)
    cos_zenith = -math.sin(math.radians(depression_deg))
    sin_zenith = math.cos(math.radians(depression_deg))
    along = math.cos(azimuth) * sin_zenith
    upwards = math.cos(tilt) * cos_zenith + math.sin(tilt) * along
    forwards = math.cos(tilt) * along - math.sin(tilt) * cos_zenith
    sideways = math.sin(azimuth) * sin_zenith
    return (
        math.degrees(math.atan2(sideways, forwards)),
        -math.degrees(math.asin(min(max(upwards, -1.0), 1.0))),
    )


@compiled
def cut_loss_db(cut_db: Floats, angle_deg: float) -> float:
    """Loss of a cut (float64, CUT_SIZE) at an angle, linear in dB between its values."""
    position = (angle_deg - 360.0 * math.floor(angle_deg / 360.0)) * (CUT_SIZE / 360.0)
    below = int(position)
    share = position - below
    first = below % CUT_SIZE
    return (1.0 - share) * cut_db[first] + share * cut_db[(first + 1) % CUT_SIZE]


@compiled
def antenna_loss_db(
    cuts_db: Floats,
    most_db: float,
    azimuth_deg: float,
    depression_deg: float,
    electrical_tilt_deg: float,
    mechanical_tilt_deg: float,
    pattern: int = SUM,
) -> float:
    """Loss of an antenna with two cuts towards a direction.

    ``cuts_db`` (float64, (2, CUT_SIZE)): horizontal cut by azimuth, vertical cut by the angle
    downwards from the horizon in front, through straight down (90) and the horizon behind (180).
    ``pattern`` SUM: the losses of both cuts add, as in Table 7.3-1, and of the vertical cut only
    the front half is used. PROJECTION: :func:`projected_loss_db`. At most ``most_db``. Mechanical
    tilt turns the antenna, electrical tilt lowers the beams in front and behind.
    """
    azimuth, depression = azimuth_deg, depression_deg
    if mechanical_tilt_deg != 0.0:
        azimuth, depression = tilted_angles_deg(azimuth_deg, depression_deg, mechanical_tilt_deg)
    below_deg = depression - electrical_tilt_deg
    if pattern == PROJECTION:
        loss_db = projected_loss_db(cuts_db, azimuth, below_deg)
    else:
        loss_db = cut_loss_db(cuts_db[0], azimuth) + cut_loss_db(cuts_db[1], below_deg)
    return min(loss_db, most_db)


@compiled
def projected_loss_db(cuts_db: Floats, azimuth_deg: float, below_deg: float) -> float:
    """Loss by horizontal projection: the horizontal cut, and what the vertical one adds.

    In front that is the vertical cut's front half, behind its back half, each beyond the loss at
    the horizon there; to the sides a mean by the angle turned. So both cuts are met exactly where
    they agree at the horizon in front and behind.
    """
    turned = abs(wrapped_deg(azimuth_deg)) / 180.0
    front_db = cut_loss_db(cuts_db[1], below_deg) - cuts_db[0, 0]
    back_db = cut_loss_db(cuts_db[1], 180.0 - below_deg) - cuts_db[0, CUT_SIZE // 2]
    added_db = (1.0 - turned) * front_db + turned * back_db
    return max(cut_loss_db(cuts_db[0], azimuth_deg) + added_db, 0.0)


@compiled
def antenna_losses_db(
    cuts_db: Floats,
    most_db: float,
    azimuth_deg: Floats,
    depression_deg: Floats,
    electrical_tilt_deg: float,
    mechanical_tilt_deg: float,
    pattern: int,
) -> Floats:
    """:func:`antenna_loss_db` towards each direction (float64, N), float64 (N)."""
    losses_db = np.empty(azimuth_deg.size)
    for i in range(azimuth_deg.size):
        losses_db[i] = antenna_loss_db(
            cuts_db, most_db, azimuth_deg[i], depression_deg[i], electrical_tilt_deg,
            mechanical_tilt_deg, pattern,
        )  # fmt: skip
    return losses_db
