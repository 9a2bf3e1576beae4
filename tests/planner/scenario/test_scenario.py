"""Scenario files: every problem at once, overrides, paths, the schema, the shipped five."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.scenario import (
    load_scenario,
    resolved,
    scenario_folder,
    scenario_hash,
    scenario_names,
    schema_json,
)
from planner.scenario.schema import SCHEMAS
from tests.planner.study import SCENARIO, write_study

FIVE = ("fujian-2020", "guangdong-2020", "guizhou-2020", "hebei-2020", "yunnan-2020")


def problems_of(path: Path, overrides: tuple[str, ...] = ()) -> dict[str, str]:
    with pytest.raises(InputError) as caught:
        load_scenario(path, overrides)
    return {problem.key or "": str(problem) for problem in caught.value.problems}


def test_the_five_provinces_are_shipped_with_target_aim_and_sources() -> None:
    assert set(FIVE) <= set(scenario_names())
    for name in FIVE:
        scenario = load_scenario(name)
        assert scenario.name == name
        assert scenario.target.stations_new >= 10_000
        assert scenario.aims
        said = {source.key for source in scenario.sources}
        assert {"target.stations_new", "target.stations_baseline", "cost.station_cny"} <= said
        assert all(s.url or s.status != "quoted" for s in scenario.sources)


@pytest.mark.parametrize("kind", SCHEMAS)
def test_schema_is_not_stale(kind: str) -> None:
    stored = (scenario_folder() / f"{kind}.schema.json").read_text(encoding="utf-8")
    command = f"planner schema --kind {kind} > scenarios/{kind}.schema.json"
    assert stored == schema_json(kind), f"run: {command}"


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_key_of_the_schema_is_described(kind: str) -> None:
    schema = json.loads(schema_json(kind))
    tables = dict(schema["$defs"])
    if kind != "scenario":
        tables["FileSection"] = schema
    bare = [
        f"{name}.{key}"
        for name, table in tables.items()
        for key, field in table.get("properties", {}).items()
        if name.endswith("Section") and "description" not in field and "$ref" not in field
    ]
    assert bare == []


def test_all_problems_come_at_once_with_file_key_value_and_remedy(tmp_path: Path) -> None:
    text = SCENARIO.replace("cell_size_m = 200", 'cell_size_m = "fine"\nfoo = 1')
    text = text.replace("stations_new = 6", "stations_new = -6").replace("people.tif", "gone.tif")
    path = write_study(tmp_path, text + "\n[gaps]\nmin_people = -1\nmax_listed = 1.5\n")
    found = problems_of(path)
    assert set(found) == {
        "area.cell_size_m",
        "area.foo",
        "target.stations_new",
        "gaps.min_people",
        "gaps.max_listed",
        "population.file",
    }
    assert all(str(path) in text for text in found.values())
    assert "-6" in found["target.stations_new"]
    assert "greater than or equal to 0" in found["target.stations_new"]
    assert '"auto" or a number of metres' in found["area.cell_size_m"]
    assert "unknown key" in found["area.foo"]
    assert "cell_size_m" in found["area.foo"]
    assert "gone.tif" in found["population.file"]


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("target.stations_new=many", "target.stations_new"),
        ("target.stations_new=1.5", "target.stations_new"),
        ("service.radius_m.rural=0", "service.radius_m.rural"),
        ("service.area_probability=1.2", "service.area_probability"),
        ("seed=-1", "seed"),
        ("name=Über Straße", "name"),
        ("area.cell_size_m=nan", "area.cell_size_m"),
        ("area_classes={rule='density', urban_people_per_km2=1e9}", "area_classes"),
        ("aims=[{name='x', share=1.01}]", "aims.0.share"),
        ("area.province=440000", "area"),
        ("sites.existing=nowhere.csv", "sites.existing"),
        ("nonsense=1", "nonsense"),
        ("name.deep=1", "name.deep"),
    ],
)
def test_impossible_values_are_refused(tmp_path: Path, override: str, key: str) -> None:
    assert key in problems_of(write_study(tmp_path), (override,))


def test_an_override_without_equals_sign_is_bad_usage(tmp_path: Path) -> None:
    assert "--set" in problems_of(write_study(tmp_path), ("target.stations_new",))


def test_overrides_are_merged_before_validation(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    changed = load_scenario(path, ["target.stations_new=7", "title=A = B"])
    assert changed.target.stations_new == 7
    assert changed.title == "A = B"
    assert changed.target.stations_baseline == 3
    assert scenario_hash(changed) != scenario_hash(load_scenario(path))


def test_paths_are_relative_to_the_file_and_overridden_ones_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_study(tmp_path / "study")
    scenario = load_scenario(path)
    assert scenario.path(scenario.population.file) == (tmp_path / "study" / "people.tif").resolve()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.tif").write_bytes(b"")
    monkeypatch.chdir(elsewhere)
    changed = load_scenario(path, ["population.file=mine.tif"])
    assert changed.path(changed.population.file) == elsewhere / "mine.tif"


def test_the_resolved_copy_is_the_same_scenario(tmp_path: Path) -> None:
    scenario = load_scenario(write_study(tmp_path))
    tables = resolved(scenario)
    assert Path(tables["population"]["file"]).is_absolute()
    assert tables["gaps"]["settled_people_per_km2"] == scenario.gaps.settled_people_per_km2


def test_unknown_names_suggest_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean guangdong-2020"):
        load_scenario("guangdog-2020")
    with pytest.raises(InputError, match="no such scenario file"):
        load_scenario("nowhere/else.toml")


def test_a_national_scenario_is_called_so_where_one_area_is_wanted() -> None:
    with pytest.raises(InputError, match="is a national scenario"):
        load_scenario("china-2020")


@pytest.mark.parametrize("content", [b"name = ", b"\xff\xfe", b'title = "a"\ntitle = "b"'])
def test_damaged_files_are_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"bad\.toml"):
        load_scenario(path)


def test_a_source_must_name_an_existing_key(tmp_path: Path) -> None:
    source = '\n[[sources]]\nkey = "target.stations_knew"\nstatus = "quoted"\ntext = "x"\n'
    assert "sources.0.key" in problems_of(write_study(tmp_path, SCENARIO + source))


def test_true_is_no_number_and_text_neither(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    assert "target.stations_new" in problems_of(path, ("target.stations_new=true",))
    assert "target.stations_new" in problems_of(path, ('target.stations_new="5"',))
    assert load_scenario(path, ["area.cell_size_m=300"]).area.cell_size_m == 300.0


def test_an_override_that_removes_a_value_takes_its_source_along() -> None:
    scenario = load_scenario("guangdong-2020", ["aims=[]"])
    assert scenario.aims == ()
    assert all(not source.key.startswith("aims") for source in scenario.sources)
    assert scenario.overridden == ("aims",)


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    path.write_text("\ufeff" + path.read_text(), encoding="utf-8")
    assert load_scenario(path).name == "small"


@pytest.mark.parametrize("override", ["aims.-1.share=0.5", "aims.0.share=0.5", "seed.x=1"])
def test_overrides_of_nothing(tmp_path: Path, override: str) -> None:
    (key,) = problems_of(write_study(tmp_path), (override,))
    assert override.startswith(key)
