"""Names for the arrays that kernels take and return, by the type of their elements."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Classes = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.uint16]
Zones = npt.NDArray[np.int16]
Numbers = npt.NDArray[np.int32]
"""Numbers of sites or customers, first cells of spans, weights in whole fixed-point units."""
Ints = npt.NDArray[np.int64]
Raster = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Weights = npt.NDArray[np.floating]
"""People, or whatever counts, in single or double precision."""
Values = npt.NDArray[Any]
"""Of several types, each of which a kernel is compiled for."""
