"""The split over provinces: sums, hand calculations, properties, announced targets, bad input."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import cli
from planner.data import path_of
from planner.errors import InputError
from planner.ground.area_class import AREA_CLASSES
from planner.national import (
    NationalPlan,
    announced_targets,
    density_class,
    equal_cover_need,
    mixed_share,
    run_national,
    settled_density,
    split_whole,
    stations_per_km2,
)
from planner.scenario.area import AreaClassesSection
from planner.scenario.load import scenario_folder
from planner.scenario.national import MixSection, RuleSection, load_national, national_names

RADII_M = [300.0, 500.0, 1_000.0, 2_000.0]


@pytest.fixture(scope="module")
def china() -> NationalPlan:
    return run_national("china-2020")


def changed(folder: Path, old: str, new: str) -> Path:
    text = (scenario_folder() / "national" / "china-2020.toml").read_text(encoding="utf-8")
    assert old in text
    path = folder / "own.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@given(
    total=st.integers(0, 10**11),
    weight=st.lists(st.floats(0.001, 1e6), min_size=1, max_size=40),
)
def test_whole_parts_add_up_and_are_within_one(total: int, weight: list[float]) -> None:
    parts = split_whole(total, np.array(weight))
    assert int(parts.sum()) == total
    exact = total * np.array(weight) / sum(weight)
    assert np.abs(parts - exact).max() <= 1.0 + 1e-9 * total


def test_largest_remainder_by_hand() -> None:
    assert split_whole(10, np.array([1.0, 1.0, 1.0])).tolist() == [4, 3, 3]
    assert split_whole(7, np.array([0.0, 5.0, 2.0])).tolist() == [0, 5, 2]


def test_need_of_three_counties_by_hand() -> None:
    counties = pd.DataFrame(
        {
            "people": [400_000, 100_000, 30_000],
            "urban_people": [400_000, 40_000, 30_000],
            "area_km2": [20.0, 1_000.0, 0.0],
        }
    )
    rule = RuleSection(covered_share=0.5, town_people_per_km2=8_000.0)
    density = settled_density(counties, 8_000.0)
    assert density.tolist() == [20_000.0, 8_000.0, 8_000.0]
    need = equal_cover_need(counties, rule, AreaClassesSection(), RADII_M)
    hexagon = 1.5 * np.sqrt(3.0)
    by_hand = [20.0 / (hexagon * 0.09), 5.0 / (hexagon * 0.25), 3.75 / (hexagon * 0.25)]
    assert need == pytest.approx(0.5 * np.array(by_hand))


def test_classes_by_density() -> None:
    limits = AreaClassesSection()
    found = density_class(np.array([15_000.0, 14_999.0, 4_000.0, 800.0, 799.0]), limits)
    assert [AREA_CLASSES[code].key for code in found] == [
        "dense_urban", "urban", "urban", "suburban", "rural",
    ]  # fmt: skip


def test_a_longer_radius_takes_fewer_stations() -> None:
    assert (np.diff(stations_per_km2(RADII_M)) < 0).all()


def test_fixed_shares_leave_the_rest_to_the_others() -> None:
    shares = {
        rule: np.array([0.5, 0.3, 0.2])
        for rule in ("equal_cover", "people", "urban_people", "area")
    }
    assert mixed_share(shares, MixSection()) == pytest.approx([0.5, 0.3, 0.2])
    assert mixed_share(shares, MixSection(), [(0, 0.1)]) == pytest.approx([0.1, 0.54, 0.36])


def test_people_of_the_provinces_are_those_of_the_census(china: NationalPlan) -> None:
    assert len(china.provinces) == 31
    assert int(china.provinces["people"].sum()) == 1_409_778_724
    people = china.provinces.set_index("name_en")["people"]
    known = {"Guangdong": 126_012_510, "Guizhou": 38_562_148, "Yunnan": 47_209_277,
             "Hebei": 74_610_235, "Fujian": 41_540_086}  # fmt: skip
    assert {name: int(people[name]) for name in known} == known


def test_national_table_agrees_with_the_census_of_the_five_provinces() -> None:
    national = pd.read_csv(path_of("national_counties"), dtype={"adcode": str})
    five = pd.read_csv(path_of("facts_census2020"), dtype={"adcode": str})
    national = national[national["adcode"].str[4:] != "00"].set_index("adcode")
    rows = five[five["adcode"].isin(national.index)].set_index("adcode")
    assert len(rows) > 500
    assert (national["people"][rows.index] == rows["population"]).all()


def test_areas_are_those_of_the_provinces(china: NationalPlan) -> None:
    """Round areas that every atlas gives, in thousand km2; coasts differ by what counts as sea."""
    area = china.provinces.set_index("name_en")["area_km2"]
    atlas = {"Guizhou": 176, "Yunnan": 394, "Hebei": 188, "Sichuan": 486, "Xinjiang": 1_660}
    for name, thousand in atlas.items():
        assert area[name] == pytest.approx(1_000 * thousand, rel=0.03)


def test_stations_and_yuan_add_up_to_the_last_one(china: NationalPlan) -> None:
    for number, programme in enumerate(china.scenario.programmes, start=1):
        assert int(china.provinces[f"stations_{number}"].sum()) == programme.stations
        prefectures = china.prefectures[f"stations_{number}"]
        province = china.prefectures["adcode"].str[:2] + "0000"
        sums = prefectures.groupby(province).sum()
        by_province = china.provinces.set_index("adcode")[f"stations_{number}"]
        assert (sums == by_province).all()
    assert int(china.provinces["capital_cny_2"].sum()) == 100_000_000_000
    assert china.provinces["capital_cny_2"].dtype == np.int64


def test_targets_are_those_of_the_facts(china: NationalPlan) -> None:
    found = {one.province_en: (one.stations, one.counts) for one in announced_targets()}
    assert found["Guangdong"] == (60_000, "new")
    assert found["Guizhou"] == (13_000, "cumulative")
    assert found["Hebei"] == (15_000, "new")
    assert found["Fujian"] == (20_000, "cumulative")
    assert len(found) == 12
    row = china.targets.set_index("name_en").loc["Guizhou"]
    share = china.provinces.set_index("name_en")["share_rule"]["Guizhou"]
    assert row["rule"] == round(730_000 * share)
    assert row["ratio"] == pytest.approx(13_000 / (730_000 * share))
    assert china.targets.set_index("name_en")["status"]["Yunnan"] == "assumption"


def test_the_rule_ranks_provinces_better_than_area_does(china: NationalPlan) -> None:
    correlation = china.rank_correlation
    assert correlation["rule"] == pytest.approx(0.59, abs=0.01)
    assert correlation["rule"] > correlation["people"] > correlation["area"]


def test_run_writes_all_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    with pytest.raises(SystemExit) as ended:
        cli.main(["run", "china-2020", "--out", str(folder)])
    assert ended.value.code == 0
    assert "Guangdong" in capsys.readouterr().out
    with (folder / "provinces.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(int(row["stations_1"]) for row in rows) == 600_000
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["cannot_know"]
    assert len(summary["provinces"]) == 31
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert "cannot know" in page
    with pytest.raises(InputError, match="not empty"):
        run_national("china-2020").save(folder)
    run_national("china-2020").save(folder, force=True)


def test_the_commands_know_the_national_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert national_names() == ("china-2020",)
    for arguments in (["validate", "china-2020"], ["scenarios"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        assert ended.value.code == 0
        assert "China: 600,000" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "key", "part"),
    [
        ("[rule]", "[rule.mix]\npeople = 0.4\n[rule]", "rule.mix", "add up to 1.4"),
        ("stations = 600_000", "stations = -600_000", "programmes.0.stations", "-600000"),
        ("town_people_per_km2 = 8_700", "town_people_per_km2 = -1", "town_people", "-1"),
        (
            "[rule]",
            "[[rule.fixed]]\nprovince = 710001\nshare = 0.1\n[rule]",
            "rule.fixed.0.province",
            "unknown province",
        ),
        (
            "[rule]",
            '[[rule.fixed]]\nprovince = "440000"\nshare = 0.7\n'
            '[[rule.fixed]]\nprovince = "350000"\nshare = 0.4\n[rule]',
            "rule",
            "more than 1",
        ),
        ('kind = "national"', 'kind = "national"\nfoo = 1', "foo", "unknown key"),
    ],
)
def test_bad_input_is_refused(tmp_path: Path, old: str, new: str, key: str, part: str) -> None:
    path = changed(tmp_path, old, new)
    with pytest.raises(InputError) as caught:
        run_national(load_national(path))
    assert key in str(caught.value)
    assert part in str(caught.value)


def test_values_are_set_from_outside(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    given = ["--set", "programmes.0.stations=700_000", "--set", "rule.mix.people=0.5",
             "--set", "rule.mix.equal_cover=0.5"]  # fmt: skip
    with pytest.raises(SystemExit) as ended:
        cli.main(["run", "china-2020", "--out", str(folder), "--quiet", *given])
    assert ended.value.code == 0
    rows = pd.read_csv(folder / "provinces.csv")
    assert int(rows["stations_1"].sum()) == 700_000
    assert int(rows["stations_2"].sum()) == 250_000
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "set by the planner" in page
    assert "700,000" in page
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert run["scenario"]["programmes"][0]["stations"] == 700_000
    assert run["scenario_hash"] != run_national("china-2020").provenance["scenario_hash"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("programmes.0.stations=-1", "programmes.0.stations"),
        ("programmes.7.stations=1", "no such key"),
        ("rule.mix.people=0.4", "add up to 1.4"),
        ("stations", "key=value"),
        ("rule.colour=1", "rule.colour: unknown key"),
    ],
)
def test_bad_values_from_outside_are_refused(
    given: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["validate", "china-2020", "--set", given])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_fixed_province_gets_its_share(tmp_path: Path) -> None:
    path = changed(tmp_path, "[rule]", "[[rule.fixed]]\nprovince = 440000\nshare = 0.25\n[rule]")
    found = run_national(path).provinces.set_index("adcode")["stations_1"]
    assert int(found["440000"]) == 150_000
    assert int(found.sum()) == 600_000
