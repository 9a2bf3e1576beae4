"""The pattern of a scenario's antennas: from 3GPP TR 38.901, or from a file."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kernels.radio.antenna import CUT_SIZE, PROJECTION, SUM, antenna_losses_db
from planner.errors import PlannerWarning
from planner.radio.antenna_file import read_antenna_file
from planner.scenario.radio import AntennaSection

Floats = npt.NDArray[np.float64]

_FREQUENCY_TOLERANCE = 0.15


@dataclass(frozen=True)
class AntennaPattern:
    """Loss of an antenna towards a direction, relative to its greatest gain.

    ``cuts_db`` (float64, (2, CUT_SIZE)): the horizontal cut by azimuth, clockwise from the
    antenna's direction, and the vertical cut by depression, on to the horizon behind.
    ``combined``: how they make a pattern, ``SUM`` or ``PROJECTION`` of
    :mod:`kernels.radio.antenna`, up to ``most_loss_db``. ``gain_dbi`` is None if the scenario gives
    it. ``is_omni``: no loss in any direction.
    """

    name: str
    reference: str
    cuts_db: Floats
    most_loss_db: float
    gain_dbi: float | None = None
    is_omni: bool = False
    combined: int = SUM

    def loss_db(
        self,
        azimuth_deg: npt.ArrayLike,
        depression_deg: npt.ArrayLike,
        *,
        electrical_tilt_deg: float = 0.0,
        mechanical_tilt_deg: float = 0.0,
    ) -> Floats:
        """Return the loss towards each direction, in the broadcast shape of both angles."""
        azimuth, depression = np.broadcast_arrays(
            np.asarray(azimuth_deg, float), np.asarray(depression_deg, float)
        )
        losses = antenna_losses_db(
            self.cuts_db, self.most_loss_db, azimuth.ravel(), depression.ravel(),
            electrical_tilt_deg, mechanical_tilt_deg, self.combined,
        )  # fmt: skip
        return np.asarray(losses).reshape(azimuth.shape)


def sector_pattern(
    *,
    horizontal_beamwidth_deg: float = 65.0,
    vertical_beamwidth_deg: float = 65.0,
    most_loss_db: float = 30.0,
) -> AntennaPattern:
    """Return the sector antenna of 3GPP TR 38.901, Table 7.3-1, with SLA_V = A_max."""
    return AntennaPattern(
        name=f"sector {horizontal_beamwidth_deg:g} x {vertical_beamwidth_deg:g} degrees",
        reference="3GPP TR 38.901 V17.0.0, Table 7.3-1",
        cuts_db=np.stack([_parabola(horizontal_beamwidth_deg), _parabola(vertical_beamwidth_deg)]),
        most_loss_db=most_loss_db,
    )


def omni_pattern() -> AntennaPattern:
    """Return an antenna with the same gain in every direction."""
    return AntennaPattern(
        "omni", "the same in every direction", np.zeros((2, CUT_SIZE)), 0.0, is_omni=True
    )


def file_pattern(
    path: Path, *, shown: str, carrier_mhz: float, key: str = "radio.antenna.file"
) -> AntennaPattern:
    """Return the antenna of an MSI Planet file; :class:`planner.errors.InputError` if invalid.

    Between the cuts by horizontal projection, behind with the back half of the vertical cut, and at
    most the deepest loss of either. A measurement at a frequency far from the carrier gives a
    warning.
    """
    found = read_antenna_file(path, shown=shown, key=key)
    measured = found.frequency_mhz
    if measured and abs(measured / carrier_mhz - 1.0) > _FREQUENCY_TOLERANCE:
        warnings.warn(
            f"{shown}: the antenna was measured at {measured:g} MHz, the carrier is "
            f"{carrier_mhz:g} MHz",
            PlannerWarning,
            stacklevel=3,
        )
    cuts_db = np.stack([found.horizontal_db, found.vertical_db])
    return AntennaPattern(
        name=found.name,
        reference=f"antenna file {shown}, horizontal projection of its cuts",
        cuts_db=cuts_db,
        most_loss_db=float(cuts_db.max()),
        gain_dbi=found.gain_dbi,
        combined=PROJECTION,
    )


def antenna_pattern(
    section: AntennaSection, file: Path | None, *, carrier_mhz: float
) -> AntennaPattern:
    """Return the pattern of a scenario; ``file`` is the path of its antenna file, resolved."""
    if section.pattern == "omni":
        return omni_pattern()
    found = _published_pattern(section, file, carrier_mhz=carrier_mhz)
    weight = section.pattern_weight
    return replace(found, cuts_db=weight * found.cuts_db, most_loss_db=weight * found.most_loss_db)


def _published_pattern(
    section: AntennaSection, file: Path | None, *, carrier_mhz: float
) -> AntennaPattern:
    if section.pattern == "sector" or file is None:
        return sector_pattern(
            horizontal_beamwidth_deg=section.horizontal_beamwidth_deg,
            vertical_beamwidth_deg=section.vertical_beamwidth_deg,
            most_loss_db=section.most_loss_db,
        )
    return file_pattern(file, shown=str(section.file), carrier_mhz=carrier_mhz)


def _parabola(beamwidth_deg: float) -> Floats:
    """Cut of Table 7.3-1 without its limit, which applies to the sum of both cuts."""
    angle = np.arange(CUT_SIZE) * 360.0 / CUT_SIZE
    return np.asarray(12.0 * (np.where(angle > 180.0, angle - 360.0, angle) / beamwidth_deg) ** 2)
