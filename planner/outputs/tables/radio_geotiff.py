"""Radio maps as cloud-optimised GeoTIFF, the classes of each in its metadata."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from rasterio.io import DatasetWriter

from planner.outputs.tables.cog import cloud_optimised
from planner.outputs.tables.qgis_styles import raster_ramp_qml
from planner.radio.radio_map_layers import Layer

if TYPE_CHECKING:
    from planner.radio.radio_map import RadioMaps

NO_VALUE = -32768
NO_SERVER, OUTSIDE_SERVER = -1, -2


def write_layer(maps: RadioMaps, layer: Layer, path: Path) -> None:
    """Write one layer (int16, times the scale in the band's metadata; nodata -32768).

    Cells without any signal and cells outside the area have no value. Overviews are averages.
    """
    values = maps.values[layer.key]
    # A lead without a second server is infinite; the largest number that fits represents it.
    steps = np.clip(np.round(values / np.float32(layer.step)), NO_VALUE + 1, -NO_VALUE - 1)
    raster = np.where(np.isnan(values), NO_VALUE, steps).astype(np.int16)
    tags = {"UNITS": layer.unit, "LONG_NAME": layer.name_en, "MEANING": layer.meaning_en}
    lower: tuple[Any, ...] = ("-inf", *layer.edges)
    for code, label in enumerate(layer.labels):
        tags[f"CLASS_{code}"] = label
        tags[f"CLASS_{code}_FROM"] = str(lower[code])
        tags[f"CLASS_{code}_COLOUR"] = layer.colours[code]
    _write(path, raster, maps, nodata=NO_VALUE, resampling="average", band=(layer, tags))


def write_best_server(maps: RadioMaps, path: Path) -> None:
    """Write the sector number of the best server (int32): -1 for none, nodata -2 outside."""
    raster = np.where(maps.inside, maps.best_server, np.int32(OUTSIDE_SERVER))
    tags = {"MEANING": "row of sectors.csv, column sector; -1 where no sector reaches"}
    _write(path, raster, maps, nodata=OUTSIDE_SERVER, resampling="nearest", band=(None, tags))


def layer_style(layer: Layer) -> str:
    """Return the style that QGIS takes for the raster of a layer, in QML."""
    return raster_ramp_qml(layer.edges, list(layer.colours.values()), layer.labels)


def _write(
    path: Path,
    values: npt.NDArray[Any],
    maps: RadioMaps,
    *,
    nodata: int,
    resampling: str,
    band: tuple[Layer | None, dict[str, str]],
) -> None:
    layer, tags = band
    with cloud_optimised(
        path,
        maps.grid,
        count=1,
        dtype=values.dtype.name,
        nodata=nodata,
        predictor=2,
        overview_resampling=resampling,
    ) as raster:
        raster.write(values, 1)
        _describe(raster, maps, layer, tags)


def _describe(
    raster: DatasetWriter, maps: RadioMaps, layer: Layer | None, tags: dict[str, str]
) -> None:
    raster.update_tags(
        TITLE=f"Radio map: {maps.summary['title']}",
        SCENARIO=maps.summary["scenario"],
        RADIO_TIER=maps.summary["radio_tier"],
        TERRAIN=maps.summary["terrain_note"],
        PLACE=maps.summary["place"],
        REACH_M=str(maps.summary["reach_m"]),
    )
    raster.update_tags(1, **tags)
    raster.set_band_description(1, layer.key if layer else "best_server")
    if layer:
        raster.scales = (layer.step,)
        raster.set_band_unit(1, layer.unit)
