"""Rasters as they are in practice: scale, units, bands, longitudes, voids, coarse pixels."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import Transformer

from planner.errors import InputError, PlannerWarning
from planner.ground.area import study_area
from planner.ground.demand import demand_on_grid
from planner.ground.grid import LONLAT, Grid, fitted_albers
from planner.ground.ground import Ground
from planner.openers.raster import RasterFile, RasterLayer, bands_around, strips_around
from planner.scenario import load_scenario
from planner.sites.candidates import candidate_sites
from planner.sites.weights import siting_weight
from tests.planner.study import (
    PIXEL,
    SCENARIO,
    people_array,
    rectangle,
    write_geojson,
    write_people,
    write_study,
)


def read_around(file: RasterFile, grid: Grid) -> RasterLayer | None:
    """Read the part of a raster that touches the grid; None if none does."""
    layers = [layer for _, _, layer in bands_around(file, grid)]
    assert len(layers) <= 1
    return layers[0] if layers else None


CRS = fitted_albers(106.0, 26.0, 106.2, 26.2)
GRID = Grid(CRS, Affine(250.0, 0.0, -9_000.0, 0.0, -250.0, 9_000.0), 72, 72)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path)


def people_of(study: Path, *overrides: str) -> float:
    scenario = load_scenario(study, overrides)
    return demand_on_grid(scenario, study_area(scenario, 250.0)).people_total


def raster(
    path: Path, values: np.ndarray, transform: Affine, crs: str, **more: object
) -> RasterFile:
    bands = values if values.ndim == 3 else values[None]
    profile = {
        "driver": "GTiff",
        "height": bands.shape[1],
        "width": bands.shape[2],
        "count": len(bands),
        "dtype": values.dtype.name,
        "crs": crs,
        "transform": transform,
    }
    with rasterio.open(path, "w", **profile | more) as target:
        target.write(bands)
    return RasterFile(path, path.name, "weights.rasters.0.file")


def exact(values: np.ndarray, transform: Affine, crs: str) -> np.ndarray:
    """Every pixel cut by every cell, as polygons with vertices on their edges."""
    to_grid = Transformer.from_crs(crs, GRID.crs, always_xy=True).transform
    size, left, top = GRID.cell_size_m, GRID.transform.c, GRID.transform.f
    cells = [
        shapely.box(left + c * size, top - (r + 1) * size, left + (c + 1) * size, top - r * size)
        for r in range(GRID.height)
        for c in range(GRID.width)
    ]
    tree, total = shapely.STRtree(cells), np.zeros(len(cells))
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            west, north = transform.c + column * transform.a, transform.f + row * transform.e
            ring = shapely.segmentize(
                shapely.box(west, north + transform.e, west + transform.a, north),
                abs(transform.a) / 8,
            )
            pixel = shapely.transform(ring, to_grid, interleaved=False)
            near = tree.query(pixel)
            share = shapely.area(shapely.intersection(np.array(cells)[near], pixel)) / pixel.area
            total[near] += values[row, column] * share
    return total.reshape(GRID.shape)


@pytest.mark.parametrize(
    ("crs", "size", "west", "north"),
    [
        ("EPSG:4326", 1 / 120, 106.05, 26.16),
        ("EPSG:4326", 1 / 1200, 106.09, 26.11),
        ("EPSG:3857", 900.0, 11_806_000.0, 3_015_000.0),
        ("EPSG:32648", 930.0, 604_000.0, 2_895_000.0),
    ],
)
def test_counts_agree_with_an_exact_overlay_by_area(
    tmp_path: Path, crs: str, size: float, west: float, north: float
) -> None:
    values = np.random.default_rng(7).gamma(0.5, 100.0, (12, 10)).astype(np.float32)
    transform = Affine(size, 0.0, west, 0.0, -size, north)
    layer = read_around(raster(tmp_path / "people.tif", values, transform, crs), GRID)
    assert layer is not None
    found = layer.counts_on_grid(GRID)
    expected = exact(values, transform, crs)
    assert expected.sum() > 0.9 * values.sum()
    assert found.sum() == pytest.approx(values.sum(), rel=1e-5)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3 * expected.max())


def test_scale_and_offset_are_applied(study: Path) -> None:
    people = people_array()
    true = people_of(study)
    path = write_people(study.parent / "people.tif", np.round(people * 100).astype(np.uint32))
    with rasterio.open(path, "r+") as target:
        target.scales = (0.01,)
    assert people_of(study) == pytest.approx(true, rel=1e-4)


def test_one_of_several_bands_is_chosen(study: Path) -> None:
    people, true = people_array(), people_of(study)
    write_people(study.parent / "people.tif", np.stack([0 * people, people]))
    with pytest.raises(InputError, match=r"several bands \(found 2\).*population\.band = N"):
        people_of(study)
    assert people_of(study, "population.band=2") == pytest.approx(true)
    with pytest.raises(InputError, match="no such band"):
        people_of(study, "population.band=3")


def test_longitudes_from_0_to_360_are_moved(tmp_path: Path) -> None:
    grid = Grid(
        fitted_albers(-100.1, 26.0, -99.9, 26.2),
        Affine(250.0, 0.0, -9_000.0, 0.0, -250.0, 9_000.0), 72, 72,
    )  # fmt: skip
    values = np.random.default_rng(3).gamma(0.5, 9.0, (20, 20)).astype(np.float32)
    found = []
    for west in (-100.08, 259.92):
        transform = Affine(0.008, 0.0, west, 0.0, -0.008, 26.18)
        layer = read_around(raster(tmp_path / "a.tif", values, transform, "EPSG:4326"), grid)
        assert layer is not None
        found.append(layer.counts_on_grid(grid))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-5, atol=1e-6)
    assert found[0].sum() == pytest.approx(values.sum(), rel=1e-5)


def test_rows_from_south_to_north_are_turned(tmp_path: Path) -> None:
    values = np.random.default_rng(3).gamma(0.5, 9.0, (20, 16)).astype(np.float32)
    up = Affine(0.008, 0.0, 106.02, 0.0, 0.008, 26.02)
    down = Affine(0.008, 0.0, 106.02, 0.0, -0.008, 26.18)
    layers = [
        read_around(raster(tmp_path / "up.tif", values[::-1], up, "EPSG:4326"), GRID),
        read_around(raster(tmp_path / "down.tif", values, down, "EPSG:4326"), GRID),
    ]
    first, second = (layer.counts_on_grid(GRID) for layer in layers if layer is not None)
    np.testing.assert_allclose(first, second, rtol=1e-6)


def test_the_size_of_a_pixel_is_taken_in_metres_whatever_the_unit(tmp_path: Path) -> None:
    """EPSG:2264 counts in US survey feet; its pixels of 328 feet have 100 m on the ground."""
    to_feet = Transformer.from_crs(LONLAT, "EPSG:2264", always_xy=True)
    x, y = to_feet.transform(-80.0, 35.5)
    grid = Grid(
        fitted_albers(-80.1, 35.4, -79.9, 35.6),
        Affine(250.0, 0.0, -9_000.0, 0.0, -250.0, 9_000.0), 72, 72,
    )  # fmt: skip
    values = np.ones((30, 30), np.float32)
    transform = Affine(328.0, 0.0, x, 0.0, -328.0, y)
    layer = read_around(raster(tmp_path / "feet.tif", values, transform, "EPSG:2264"), grid)
    assert layer is not None
    assert layer.pixel_size_m(grid) == pytest.approx(99.97, rel=1e-3)


@pytest.mark.parametrize("fill", [65535.0, 3.4e38])
def test_a_fill_value_that_is_not_declared_is_refused(study: Path, fill: float) -> None:
    people = people_array()
    people[14:16, 20:22] = fill
    if fill == 65535.0:
        people[14:16, 20:22] = 65535.0 * 40  # on 0.28 km²: more than a million per km²
    write_people(study.parent / "people.tif", people)
    with pytest.raises(InputError, match="4 cells inside the area have an impossible number"):
        people_of(study)


@pytest.mark.parametrize(
    ("kind", "fill", "others"),
    [("uint16", 65_535, 60_000), ("int16", 32_767, 30_000), ("float32", 9_999.0, 4_000.0)],
)
def test_a_fill_value_that_could_be_people_is_refused(
    study: Path, kind: str, fill: float, others: float
) -> None:
    """A pixel of 1 km may hold 65,535 people; the largest number of a type it is by no chance."""
    people = np.random.default_rng(1).integers(0, 4_000, (24, 34)).astype(kind)
    people[2:4, 10:12] = others
    transform = Affine(0.01, 0, 112.98, 0, -0.01, 23.2)
    raster(study.parent / "people.tif", people, transform, "EPSG:4326")
    assert people_of(study) > 5e5
    people[6:8, 6:9] = fill
    weight = raster(study.parent / "w.tif", people, transform, "EPSG:4326")
    raster(study.parent / "people.tif", people, transform, "EPSG:4326")
    with pytest.raises(InputError, match="6 cells inside the area hold a value that stands for no"):
        people_of(study)
    write_people(study.parent / "people.tif")
    scenario = load_scenario(study, {"weights.rasters": [{"file": str(weight.path)}]})
    area = study_area(scenario, 500.0)
    ground = Ground(area, demand_on_grid(scenario, area))
    with pytest.raises(InputError, match="6 cells hold a value that stands for no data"):
        siting_weight(scenario.weights, (), ground, scenario.origin)


@pytest.mark.parametrize(
    ("unit", "said"),
    [("people/km2", "density"), ("persons per hectare", "density"), ("inhab. / sq km", "density"),
     ("1/km^2", "density"), ("thousands", "not a count"), ("%", "not a count")],
)  # fmt: skip
def test_a_density_and_a_multiple_are_refused(study: Path, unit: str, said: str) -> None:
    path = write_people(study.parent / "people.tif")
    with rasterio.open(path, "r+") as target:
        target.units = (unit,)
    with pytest.raises(InputError, match=said):
        people_of(study)


@pytest.mark.parametrize("unit", ["people", "people per cell", "persons", "count", "inhabitants"])
def test_a_count_is_read(study: Path, unit: str) -> None:
    true = people_of(study)
    with rasterio.open(study.parent / "people.tif", "r+") as target:
        target.units = (unit,)
    assert people_of(study) == true


def test_a_density_by_its_name_is_suspected(study: Path) -> None:
    path = (study.parent / "people.tif").rename(study.parent / "chn_pd_2020_1km.tif")
    with pytest.warns(PlannerWarning, match="is called a density"):
        people_of(study, f"population.file={path}")
    path = path.rename(study.parent / "people.tif")
    with rasterio.open(path, "r+") as target:
        target.set_band_description(1, "Population density [persons/km2]")
    with pytest.warns(PlannerWarning, match="is called a density"):
        people_of(study)


@pytest.mark.parametrize(
    ("name", "said"),
    [("people per hectare", "a density"), ("人口密度（人/公顷）", "a density"),
     ("log(people)", "a logarithm"), ("people 2020", "")],
)  # fmt: skip
def test_a_band_says_what_it_may_hold_instead(study: Path, name: str, said: str) -> None:
    with rasterio.open(study.parent / "people.tif", "r+") as target:
        target.set_band_description(1, name)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        people_of(study)
    texts = [str(one.message) for one in caught if "is called" in str(one.message)]
    assert len(texts) == bool(said)
    assert all(f"is called {said}" in one for one in texts)


def test_people_cut_off_at_eight_bits_are_suspected(study: Path) -> None:
    """A third of the town's pixels hold 255: they once held more."""
    people = np.minimum(people_array(), 255.0).astype(np.uint8)
    write_people(study.parent / "people.tif", people)
    with pytest.warns(PlannerWarning, match="hold 255, the largest number"):
        people_of(study)


