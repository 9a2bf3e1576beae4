"""Links of samples: what is known of each beside its distance, and the groups that it is in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

NO_CODE = -1
"""Code of land cover where none is known."""

BLANKS = {"pattern_db": 0.0, "carrier_mhz": 1.0, "cover": NO_CODE, "terrain_db": 0.0}
"""Details by which something is fitted, and the value of all links by which nothing is."""

SAME_CARRIER = 1.08
"""Carriers whose frequencies differ by less than this factor are one band."""


@dataclass(frozen=True)
class LinkDetails:
    """What else is known of each sample's link; arrays of one length.

    ``pattern_db``: loss of the antenna's pattern; ``censored``: at the receiver's floor, so that
    the loss is at least the excess; ``site``: number of the site of its cell; ``carrier_mhz``: of
    the cell; ``cover``: code of the land cover at the place, :data:`NO_CODE` without;
    ``terrain_db``: loss by terrain beyond that of flat land.
    """

    pattern_db: Floats
    censored: npt.NDArray[np.bool_]
    site: Integers
    carrier_mhz: Floats
    cover: Integers
    terrain_db: Floats

    @classmethod
    def plain(cls, cell: Integers, *, pattern_db: Floats | None = None) -> LinkDetails:
        """Return links of which nothing else is known: one carrier, a site for each cell."""
        none = np.zeros(len(cell))
        return cls(
            none if pattern_db is None else pattern_db, np.zeros(len(cell), bool), cell, none + 1.0,
            np.full(len(cell), NO_CODE), none,
        )  # fmt: skip

    def holding(self, names: Collection[str]) -> LinkDetails:
        """Return the links without what is not to be fitted: names of :data:`BLANKS`."""
        return replace(
            self, **{name: np.full_like(getattr(self, name), BLANKS[name]) for name in names}
        )

    def take(self, which: npt.NDArray[np.integer | np.bool_]) -> LinkDetails:
        """Return some of the links."""
        return replace(self, **{name: value[which] for name, value in vars(self).items()})


def carrier_groups(carrier_mhz: Floats) -> tuple[tuple[int, ...], Integers]:
    """Return the carriers (MHz) as groups of near ones, and which of them each link has.

    Examples
    --------
    >>> import numpy as np
    >>> from planner.measurements.links import carrier_groups
    >>> names, row = carrier_groups(np.array([2585.0, 2615.0, 763.0, 2585.0]))
    >>> names, row.tolist()
    ((763, 2585), [1, 1, 0, 1])
    """
    every, at = np.unique(carrier_mhz, return_inverse=True)
    first = every[0]
    group = np.zeros(len(every), np.int64)
    for k in range(1, len(every)):
        starts = every[k] > SAME_CARRIER * first
        first = every[k] if starts else first
        group[k] = group[k - 1] + starts
    row = group[at.ravel()]
    names = [round(float(np.median(carrier_mhz[row == k]))) for k in range(int(group[-1]) + 1)]
    return tuple(names), row
