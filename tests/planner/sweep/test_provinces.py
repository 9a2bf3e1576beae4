"""Provinces of the mainland, each planned as a task: table, map of the country, page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import planner
from planner import cli
from planner.data.boundaries import load_province
from planner.data.registry import path_of, province_names
from planner.errors import InputError
from planner.national import run_national
from planner.national.cells import national_grid
from planner.outputs.pages.provinces import FILES, save_provinces
from planner.scenario.national import load_national
from planner.sweep.provinces import ProvincePlans, plan_provinces
from tests.planner.sweep.test_sweep import Here

QUICK = {"area.cell_size_m": 5000, "siting.certificate_iterations": 3, "range_draws": 0}
ONLY = ("Hainan", "640000", "Beijing")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("provinces")


@pytest.fixture(scope="module")
def plans(folder: Path) -> ProvincePlans:
    china = load_national("china-2020")
    return plan_provinces(china, folder, only=ONLY, changes=QUICK, workers=Here())


def test_each_province_has_its_people_and_its_stations(plans: ProvincePlans) -> None:
    assert plans.table["name_en"].tolist() == ["Beijing", "Hainan", "Ningxia"]
    assert plans.table["state"].tolist() == ["done"] * 3, plans.table["error"].tolist()
    census = run_national("china-2020").provinces.set_index("adcode")["people"]
    for row in plans.table.itertuples():
        assert row.people == pytest.approx(census[row.adcode], rel=0.002)
        assert 0 < row.people_served <= row.people
        assert row.served_share == pytest.approx(row.people_served / row.people)
        assert row.stations_per_10000_people == pytest.approx(1e4 * row.stations / row.people)
        assert row.stations_per_km2 == pytest.approx(row.stations / row.area_km2)
        assert row.cost_cny == pytest.approx(301_000 * row.stations)


def test_cells_of_the_country_hold_what_the_provinces_hold(plans: ProvincePlans) -> None:
    cells, table = plans.cells, plans.table
    assert cells["people"].sum() == pytest.approx(table["people"].sum(), rel=1e-5)
    assert cells["served"].sum() == pytest.approx(table["people_served"].sum(), rel=1e-5)
    assert cells["stations"].sum() == table["stations"].sum()
    assert cells["cell"].is_unique
    assert (cells["served"] <= cells["people"] * (1 + 1e-6)).all()
    # The cell with the most people is in Beijing.
    grid = national_grid()
    most = int(cells["cell"][cells["people"].idxmax()])
    lon, lat = grid.lonlat(*grid.xy_m([most]))
    assert (float(lon[0]), float(lat[0])) == pytest.approx((116.4, 39.9), abs=0.3)


def test_done_provinces_are_not_planned_again_and_others_are_added(
    folder: Path, plans: ProvincePlans
) -> None:
    china, again = load_national("china-2020"), Here()
    more = plan_provinces(china, folder, only=[*ONLY, "Shanghai"], changes=QUICK, workers=again)
    assert (plans.computed, more.computed, len(again.computed)) == (3, 1, 1)
    same = more.table[more.table["name_en"] != "Shanghai"].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, plans.table)


def test_a_failed_province_stops_no_other_and_rows_may_differ(
    folder: Path, plans: ProvincePlans, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"no raster")
    listed = [{"adcode": "460000", "population.file": str(broken)}]
    found = plan_provinces(
        load_national("china-2020"), folder, only=ONLY, changes=QUICK, listed=listed, workers=Here()
    )
    assert found.table["state"].tolist() == ["done", "failed", "done"]
    assert "cannot be read" in found.table["error"][1]
    assert (found.computed, found.failed) == (1, 1)
    save_provinces(found, tmp_path / "out", origin={"scenario": "china-2020"})
    assert "failed: " in (tmp_path / "out" / "provinces.html").read_text(encoding="utf-8")


def test_people_of_ones_own_and_a_boundary_of_ones_own(folder: Path, tmp_path: Path) -> None:
    own = load_province("460000", "national")
    own.to_file(tmp_path / "hainan.gpkg")
    raster = str(path_of("national_population"))
    row = {"adcode": "460000", "area.boundary": str(tmp_path / "hainan.gpkg")}
    found = plan_provinces(
        load_national("china-2020"), folder, only=["460000"], listed=[row],
        changes=QUICK | {"population.file": raster}, workers=Here(),
    )  # fmt: skip
    assert found.table["state"].tolist() == ["done"], found.table["error"].tolist()
    assert found.table["people"][0] == pytest.approx(10_081_232, rel=0.002)


def test_small_provinces_get_smaller_cells(tmp_path: Path) -> None:
    found = plan_provinces(
        load_national("china-2020", {"provinces.cells_per_station": 1.0}), tmp_path,
        only=["Shanghai"], changes={"siting.certificate_iterations": 0, "range_draws": 0},
        workers=Here(),
    )  # fmt: skip
    row = found.table.iloc[0]
    assert 300 < row["cell_size_m"] < 1000
    assert row["stations"] * row["cell_size_m"] ** 2 / 1e6 <= row["area_km2"] * 1.05


def test_files_open_offline_and_are_the_same_every_time(
    plans: ProvincePlans, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        save_provinces(plans, tmp_path / name, origin={"scenario": "china-2020"})
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted([*FILES, "run.json"])
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    text = (tmp_path / "a" / "map.html").read_text(encoding="utf-8")
    assert 'http-equiv="Content-Security-Policy"' in text
    for row in plans.table.itertuples():
        assert f"{row.people:,.0f}" in text
    table = pd.read_parquet(tmp_path / "a" / "provinces.parquet")
    pd.testing.assert_frame_equal(table, plans.table)
    page = (tmp_path / "a" / "provinces.html").read_text(encoding="utf-8")
    assert page.count("<td>planned</td>") == 3
    assert "<svg" in page


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def ended(*arguments: str) -> int:
        with pytest.raises(SystemExit) as caught:
            cli.main(["national", *arguments])
        return int(caught.value.code or 0)

    out = ("--out", str(tmp_path / "out"))
    assert ended("china-2020", "--province", "Atlantis", *out) == 2
    assert "Atlantis" in capsys.readouterr().err
    assert ended("china-2020", "--set", "target.nonsense=1", *out) == 2
    assert capsys.readouterr().err.count("nonsense") == 1
    assert not (tmp_path / "out").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    assert ended("china-2020", "--out", str(tmp_path / "mine")) == 2
    assert "earlier sweep" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_a_national_scenario_without_provinces_is_refused(tmp_path: Path) -> None:
    china = load_national("china-2020").model_copy(update={"provinces": None})
    with pytest.raises(InputError, match="how a province is planned"):
        plan_provinces(china, tmp_path)


def test_all_provinces_have_a_boundary_and_the_people_of_the_census() -> None:
    import rasterio

    from planner.ground.population_raster import read_population
    from planner.openers.raster import RasterFile

    census = run_national("china-2020").provinces.set_index("adcode")["people"]
    with rasterio.open(path_of("national_population")) as raster:
        assert int(raster.read(1).sum(dtype=np.int64)) == census.sum()
    for code in ("310000", "520000", "620000"):
        scenario = planner.load_scenario(
            "guizhou-2020", {"area.province": code, "area.detail": "national", "networks": [],
                             "sharing": [], "aims": [], "priority_places": [],
                             "siting.phases": []},
        )  # fmt: skip
        area = planner.study_area(scenario, 5000.0)
        file = RasterFile(path_of("national_population"), "people", "population.file")
        people = read_population(file, area.zones, area.grid, nodata="nobody").by_zone.sum()
        assert people == pytest.approx(census[code], rel=0.002), province_names()[code]
