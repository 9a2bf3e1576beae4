"""A raster of which most cells are 0, kept in little memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class SparseRaster:
    """Values (uint16) of the cells of a raster of ``shape`` that are not 0, row by row.

    ``bits`` (uint8): eight cells each, 1 where a value is.
    """

    shape: tuple[int, int]
    bits: npt.NDArray[np.uint8]
    values: npt.NDArray[np.uint16]

    @classmethod
    def of(cls, raster: npt.NDArray[np.uint16]) -> SparseRaster:
        """Keep a raster.

        Examples
        --------
        >>> import numpy as np
        >>> raster = np.array([[0, 7], [9, 0]], np.uint16)
        >>> bool((SparseRaster.of(raster).whole() == raster).all())
        True
        """
        held = raster != 0
        return cls((raster.shape[0], raster.shape[1]), np.packbits(held), raster[held])

    def whole(self) -> npt.NDArray[np.uint16]:
        """Return the raster."""
        raster = np.zeros(self.shape, np.uint16)
        held = np.unpackbits(self.bits, count=raster.size).view(np.bool_)
        raster.reshape(-1)[held] = self.values
        return raster
