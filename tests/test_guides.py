"""The guides do what they say: examples run, scenarios load, commands parse, links lead on."""

from __future__ import annotations

import doctest
import re
import shlex
import tomllib
import warnings
from pathlib import Path

import click
import numpy as np
import pytest
import tomli_w

import planner
from planner.cli import cli
from planner.covering import Status, proven_bound

ROOT = Path(__file__).resolve().parents[1]
GUIDES = sorted(
    path
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("*/**/README.md")]
    if path.is_relative_to(ROOT) and not {".venv", "node_modules"} & set(path.parts)
)
NAMES = [str(path.relative_to(ROOT)) for path in GUIDES]

MINIMAL = """
schema_version = 2
name = "guide"
title = "A study of the guides"
area = { boundary = "boundary.geojson" }
population = { file = "people.tif" }
target = { stations_new = 10 }
"""


def blocks(path: Path, language: str) -> list[str]:
    """Fenced blocks of one language, in their order."""
    text = path.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


EXAMPLES = [path for path in GUIDES if blocks(path, "pycon")]
TABLES = [(path, text) for path in GUIDES for text in blocks(path, "toml")]
COMMANDS = [
    (path, line.partition(" #")[0].strip())
    for path in GUIDES
    for block in blocks(path, "sh")
    for line in block.splitlines()
    if line.startswith("planner ")
]


def test_there_are_guides_with_examples() -> None:
    assert len(EXAMPLES) >= 5
    assert len(TABLES) >= 12
    assert len(COMMANDS) >= 15


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_examples_give_what_is_shown(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The blocks of a page are one session: a later one uses what an earlier one defined."""
    monkeypatch.chdir(tmp_path)
    parser, runner, names = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False), {}
    failures: list[str] = []
    for number, block in enumerate(blocks(path, "pycon")):
        session = parser.get_doctest(block, names, f"block {number + 1}", str(path), 0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", planner.PlannerWarning)
            runner.run(session, out=failures.append, clear_globs=False)
        names = session.globs
    assert not failures, "".join(failures)


@pytest.mark.parametrize(("path", "text"), TABLES, ids=lambda part: getattr(part, "name", None))
def test_scenarios_of_the_guides_load(path: Path, text: str, tmp_path: Path) -> None:
    for name in re.findall(r'"([\w.-]+\.(?:tif|csv|gpkg|geojson|toml))"', text + MINIMAL):
        (tmp_path / name).touch()
    given = tomllib.loads(text)
    file = tmp_path / "guide.toml"
    file.write_text(tomli_w.dumps(tomllib.loads(MINIMAL) | given), encoding="utf-8")
    assert planner.load_scenario(file).schema_version == 2


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=lambda part: str(part)[:60])
def test_commands_of_the_guides_exist(path: Path, command: str) -> None:
    words = shlex.split(command.partition(" | ")[0])[1:]
    group: click.Command = cli
    while isinstance(group, click.Group):
        found = group.get_command(click.Context(group), words[0])
        assert found is not None, command
        group, words = found, words[1:]
    group.make_context("planner", words)


@pytest.mark.parametrize("path", GUIDES, ids=NAMES)
def test_links_lead_to_files(path: Path) -> None:
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / link).exists(), link


def test_the_covering_example_is_proven() -> None:
    page = ROOT / "planner" / "covering" / "README.md"
    (code,) = blocks(page, "python")
    names: dict = {}
    exec(compile(code, page, "exec"), names)
    plan, problem = names["plan"], names["problem"]
    assert plan.status is Status.OPTIMAL
    assert plan.n_stations == 20
    assert plan.covered_weight == plan.gains.sum() == plan.bound <= problem.weights.sum()
    assert np.all(np.diff(plan.gains) <= 0)
    bound = proven_bound(problem, names["MaxCovered"](n_stations=20), plan.multipliers)
    assert plan.bound <= bound == plan.dual_bound


def test_the_mountains_of_the_radio_guide_are_a_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ROOT / "planner" / "radio" / "README.md"
    monkeypatch.chdir(tmp_path)
    (code,), (scenario,) = blocks(page, "python"), blocks(page, "toml")
    exec(compile(code, page, "exec"), {})
    Path("mountains.toml").write_text(scenario, encoding="utf-8")
    found = planner.site_coverage("sites.csv", "mountains.toml")
    assert found.summary["scenario"] == "mountains"
