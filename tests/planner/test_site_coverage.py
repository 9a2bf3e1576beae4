"""Radio maps of given sites and of a plan: sums, bands, places, and the files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio

import planner
from planner.cli import main
from planner.errors import InputError, PlannerWarning
from planner.outputs.pages.radio_maps import RADIO_FILES, save_radio_maps
from planner.radio.radio_map import RadioMaps
from planner.radio.radio_map_layers import LAYERS
from planner.radio.tier_names import SMOOTH_EARTH_TIER
from tests.planner.command import command
from tests.planner.study import points, write_study

PLACES = [(113.03, 23.03), (113.08, 23.08), (113.15, 23.06), (113.2, 23.12)]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="module")
def sites(study: Path) -> Path:
    return points(study.parent / "given.csv", PLACES)


@pytest.fixture(scope="module")
def maps(study: Path, sites: Path) -> RadioMaps:
    return planner.site_coverage(sites, study)


@pytest.fixture(scope="module")
def folder(maps: RadioMaps, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_radio_maps(maps, tmp_path_factory.mktemp("out") / "radio")


def test_every_site_has_three_sectors_and_serves(maps) -> None:
    assert len(maps.sectors) == 12
    found = set(np.unique(maps.best_server)) - {-1}
    assert found == set(range(12))


def test_shares_add_up_to_all_people_and_all_land(maps, study) -> None:
    plan = planner.run(study)
    people = plan.demand.people[maps.inside].sum(dtype=float)
    for layer in LAYERS:
        rows = maps.shares[maps.shares["layer"] == layer.key]
        assert rows["people"].sum() == pytest.approx(people, rel=1e-5)
        assert rows["area_km2"].sum() == pytest.approx(plan.area.area_km2)
        assert set(rows["adcode"]) == {"440001", "440002"}
        codes = maps.codes(layer)
        assert (codes[~maps.inside] == 255).all()
        by_class = rows.groupby("class")["area_km2"].sum()
        cells = np.bincount(codes[maps.inside], minlength=len(layer.labels))
        for code, area_km2 in by_class.items():
            assert area_km2 == pytest.approx(cells[code] * maps.grid.cell_area_km2)


def test_totals_in_the_summary_are_shares_of_one(maps) -> None:
    for layer in maps.summary["layers"]:
        assert sum(known["people_share"] for known in layer["classes"]) == pytest.approx(1.0)
        assert sum(known["area_share"] for known in layer["classes"]) == pytest.approx(1.0)
    assert maps.summary["terrain"] is None
    assert "Smooth-earth" in maps.summary["terrain_note"]


def test_indoors_there_is_less_of_everything(maps, study, sites) -> None:
    inside = planner.site_coverage(sites, study, {"radio.maps.place": "indoor"})
    assert np.array_equal(inside.best_server, maps.best_server)
    ground = maps.best_server >= 0
    loss = (maps.values["rsrp"] - inside.values["rsrp"])[ground]
    assert loss.min() > 10.0
    assert (inside.values["servers"] <= maps.values["servers"])[ground].all()
    assert (inside.values["sinr"] <= maps.values["sinr"] + 1e-3)[ground].all()


def test_a_second_band_does_not_interfere_with_the_first(study, sites) -> None:
    table = pd.read_csv(sites)
    both = study.parent / "both.csv"
    pd.concat([table.assign(band="n41"), table.assign(band="n28")]).to_csv(both, index=False)
    change = {"radio.outside_validity": "flag"}
    alone = planner.site_coverage(sites, study, change)
    together = planner.site_coverage(both, study, change)
    assert len(together.sectors) == 24
    assert together.summary["bands"] == ["n28", "n41"]
    n28 = together.sectors["band"].to_numpy()[np.maximum(together.best_server, 0)] == "n28"
    on_n41 = (together.best_server >= 0) & ~n28
    assert together.values["sinr"][on_n41] == pytest.approx(alone.values["sinr"][on_n41])
    ground = alone.best_server >= 0
    assert (together.values["rsrp"] >= alone.values["rsrp"])[ground].all()
    assert n28[ground].any()


def test_an_antenna_file_brings_its_gain(study, sites) -> None:
    cuts = [f"{a} {min(a, 360 - a) / 6:.3f}" for a in range(360)]
    text = ["NAME thin", "GAIN 20 dBi", "HORIZONTAL 360", *cuts, "VERTICAL 360", *cuts]
    (study.parent / "thin.msi").write_text("\n".join(text))
    change = {"radio.antenna.pattern": "file", "radio.antenna.file": str(study.parent / "thin.msi")}
    found = planner.site_coverage(sites, study, change)
    assert found.summary["ssb_antenna_gain_dbi"] == 20.0
    assert found.summary["antenna"] == "thin"
    digest = hashlib.sha256((study.parent / "thin.msi").read_bytes()).hexdigest()
    assert found.summary["antenna_source"]["sha256"] == digest
    (study.parent / "bad.msi").write_text("NAME nothing")
    with pytest.raises(InputError, match="has no GAIN"):
        planner.site_coverage(
            sites, study, {**change, "radio.antenna.file": str(study.parent / "bad.msi")}
        )


def test_azimuths_of_the_scenario(study, sites) -> None:
    change = {"radio.antenna.azimuths_deg": [30, 210.0], "radio.antenna.electrical_tilt_deg": 4}
    found = planner.site_coverage(sites, study, change)
    assert found.sectors["azimuth_deg"].tolist() == [30.0, 210.0] * 4


def test_sites_outside_are_refused_or_dropped(study, tmp_path) -> None:
    outside = points(tmp_path / "outside.csv", [*PLACES, (120.0, 30.0), (113.5, 23.1)])
    with pytest.raises(InputError, match="2 of 6 sites outside the study area: site 4 at 120"):
        planner.site_coverage(outside, study)
    with pytest.warns(PlannerWarning, match="dropped"):
        maps = planner.site_coverage(outside, study, {"sites.outside_area": "drop"})
    assert maps.summary["sites"] == 4
    assert maps.summary["sites_source"]["sites_dropped"] == 2
    with pytest.raises(InputError, match="no such file"):
        planner.site_coverage(tmp_path / "none.csv", study)


def test_files_read_back_as_they_were(maps, folder) -> None:
    assert {path.name for path in folder.iterdir()} == set(RADIO_FILES)
    for layer in LAYERS:
        with rasterio.open(folder / f"{layer.key}.tif") as raster:
            assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert "Smooth-earth" in raster.tags()["TERRAIN"]
            assert raster.tags()["RADIO_TIER"] == SMOOTH_EARTH_TIER
            assert raster.scales == (layer.step,)
            values = raster.read(1, masked=True).astype(float) * layer.step
            expected = np.clip(maps.values[layer.key], None, 32767 * layer.step)
            assert np.array_equal(~np.ma.getmaskarray(values), ~np.isnan(expected))
            filled = ~np.isnan(expected)
            assert values.filled(0)[filled] == pytest.approx(
                expected[filled], abs=0.5001 * layer.step
            )
            assert raster.tags(1)["CLASS_0"] == layer.labels[0]
            assert raster.tags(1)["CLASS_1_FROM"] == str(layer.edges[0])
    with rasterio.open(folder / "best_server.tif") as raster:
        assert np.array_equal(raster.read(1)[maps.inside], maps.best_server[maps.inside])
    sectors = pd.read_csv(folder / "sectors.csv", encoding="utf-8-sig")
    assert sectors["sector"].tolist() == list(range(12))
    shares = pd.read_csv(folder / "shares.csv", encoding="utf-8-sig")
    assert len(shares) == len(maps.shares)
    assert json.loads((folder / "radio_summary.json").read_text())["sites"] == 4


def test_the_page_needs_no_network_and_says_smooth_earth(folder) -> None:
    page = (folder / "radio_maps.html").read_text(encoding="utf-8")
    assert "Smooth-earth result" in page
    assert "default-src 'none'" in page
    # The maps with classes, and the best servers; then the sites.
    assert page.count("data:image/png") >= len(LAYERS) + 1
    assert "Best server" in page
    assert "[113.08, 23.08]" in page
    assert "A sector reaches 5 km" in page
    assert "<script src" not in page


def test_a_folder_in_use_is_refused(maps, folder) -> None:
    with pytest.raises(InputError, match="not empty"):
        save_radio_maps(maps, folder)
    save_radio_maps(maps, folder, force=True)


def test_a_plan_has_the_maps_of_its_stations(study) -> None:
    plan = planner.run(study)
    maps = planner.radio_maps(plan)
    assert maps.summary["sites"] == len(plan.stations)
    assert maps.sectors["site"].unique().tolist() == plan.stations["station_id"].tolist()
    near = maps.grid.cells(
        *_metres(maps, plan.stations["lon"].to_numpy(), plan.stations["lat"].to_numpy())
    )
    served = maps.best_server.ravel()[near]
    assert (maps.sectors["site"].to_numpy()[served] == plan.stations["station_id"]).all()


def _metres(maps, lon, lat):
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:4326", maps.grid.crs, always_xy=True).transform(lon, lat)


def test_coverage_command(study, sites, tmp_path) -> None:
    done = command("coverage", sites, "--scenario", study, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "12 sectors" in done.stdout
    assert "Smooth-earth" in done.stdout
    assert {p.name for p in (tmp_path / "out/small-coverage").iterdir()} == set(RADIO_FILES)
    again = command("coverage", sites, "--scenario", study, cwd=tmp_path)
    assert again.returncode == 2
    assert "not empty" in again.stderr
    as_json = command("coverage", sites, "--scenario", study, "--force", "--json", cwd=tmp_path)
    assert json.loads(as_json.stdout)["sectors"] == 12


def test_a_run_includes_the_maps_on_request(study, tmp_path) -> None:
    done = command("run", study, "--set", "radio.maps.include=true", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {p.name for p in (tmp_path / "out/small/radio").iterdir()} == set(RADIO_FILES)


def test_link_budget_command(study, tmp_path) -> None:
    done = command("link-budget", "guizhou-2020", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "SSB RSRP" in done.stdout
    done = command("link-budget", "guizhou-2020", "--json", "--set", "radio.band=n78", cwd=tmp_path)
    assert len(json.loads(done.stdout)["area_classes"]) == 4
    done = command("link-budget", "guizhou-2020", "--set", "radio.carrier_mhz=1", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("coverage",),
        ("coverage", "SITES"),
        ("coverage", "none.csv", "--scenario", "STUDY"),
        ("coverage", "SITES", "--scenario", "nowhere"),
        ("coverage", "SITES", "--scenario", "STUDY", "--set", "radio.maps.load=2"),
        ("coverage", "SITES", "--scenario", "STUDY", "--set", "radio.antenna.pattern=file"),
        ("link-budget",),
    ],
)
def test_bad_usage_ends_with_2_and_writes_nothing(study, sites, tmp_path, arguments) -> None:
    named = {"STUDY": study, "SITES": sites}
    done = command(*(named.get(a, a) for a in arguments), cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_stages_are_shown_unless_quiet(study, sites, tmp_path, capsys) -> None:
    planner.site_coverage(sites, study, progress=True)
    shown = capsys.readouterr().err
    assert [stage for stage in ("sites", "area", "demand", "radio maps") if stage in shown] == [
        "sites", "area", "demand", "radio maps",
    ]  # fmt: skip
    with pytest.raises(SystemExit) as ended:
        main(["coverage", str(sites), "--scenario", str(study), "--out", str(tmp_path / "q"),
              "--quiet"])  # fmt: skip
    assert not ended.value.code
    said = capsys.readouterr()
    assert said.out == ""
    assert "radio maps" not in said.err
    assert (tmp_path / "q" / RADIO_FILES[-1]).is_file()


def test_every_file_counts_as_progress(maps, tmp_path) -> None:
    counted: list[int] = []
    save_radio_maps(maps, tmp_path / "counted", progress=counted.append)
    assert sum(counted) == len(RADIO_FILES)