@pytest.mark.parametrize("radius", ["1737400", "4.9e-33"])
def test_a_raster_of_another_globe_is_refused(study: Path, radius: str) -> None:
    path = write_people(study.parent / "people.tif", crs=f"+proj=longlat +R={radius} +no_defs")
    with pytest.raises(InputError, match="not of the Earth"):
        people_of(study, f"population.file={path}")


def test_classes_are_no_people(study: Path) -> None:
    path = write_people(study.parent / "people.tif", (people_array() % 30).astype(np.uint8))
    with rasterio.open(path, "r+") as target:
        target.write_colormap(1, {code: (code, code, code, 255) for code in range(30)})
    with pytest.raises(InputError, match="table of colours"):
        people_of(study)


def test_longitudes_from_0_to_360_meet_an_area_on_both_sides_of_0(tmp_path: Path) -> None:
    text = SCENARIO.replace('zones = "zones.geojson"\n', "")
    study = write_study(tmp_path, text + '\n[[exclusions]]\nfile = "x.tif"\nexclude_values = [3]\n')
    write_geojson(tmp_path / "boundary.geojson", [(rectangle(-0.1, 51.0, 0.1, 51.2), {})])
    values = np.random.default_rng(1).gamma(1.0, 40.0, (40, 3600)).astype(np.float32)
    excluded = np.full(values.shape, 3, np.uint8)
    home, turned = Affine(0.1, 0, -180, 0, -0.1, 53.0), Affine(0.1, 0, 0, 0, -0.1, 53.0)
    seen = []
    for transform, turn in ((home, 0), (turned, 1800)):
        raster(tmp_path / "people.tif", np.roll(values, turn, 1), transform, "EPSG:4326")
        raster(tmp_path / "x.tif", excluded, transform, "EPSG:4326")
        seen.append(people_of(study))
        scenario = load_scenario(study)
        area = study_area(scenario, 500.0)
        with pytest.raises(InputError, match="no cell is left"):
            candidate_sites(scenario, area, demand_on_grid(scenario, area), (800.0,) * 4)
    assert seen[1] == pytest.approx(seen[0], rel=1e-6)


