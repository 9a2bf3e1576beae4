"""Tables of the fast sweeps: a quantity over squared distance, and over direction.

Both are piecewise linear, so that a sweep needs neither logarithm nor angle. The segments over
squared distance are the floating-point numbers with the same leading bits: 32 to each factor of
two, found from the bits themselves. A power law of exponent 4 is then at most 0.004 dB off.

Looking values up is most of the work of a sweep. So both numbers of a segment stand side by side
and are read at once, as one of :func:`words`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_inner

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Longs = npt.NDArray[np.int64]

MANTISSA_SHIFT = 18
"""Bits of a float32 that are dropped to get its segment: 23 of the mantissa less 5 kept."""

ANGLE_SEGMENTS = 1024
"""Segments of a full circle."""

SINE_SEGMENTS = 2048
"""Segments from straight up to straight down, of equal steps of the sine."""


@compiled
def squared_segment(squared_m2: float) -> int:
    """Segment of a squared distance (m², positive), counted from that of zero."""
    return int(np.float32(squared_m2).view(np.int32) >> MANTISSA_SHIFT)


def squared_nodes_m2(least_m: float, most_m: float) -> Floats:
    """Return the ends of the segments that hold every distance from least to most (float64)."""
    first = squared_segment(least_m**2)
    last = squared_segment(most_m**2) + 1
    bits = np.arange(first, last + 2, dtype=np.int32) << MANTISSA_SHIFT
    return bits.view(np.float32).astype(np.float64)


def angle_nodes_deg(segments: int = ANGLE_SEGMENTS) -> Floats:
    """Return the azimuths of the ends of the segments over direction (segments + 1).

    A direction with the components u forwards and v to the right is measured by
    ``1 - u / (|u| + |v|)`` to the right and ``3 + u / (|u| + |v|)`` to the left: from 0 in front
    by 2 behind to 4, without an arcus tangent.
    """
    turn = np.linspace(0.0, 4.0, segments + 1)
    forwards = np.where(turn <= 2.0, 1.0 - turn, turn - 3.0)
    sideways = np.where(turn <= 2.0, 1.0, -1.0) * (1.0 - np.abs(forwards))
    return np.degrees(np.arctan2(sideways, forwards))


def lines(nodes: Floats, values: Floats) -> Singles:
    """Return value at zero and slope of each segment, float32 (number of segments, 2).

    ``values`` (float64) are those at ``nodes`` (float64, ascending, same shape).
    """
    slope = np.diff(values) / np.diff(nodes)
    return np.stack([values[:-1] - slope * nodes[:-1], slope], axis=1).astype(np.float32)


def angle_lines(values: Floats) -> Singles:
    """Return the lines of ``values`` at :func:`angle_nodes_deg`, with one more for a full turn."""
    made = lines(np.linspace(0.0, 4.0, ANGLE_SEGMENTS + 1), values)
    return np.concatenate([made, made[-1:]])


def sine_nodes_deg(segments: int = SINE_SEGMENTS) -> Floats:
    """Return the depressions of the ends of the segments over 1 + sine (segments + 1)."""
    return np.degrees(np.arcsin(np.linspace(-1.0, 1.0, segments + 1)))


def sine_lines(values: Floats) -> Singles:
    """Return the lines of ``values`` at :func:`sine_nodes_deg`, with one more straight down."""
    made = lines(np.linspace(0.0, 2.0, SINE_SEGMENTS + 1), values)
    return np.concatenate([made, made[-1:]])


@compiled
def words(made: Singles) -> Longs:
    """The lines of some tables, float32 (..., 2), as one word each: int64, in one dimension."""
    return made.reshape(-1).view(np.int64)


@compiled_inner
def line_at(word: np.int64, at: np.float32) -> np.float32:
    """Value of a line, given as one of :func:`words`, at a place (float32)."""
    zero, slope = np.int32(word).view(np.float32), np.int32(word >> np.int64(32)).view(np.float32)
    return np.float32(zero + slope * at)
