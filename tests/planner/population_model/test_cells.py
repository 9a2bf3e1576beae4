import geopandas as gpd
import numpy as np
import shapely

from planner.population_model.cells import CELLS_PER_DEGREE, cells_of

SIZE = 1 / CELLS_PER_DEGREE


def counties(*boxes: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """Boxes in cells from 113 E, 23 N."""
    geometry = [
        shapely.box(*(np.array(box) * SIZE + np.array([113, 23, 113, 23]))) for box in boxes
    ]
    return gpd.GeoDataFrame(geometry=geometry, crs="EPSG:4326")


def test_only_whole_cells_count() -> None:
    cells = cells_of(counties((0.5, 0, 3, 2)))
    assert len(cells.index) == 4
    lon, lat = cells.lonlat()
    assert lon.min() > 113 + SIZE
    assert lat.max() < 23 + 2 * SIZE


def test_shared_cell_is_parted_by_area() -> None:
    cells = cells_of(counties((0, 0, 1.25, 1), (1.25, 0, 3, 1)))
    np.testing.assert_allclose(cells.share.toarray(), [[1, 0.25, 0], [0, 0.75, 1]], atol=1e-6)


def test_shares_of_a_cell_add_up() -> None:
    cells = cells_of(counties((0, 0, 1.3, 1.7), (1.3, 0, 4, 1.7), (0, 1.7, 4, 3)))
    np.testing.assert_allclose(cells.share.sum(axis=0), 1)


def test_raster_lies_where_the_cells_are() -> None:
    cells = cells_of(counties((0, 0, 3, 2)))
    raster = cells.raster(np.arange(1, 7))
    lon, lat = cells.lonlat()
    column = np.floor((lon - cells.transform.c) / cells.transform.a).astype(int)
    row = np.floor((lat - cells.transform.f) / cells.transform.e).astype(int)
    assert raster[row, column].tolist() == [1, 2, 3, 4, 5, 6]
    assert raster.sum() == 21
