"""Coverage as a cloud-optimised GeoTIFF, read back."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.enums import Resampling

from planner.outputs.tables.geotiff import PHASE, SERVED_CLASS, write_coverage
from planner.plan import Coverage, Plan
from tests.planner.outputs.synthetic import make_plan


def directories(path: Path) -> list[tuple[int, int, int]]:
    """Offset, width and first tile's offset of each image directory of a TIFF, in file order."""
    content = path.read_bytes()
    assert content[:4] == b"II*\0", "little-endian classic TIFF"
    found, at = [], struct.unpack_from("<I", content, 4)[0]
    while at:
        (count,) = struct.unpack_from("<H", content, at)
        width = tiles = 0
        for entry in range(count):
            tag, _, number, value = struct.unpack_from("<HHII", content, at + 2 + 12 * entry)
            if tag == 256:
                width = value & 0xFFFF
            if tag == 324:
                tiles = value if number == 1 else struct.unpack_from("<I", content, value)[0]
        found.append((at, width, tiles))
        (at,) = struct.unpack_from("<I", content, at + 2 + 12 * count)
    return found


@pytest.fixture(scope="module")
def fine(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Path]:
    """A raster with more than one tile and several overviews."""
    plan = make_plan(cell_size_m=100.0, baseline=4, new=8)
    path = tmp_path_factory.mktemp("coverage") / "coverage.tif"
    write_coverage(plan, path)
    return plan, path


def test_codes_come_back_as_they_were(synthetic_plan: Plan, saved: Path) -> None:
    with rasterio.open(saved / "coverage.tif") as raster:
        assert np.array_equal(raster.read(1), synthetic_plan.coverage.served_class)
        assert np.array_equal(raster.read(2), synthetic_plan.coverage.phase)
        assert raster.dtypes == ("uint8", "uint8")
        assert raster.nodata == 255
        assert raster.transform == synthetic_plan.area.grid.transform
        assert raster.crs == rasterio.CRS.from_wkt(synthetic_plan.area.grid.crs.to_wkt())


def test_bands_say_what_they_are(saved: Path) -> None:
    with rasterio.open(saved / "coverage.tif") as raster:
        assert raster.descriptions == ("served_class", "phase")
        assert raster.tags()["SCENARIO"] == "synthetic-bay"
        for band, meanings in ((1, SERVED_CLASS), (2, PHASE)):
            tags = raster.tags(band)
            assert all(tags[f"CODE_{code}"] == text for code, text in meanings.items())


def test_it_is_cloud_optimised(fine: tuple[Plan, Path]) -> None:
    _, path = fine
    with rasterio.open(path) as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.profile["tiled"]
        assert raster.overviews(1)
    found = directories(path)
    widths = [width for _, width, _ in found]
    assert widths == sorted(widths, reverse=True)
    assert len(widths) == len(set(widths)) > 1
    # All directories at the front, from the full picture down; tiles from the smallest up.
    offsets = [at for at, _, _ in found]
    tiles = [tile for _, _, tile in found]
    assert offsets == sorted(offsets)
    assert max(offsets) < min(tiles)
    assert tiles == sorted(tiles, reverse=True)


def test_overviews_hold_codes_only(fine: tuple[Plan, Path]) -> None:
    plan, path = fine
    with rasterio.open(path) as raster:
        small = raster.read(
            2, out_shape=(raster.height // 4, raster.width // 4), resampling=Resampling.nearest
        )
    assert set(np.unique(small)) <= set(np.unique(plan.coverage.phase))


def test_nobody_covered(synthetic_plan: Plan, tmp_path: Path) -> None:
    nothing = np.where(synthetic_plan.coverage.phase == 255, 255, 0).astype(np.uint8)
    write_coverage(replace(synthetic_plan, coverage=Coverage(nothing, nothing)), tmp_path / "c.tif")
    with rasterio.open(tmp_path / "c.tif") as raster:
        assert set(np.unique(raster.read())) == {0, 255}
