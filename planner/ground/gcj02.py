"""Positions in GCJ-02, the shifted datum of Chinese web maps, converted back to WGS 84.

The shift is the approximation in wide use: smooth, 300 to 700 m in China. It is good to a few
metres, which is enough to recognise such positions.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_SEMI_MAJOR_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323


def wgs84_of_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return longitude and latitude (WGS 84, degrees) of positions in GCJ-02.

    Examples
    --------
    >>> import numpy as np
    >>> lon, lat = wgs84_of_gcj02(np.array([106.7]), np.array([26.6]))
    >>> bool(0.001 < 106.7 - lon[0] < 0.01)
    True
    """
    east, north = _shift(lon, lat)
    east, north = _shift(lon - east, lat - north)
    return lon - east, lat - north


def _shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return by how many degrees GCJ-02 lies east and north of WGS 84."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * root
    north_m += 2.0 / 3.0 * (common + _waves(y, (20.0, 40.0), (160.0, 320.0)))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * root
    east_m += 2.0 / 3.0 * (common + _waves(x, (20.0, 40.0), (150.0, 300.0)))
    radians = np.radians(lat)
    flattened = 1.0 - _ECCENTRICITY_SQUARED * np.sin(radians) ** 2
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / flattened**1.5
    parallel_m = _SEMI_MAJOR_M / np.sqrt(flattened) * np.cos(radians)
    return np.degrees(east_m / parallel_m), np.degrees(north_m / meridian_m)


def _waves(angle: Floats, quick: tuple[float, float], slow: tuple[float, float]) -> Floats:
    """Return the four sine waves of one direction, in degrees of 2, 6, 24 and 60."""
    total = quick[0] * np.sin(np.pi * angle) + quick[1] * np.sin(np.pi * angle / 3.0)
    return total + slow[0] * np.sin(np.pi * angle / 12.0) + slow[1] * np.sin(np.pi * angle / 30.0)
