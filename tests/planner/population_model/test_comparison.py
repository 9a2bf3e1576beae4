from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from planner.population_model.comparison import misplaced_share, summed_to_grid


def write(path: Path, values: np.ndarray, transform: Affine) -> Path:
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=values.shape[0],
        width=values.shape[1],
        count=1,
        dtype="float64",
        crs="EPSG:4326",
        transform=transform,
        nodata=-1,
    ) as target:
        target.write(values, 1)
    return path


FINE = Affine(0.5, 0, 10, 0, -0.5, 22)
COARSE = Affine(1, 0, 10, 0, -1, 22)
AREA = shapely.box(10, 20, 12, 22)


def compare(tmp_path: Path, fine: np.ndarray, coarse: np.ndarray):
    return misplaced_share(
        write(tmp_path / "fine.tif", fine, FINE),
        write(tmp_path / "coarse.tif", coarse, COARSE),
        AREA,
    )


def test_nobody_misplaced(tmp_path: Path) -> None:
    coarse = np.array([[4.0, 8.0], [12.0, 0.0]])
    found = compare(tmp_path, np.kron(coarse / 4, np.ones((2, 2))), coarse)
    assert (found.as_counted, found.scaled) == (0, 0)


def test_everybody_misplaced(tmp_path: Path) -> None:
    coarse = np.array([[10.0, 0.0], [0.0, 0.0]])
    fine = np.zeros((4, 4))
    fine[3, 3] = 10
    found = compare(tmp_path, fine, coarse)
    assert (found.as_counted, found.scaled) == (1, 1)


def test_totals_count_only_unscaled(tmp_path: Path) -> None:
    coarse = np.full((2, 2), 4.0)
    found = compare(tmp_path, np.full((4, 4), 2.0), coarse)
    assert found.as_counted == pytest.approx(0.5)
    assert found.scaled == pytest.approx(0)


def test_nodata_of_the_reference_is_nobody(tmp_path: Path) -> None:
    coarse = np.array([[10.0, -1.0], [0.0, 0.0]])
    fine = np.zeros((4, 4))
    fine[0, 0] = 10
    assert compare(tmp_path, fine, coarse).as_counted == 0


@given(st.floats(-0.9, 0.9), st.floats(-0.9, 0.9))
def test_people_are_conserved_on_a_shifted_grid(east: float, south: float) -> None:
    people = np.arange(20.0).reshape(4, 5)
    target = Affine(1, 0, 9 + east, 0, -1, 23 + south)
    summed = summed_to_grid(people, FINE, target, (6, 6))
    assert summed.sum() == pytest.approx(people.sum())


def test_cell_on_a_border_is_parted_by_area() -> None:
    target = Affine(1, 0, 9.25, 0, -1, 22)
    summed = summed_to_grid(np.array([[8.0]]), Affine(1, 0, 10, 0, -1, 22), target, (1, 3))
    np.testing.assert_allclose(summed, [[2.0, 6.0, 0.0]])
