"""A map that knows measurements as a cloud-optimised GeoTIFF of three bands."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from planner.measurements.measured_map import MeasuredMap
from planner.outputs.tables.cog import cloud_optimised

_BANDS = (
    ("rsrp_dbm", "dBm", "power of the best cell; near samples it follows them"),
    ("spread_db", "dB", "how far a sample may be off: one standard deviation"),
    ("samples", "", "samples measured in the pixel; 0: the power is modelled only"),
)


def write_measured_map(found: MeasuredMap, path: Path) -> None:
    """Write power, spread and number of samples (float32; nodata NaN where no cell reaches)."""
    layers = (found.rsrp_dbm, found.spread_db, found.samples.astype(np.float32))
    with cloud_optimised(
        path, found.grid, count=3, dtype="float32", nodata=np.nan, predictor=3,
        overview_resampling="average",
    ) as raster:  # fmt: skip
        for band, (values, (name, unit, meaning)) in enumerate(zip(layers, _BANDS, strict=True), 1):
            raster.write(values, band)
            raster.set_band_description(band, name)
            raster.set_band_unit(band, unit)
            raster.update_tags(band, MEANING=meaning)
