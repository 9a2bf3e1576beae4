"""Measured samples and the cells that they were received from, in metres of one projection."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

CLUTTER_CLASSES = 20
"""Number of clutter classes; they count from 1."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class MeasuredCells:
    """Cells: sectors of a network with their antennas; arrays of one length.

    ``x_m``, ``y_m``: position in the projection of the samples. ``height_m``: antenna over ground.
    Azimuth clockwise from north, NaN without a direction; tilts downwards, degrees.
    ``power_dbm``: power of a reference signal's resource element, with the greatest gain if that is
    known. ``ground_m``: ground over the sea; ``building_m``: the building that it stands on.
    ``clutter``: index of a class, 0 unknown.
    """

    name: npt.NDArray[np.str_]
    x_m: Floats
    y_m: Floats
    height_m: Floats
    azimuth_deg: Floats
    electrical_tilt_deg: Floats
    mechanical_tilt_deg: Floats
    carrier_mhz: Floats
    power_dbm: Floats
    ground_m: Floats
    building_m: Floats
    clutter: Integers

    def __len__(self) -> int:
        return len(self.x_m)

    def take(self, which: npt.NDArray[np.integer | np.bool_]) -> MeasuredCells:
        """Return some of the cells."""
        return replace(self, **{one.name: getattr(self, one.name)[which] for one in fields(self)})


@dataclass(frozen=True)
class Samples:
    """Samples: arrays of one length; ``cell`` is the row of the cells that served.

    ``rsrp_dbm``: reference-signal received power. ``censored``: the receiver reported its floor, so
    the power is at most that. ``indoor``: likely or said to be inside.
    """

    cell: Integers
    x_m: Floats
    y_m: Floats
    rsrp_dbm: Floats
    ground_m: Floats
    building_m: Floats
    clutter: Integers
    censored: npt.NDArray[np.bool_]
    indoor: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.x_m)

    def take(self, which: npt.NDArray[np.integer | np.bool_]) -> Samples:
        """Return some of the samples."""
        return replace(self, **{one.name: getattr(self, one.name)[which] for one in fields(self)})