@pytest.mark.parametrize(("kind", "scale"), [("float32", 1.0), ("uint8", 0.1)])
def test_decimals_of_an_exclusion_are_those_of_the_file(
    tmp_path: Path, kind: str, scale: float
) -> None:
    """0.3 in single precision, and 3 times 0.1, are 0.3 of the scenario."""
    more = (
        '\n[[exclusions]]\nfile = "x.tif"\nexclude_values = [0.3]\nexclude_ranges = [[0.6, 0.7]]\n'
    )
    study = write_study(tmp_path, SCENARIO + more)
    values = np.full((40, 60), 0.1 / scale)
    values[:15], values[25:] = 0.3 / scale, 0.7 / scale
    file = raster(tmp_path / "x.tif", values.round(1).astype(kind),
                  Affine(PIXEL, 0, 112.98, 0, -PIXEL, 23.18), "EPSG:4326")  # fmt: skip
    with rasterio.open(file.path, "r+") as target:
        target.scales = (scale,)
    scenario = load_scenario(study)
    area = study_area(scenario, 500.0)
    found = candidate_sites(scenario, area, demand_on_grid(scenario, area), (800.0,) * 4)
    share = found.allowed.sum() / area.land_cells
    assert share == pytest.approx(10 / 32, abs=0.04)


