"""New scenarios, the list of shipped ones, examples in the help, completion, refused folders."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import planner
from planner.cli import cli
from planner.data.registry import PROVINCES
from planner.scenario.base import ScenarioFile
from planner.scenario.scenario_file import scenario_folder
from tests.planner.study import write_study

TEMPLATE = scenario_folder() / "template" / "new.toml"
COMMAND = [sys.executable, "-m", "planner"]


def commands(group: click.Group, name: str = "") -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for one, command in group.commands.items():
        whole = f"{name} {one}".strip()
        found += (
            commands(command, whole) if isinstance(command, click.Group) else [(whole, command)]
        )
    return found


def made(*arguments: str | Path) -> str:
    done = CliRunner().invoke(cli, ["new", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize(("name", "command"), commands(cli))
def test_each_help_ends_with_examples_that_parse(name: str, command: click.Command) -> None:
    shown = CliRunner().invoke(cli, [*name.split(), "--help"]).output
    lines = re.findall(r"^ +planner (.+)$", shown.partition("Examples:")[2], flags=re.MULTILINE)
    assert lines
    for line in lines:
        words = shlex.split(line.partition(" > ")[0])
        assert words[: len(name.split())] == name.split()
        command.make_context(name, words[len(name.split()) :])


def test_a_new_scenario_is_valid_and_called_as_its_file(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "planner run my-study.toml" in made("my-study")
    scenario = planner.load_scenario("my-study.toml")
    assert (scenario.name, scenario.area.province) == ("my-study", "520000")
    assert "template" not in planner.scenario_names()
    assert "AREA" not in Path("my-study.toml").read_text()
    made("yunnan.toml", "--province", "云南省")
    assert planner.load_scenario("yunnan.toml").area.province == "530000"


def test_a_new_scenario_on_files_names_them_from_its_own_folder(tmp_path, monkeypatch) -> None:
    study = write_study(tmp_path / "study")
    (tmp_path / "plans").mkdir()
    monkeypatch.chdir(tmp_path)
    made("plans/here", "--boundary", "study/boundary.geojson", "--population", "study/people.tif")
    scenario = planner.load_scenario("plans/here.toml")
    assert scenario.path(scenario.area.boundary).samefile(study.parent / "boundary.geojson")
    assert planner.study_area(scenario, 500.0).land_cells > 0
    made("named", "--boundary", "study/boundary.geojson", "--population", "worldpop-100m")
    assert planner.load_scenario("named.toml").data_names == (("population.file", "worldpop-100m"),)


def test_every_example_in_the_new_scenario_is_valid(tmp_path: Path) -> None:
    """A line that begins with # and a key is an example: all of them together load."""
    for name in ("stations.csv", "must_have.csv", "lakes.geojson", "zones.gpkg", "people.tif"):
        (tmp_path / name).touch()
    text = TEMPLATE.read_text(encoding="utf-8").replace("NAME", "all")
    text = text.replace("AREA", 'province = "520000"').replace("POPULATION", '#file = "people.tif"')
    text, count = re.subn(r"^#(?=[\[a-z])", "", text, flags=re.MULTILINE)
    assert count > 30
    file = tmp_path / "all.toml"
    file.write_text(text, encoding="utf-8")
    scenario = planner.load_scenario(file)
    assert scenario.rollout is not None
    assert scenario.rollout.disruptions
    assert scenario.schema_version == ScenarioFile.model_fields["schema_version"].default
    assert tomllib.loads(text)["schema_version"] == scenario.schema_version


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("My Study",), "is not a valid scenario name"),
        (("there",), "there is such a file already"),
        (("no/such/folder/x",), "cannot be written"),
        (("x", "--province", "Atlantis"), "Guangdong (440000)"),
        (("x", "--boundary", "boundary.geojson"), "--population"),
        (("x", "--boundary", "none.gpkg", "--population", "worldpop-100m"), "no such file"),
    ],
)
def test_a_new_scenario_that_cannot_be_leaves_nothing(
    tmp_path, monkeypatch, arguments, said
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.toml").write_text("mine")
    Path("boundary.geojson").touch()
    with pytest.raises(planner.InputError, match=re.escape(said)):
        CliRunner().invoke(cli, ["new", *arguments], catch_exceptions=False)
    assert {path.name for path in tmp_path.iterdir()} == {"there.toml", "boundary.geojson"}
    assert Path("there.toml").read_text() == "mine"


def test_scenarios_are_listed_in_columns_with_area_and_target() -> None:
    head, *lines = CliRunner().invoke(cli, ["scenarios"]).output.splitlines()
    by_name = {line.split()[0]: line for line in lines}
    assert {*planner.scenario_names(), "china-2020"} == set(by_name)
    end = head.index("new stations") + len("new stations")
    for name, line in by_name.items():
        assert line[head.index("area") - 1] == " "
        assert line[end - 1].isdigit(), name
        assert line[end] == " ", name
    row = by_name["guizhou-2020"]
    assert row[head.index("area") :].startswith("Guizhou ")
    assert "11,533" in row
    assert row[head.index("by") :].startswith("2020-12-31")
    rows = json.loads(CliRunner().invoke(cli, ["scenarios", "--json"]).output)
    assert {"name", "area", "new_stations", "by", "title"} == set(rows[0])
    assert {row["area"] for row in rows} == {
        *(en for _, en in PROVINCES.values()),
        "qingzhen",
        "China",
    }


def test_the_shell_completes_commands_and_shipped_scenarios() -> None:
    def completed(*words: str) -> list[str]:
        asked = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
        done = subprocess.run(
            COMMAND, env={**os.environ, "_PLANNER_COMPLETE": "bash_complete", **asked},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    assert "plain,link-budget" in completed("planner", "li")
    assert "plain,guizhou-2020" in completed("planner", "run", "guiz")
    assert "file,guiz" in completed("planner", "run", "guiz")


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "STUDY"),
        ("run", "guizhou-2020"),
        ("run", "china-2020"),
        ("compare-sharing", "guizhou-2020"),
        ("measures", "qingzhen"),
        ("coverage", "none.csv", "--scenario", "qingzhen"),
        ("calibrate", "qingzhen", "--measurements", "none.csv", "--cells", "none.csv"),
        ("measurements", "none.csv", "--cells", "none.csv"),
    ],
)
def test_a_folder_that_is_not_free_is_refused_before_anything_heavy_is_loaded(
    tmp_path, arguments
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "diary.txt").touch()
    given = [str(write_study(tmp_path / "study")) if one == "STUDY" else one for one in arguments]
    code = (
        "import sys\nfrom planner import cli\n"
        f"try: cli.main({[*given, '--out', 'full']!r})\n"
        "except SystemExit as ended: print(ended.code, *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "the output folder exists and is not empty" in done.stderr
    status, *loaded = done.stdout.split()
    assert status == "2"
    assert not {"geopandas", "numba", "rasterio", "pandas"} & set(loaded)
