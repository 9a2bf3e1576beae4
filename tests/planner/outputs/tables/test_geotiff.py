"""Coverage as a cloud-optimised GeoTIFF, read back."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp, Resampling

from planner.outputs.tables.geotiff import COVERAGE, coverage_codes, write_coverage
from planner.plan import Plan
from planner.results.coverage import Coverage
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


def test_codes_say_who_is_served_since_when(synthetic_plan: Plan, saved: Path) -> None:
    with rasterio.open(saved / "coverage.tif") as raster:
        codes = raster.read(1)
        assert raster.count == 1
        assert raster.nodata == 255
        assert raster.transform == synthetic_plan.area.grid.transform
        assert raster.crs == rasterio.CRS.from_wkt(synthetic_plan.area.grid.crs.to_wkt())
        assert raster.crs.to_wkt().startswith('PROJCS["Albers equal area, fitted')
    phase, people = synthetic_plan.coverage.phase, synthetic_plan.demand.people
    assert np.array_equal(codes == 255, phase == 255)
    assert np.array_equal((codes >= 1) & (codes <= 4), phase == 1)
    assert np.array_equal((codes >= 5) & (codes <= 8), phase == 2)
    assert np.array_equal(codes == 9, (phase == 0) & (people <= 0))
    served = (phase == 1) | (phase == 2)
    assert np.array_equal((codes[served] - 1) % 4, synthetic_plan.demand.area_class[served])


def test_colours_and_names_are_in_the_raster(saved: Path) -> None:
    with rasterio.open(saved / "coverage.tif") as raster:
        assert raster.colorinterp == (ColorInterp.palette,)
        table = raster.colormap(1)
        assert raster.tags()["SCENARIO"] == "synthetic-bay"
        tags = raster.tags(1)
    for code, (meaning, colour) in COVERAGE.items():
        assert tags[f"CODE_{code}"] == meaning
        assert bytes(table[code][:3]).hex() == colour.removeprefix("#")
    names = ET.parse(saved / "coverage.tif.aux.xml").getroot().iter("Category")
    assert [one.text for one in names] == [meaning for meaning, _ in COVERAGE.values()]
    entries = ET.parse(saved / "coverage.qml").getroot().iter("paletteEntry")
    assert [one.get("label") for one in entries] == [meaning for meaning, _ in COVERAGE.values()]


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
            1, out_shape=(raster.height // 4, raster.width // 4), resampling=Resampling.nearest
        )
    assert set(np.unique(small)) <= set(np.unique(coverage_codes(plan)))


def test_nobody_covered(synthetic_plan: Plan, tmp_path: Path) -> None:
    nothing = np.where(synthetic_plan.coverage.phase == 255, 255, 0).astype(np.uint8)
    coverage = Coverage(nothing, nothing, nothing.astype(np.float32))
    write_coverage(replace(synthetic_plan, coverage=coverage), tmp_path / "c.tif")
    with rasterio.open(tmp_path / "c.tif") as raster:
        assert set(np.unique(raster.read())) <= {0, 9, 255}