def test_a_file_of_several_rasters_lists_them(study: Path) -> None:
    values = np.ones((40, 60), np.uint8)
    for number, name in enumerate(("people", "jobs")):
        more = {"APPEND_SUBDATASET": "YES"} if number else {}
        transform = Affine(PIXEL, 0, 113.0, 0, -PIXEL, 23.2)
        raster(
            study.parent / "two.gpkg", values, transform, "EPSG:4326", driver="GPKG",
            RASTER_TABLE=name, **more,
        )  # fmt: skip
    with pytest.raises(InputError, match=r"several rasters \(found .*people.*jobs"):
        people_of(study, f"population.file={study.parent / 'two.gpkg'}")


def hills(tmp_path: Path, void: bool = False, unit: str = "") -> RasterFile:
    values = np.full((400, 400), 500, np.int16)
    if void:
        values[100, 100:103] = -32768
    transform = Affine(0.0005, 0.0, 106.0, 0.0, -0.0005, 26.2)
    file = raster(tmp_path / "hills.tif", values, transform, "EPSG:4326")
    if unit:
        with rasterio.open(file.path, "r+") as target:
            target.units = (unit,)
    return file


TERRAIN = '\n[terrain]\ntiles = [{ file = "hills.tif" }]\n'


def terrain_of(tmp_path: Path):
    from planner.ground.terrain import terrain_on_grid
    from tests.planner.study import SCENARIO, rectangle, write_geojson

    write_study(tmp_path, SCENARIO.replace('zones = "zones.geojson"\n', "") + TERRAIN)
    write_geojson(tmp_path / "boundary.geojson", [(rectangle(106.05, 26.05, 106.15, 26.15), {})])
    scenario = load_scenario(tmp_path / "small.toml")
    return terrain_on_grid(scenario, study_area(scenario, 250.0))


