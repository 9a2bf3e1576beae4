"""Classes of cells as a picture in the projection of the web: where they lie, in which colours."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from pyproj import Transformer
from rasterio.io import MemoryFile

from planner.ground.area_class import OUTSIDE
from planner.ground.grid import Grid, fitted_albers
from planner.outputs.map.web_raster import WEB_MERCATOR, web_raster

RED, GREEN = "#ff0000", "#00ff00"


def _classes() -> tuple[np.ndarray, Grid]:
    grid = Grid.around((-60_000, -40_000, 60_000, 40_000), 500.0, fitted_albers(112, 22, 114, 24))
    rows, cols = np.mgrid[: grid.height, : grid.width]
    classes = np.zeros(grid.shape, np.uint8)
    classes[(rows - 60) ** 2 + (cols - 80) ** 2 < 30**2] = 1
    classes[(rows - 110) ** 2 + (cols - 170) ** 2 < 20**2] = 2
    classes[:, :10] = OUTSIDE
    return classes, grid


def _read(png: bytes) -> np.ndarray:
    with MemoryFile(png) as memory, memory.open() as picture:
        return picture.read(1)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("max_side_px", [120, 3000])
def test_classes_lie_where_the_grid_has_them(max_side_px: int) -> None:
    classes, grid = _classes()
    picture = web_raster(classes, grid, {1: RED, 2: GREEN}, max_side_px=max_side_px)
    index = _read(picture.png)
    assert index.shape == (picture.height, picture.width)
    assert max(index.shape) <= max_side_px
    (south, west), (north, east) = picture.bounds
    to_web = Transformer.from_crs(4326, WEB_MERCATOR, always_xy=True)
    (left, right), (bottom, top) = to_web.transform([west, east], [south, north])
    for code in (1, 2):
        rows, cols = np.nonzero(index == code)
        x = left + (cols.mean() + 0.5) * (right - left) / picture.width
        y = top - (rows.mean() + 0.5) * (top - bottom) / picture.height
        found = Transformer.from_crs(WEB_MERCATOR, grid.crs, always_xy=True).transform(x, y)
        true_x, true_y = grid.xy_m(np.flatnonzero(classes == code))
        assert found == pytest.approx((true_x.mean(), true_y.mean()), abs=grid.cell_size_m)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_no_colour_but_those_of_the_classes() -> None:
    classes, grid = _classes()
    picture = web_raster(classes, grid, {1: RED, 2: GREEN}, max_side_px=97)
    with MemoryFile(picture.png) as memory, memory.open() as image:
        assert set(np.unique(image.read(1))) == {0, 1, 2}
        palette = image.colormap(1)
    assert palette[0][3] == 0
    assert palette[1] == (255, 0, 0, 255)
    assert palette[2] == (0, 255, 0, 255)


def test_picture_is_a_data_url() -> None:
    classes, grid = _classes()
    picture = web_raster(classes, grid, {1: RED})
    assert base64.b64decode(picture.url.removeprefix("data:image/png;base64,")) == picture.png
