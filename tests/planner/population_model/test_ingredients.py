from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from planner.data import embedded_folder
from planner.population_model.ingredients import (
    CLASSES,
    DAYLIGHT,
    INGREDIENTS,
    LAND_COVER,
    LIGHTS,
    RELIEF,
    crop_ingredients,
    read_grey,
    read_of_class,
)


def grey(name: str, *places: tuple[float, float]) -> list[float]:
    lon, lat = np.array(places).T
    return read_grey(embedded_folder() / name, lon, lat).tolist()


@pytest.mark.parametrize("name", INGREDIENTS)
def test_ingredient_spans_the_five_provinces(name: str) -> None:
    assert np.isfinite(grey(name, (97.1, 20.1), (120.9, 42.9))).all()


def test_relief_grows_with_elevation() -> None:
    plain, guiyang, kunming, lhasa_side = grey(
        RELIEF, (115.5, 38.0), (106.7, 26.6), (102.7, 25.0), (98.5, 31.0)
    )
    assert plain < guiyang < kunming < lhasa_side


def test_cities_are_light_and_mountains_dark() -> None:
    guangzhou, nanling = grey(LIGHTS, (113.3, 23.13), (113.0, 24.9))
    assert guangzhou > 150 > 60 > nanling


def test_fields_are_brighter_than_woods() -> None:
    hebei_plain, wuyi = grey(DAYLIGHT, (115.5, 37.8), (117.7, 27.7))
    assert hebei_plain > wuyi


def test_land_cover_knows_forest_fields_and_water() -> None:
    lon, lat = np.array([(117.7, 27.7), (115.5, 37.8), (113.3, 23.13), (114.0, 21.0)]).T
    one = np.eye(CLASSES)
    forest = sum(one[1:6])
    shares = [
        read_of_class(embedded_folder() / LAND_COVER, value, lon, lat)
        for value in (forest + one[8], one[12], one[13], one[0])
    ]
    np.testing.assert_allclose(np.diag(shares), 1.0, atol=0.01)


def test_crop_keeps_places_where_they_are(tmp_path: Path) -> None:
    marble, basemap = tmp_path / "marble", tmp_path / "basemap"
    # One pixel a degree; the red channel counts longitude, green and blue are latitude.
    lon, lat = np.meshgrid(np.arange(360) - 180, 90 - np.arange(180))
    image = np.dstack([np.abs(lon), lat + 90, lat + 90]).astype(np.uint8)
    tile = np.full((2, 2), 7, dtype=np.uint8)
    (marble / "maps/earth/citylights").mkdir(parents=True)
    basemap.mkdir()
    # PNG inside: losses of JPEG would blur the check.
    for path, pixels in (
        (marble / "maps/earth/citylights/citylights.jpg", image),
        (basemap / "bmng.jpg", image),
    ):
        Image.fromarray(pixels).save(path, format="PNG")
    for row in range(8):
        folder = marble / f"maps/earth/srtm/3/{row:06d}"
        folder.mkdir(parents=True)
        for column in range(16):
            Image.fromarray(tile).save(folder / f"{row:06d}_{column:06d}.jpg", format="PNG")
    classes = (np.arange(360) % CLASSES).astype(np.uint8)
    Image.fromarray(np.tile(classes, (180, 1))).save(tmp_path / "cover.png")
    crop_ingredients(marble, basemap, tmp_path / "cover.png", tmp_path)
    # The centre of the pixel that starts at 113 E, 23 N (and ends a degree further south).
    there = np.array([113.5]), np.array([22.5])
    assert read_grey(tmp_path / LIGHTS, *there)[0] == pytest.approx(113)
    assert read_grey(tmp_path / DAYLIGHT, *there)[0] == pytest.approx((113 + 2 * 113) / 3)
    assert read_grey(tmp_path / RELIEF, *there)[0] == pytest.approx(7)
    use = np.arange(CLASSES) ** 2.0
    found = read_of_class(tmp_path / LAND_COVER, use, *there)
    assert found[0] == pytest.approx(((180 + 113) % CLASSES) ** 2)