def test_a_void_within_one_cell_is_found_pixel_by_pixel(tmp_path: Path) -> None:
    hills(tmp_path, void=True)
    with pytest.raises(InputError, match=r"3 cells have impossible heights.*-32768.*nodata"):
        terrain_of(tmp_path)


def test_heights_in_feet_are_converted_with_a_warning(tmp_path: Path) -> None:
    hills(tmp_path, unit="ft")
    with pytest.warns(PlannerWarning, match="heights in ft are converted to metres"):
        terrain = terrain_of(tmp_path)
    assert terrain is not None
    assert float(np.median(terrain.height_m[terrain.known])) == pytest.approx(152.4, rel=1e-3)
    assert math.isfinite(float(terrain.height_m.sum()))


def test_an_unknown_unit_of_heights_is_refused(tmp_path: Path) -> None:
    hills(tmp_path, unit="fathoms")
    with pytest.raises(InputError, match=r"unknown unit.*fathoms"):
        terrain_of(tmp_path)


@pytest.mark.parametrize("up", [False, True])
def test_a_raster_that_is_read_in_parts_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, up: bool
) -> None:
    study = write_study(tmp_path)
    people = people_array()
    if up:
        top = 23.16 + 2 * PIXEL
        bottom = top - len(people) * PIXEL
        south_up = Affine(PIXEL, 0, 113.0 - 2 * PIXEL, 0, PIXEL, bottom)
        write_people(tmp_path / "people.tif", people[::-1], transform=south_up, blockysize=1)
    else:
        write_people(tmp_path / "people.tif", people, blockysize=1)
    scenario = load_scenario(study)
    area = study_area(scenario, 200.0)
    whole = demand_on_grid(scenario, area)
    file = RasterFile(tmp_path / "people.tif", "people.tif", "weights.rasters.0.file")
    heights = read_around(file, area.grid)
    assert heights is not None
    at_once = heights.heights_on_grid(area.grid)
    monkeypatch.setattr("planner.openers.raster.MOST_PIXELS", 300)
    parts = demand_on_grid(scenario, area)
    np.testing.assert_allclose(parts.people, whole.people, rtol=1e-4, atol=1e-2)
    np.testing.assert_allclose(parts.zone_people, whole.zone_people, rtol=1e-9)
    found = np.full(area.grid.shape, np.nan, np.float32)
    bands = list(bands_around(file, area.grid))
    assert len(bands) > 3
    for rows, part, layer in bands:
        found[rows] = layer.heights_on_grid(part)
    np.testing.assert_allclose(found, at_once, rtol=1e-4, atol=0.5)
    assert len(list(strips_around(file, area.grid))) > 3


def test_a_raster_in_one_huge_block_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = write_study(tmp_path)
    monkeypatch.setattr("planner.openers.raster.MOST_PIXELS", 10)
    with pytest.raises(InputError, match="blocks too large"):
        people_of(study)
