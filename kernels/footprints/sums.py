"""The two products over footprints that a bound needs, and what it asks of them besides."""

from __future__ import annotations

from kernels.footprints.disc_sums import DiscSums
from kernels.footprints.span_sums import SpanSums

Sums = DiscSums | SpanSums
"""Discs, on a raster on which every cell may be a candidate, or the spans of listed candidates."""
