"""Reports and maps of a saved plan: another language, a PDF, and nothing half-written."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import planner
from planner.cli import cli
from planner.outputs import save_plan
from planner.outputs.pdf import pages_of_names
from planner.plan import Plan
from planner.saved.rewriting import write_map, write_reports


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "plan"))


def checked(folder: Path) -> set[str]:
    """The files that the record lists, each with its own checksum."""
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    for output in record["outputs"]:
        content = (folder / output["file"]).read_bytes()
        assert output["sha256"] == hashlib.sha256(content).hexdigest(), output["file"]
        assert output["bytes"] == len(content)
    return {output["file"] for output in record["outputs"]}


def test_a_report_in_chinese_is_added_to_the_folder(folder: Path, synthetic_plan: Plan) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert write_reports(planner.open(folder), "zh") == (folder / "report.zh.html",)
    page = (folder / "report.zh.html").read_text(encoding="utf-8")
    assert "新建260个基站" in page
    assert {path.name for path in folder.iterdir()} == {*before, "report.zh.html"}
    changed = [name for name in before if (folder / name).read_bytes() != before[name]]
    assert changed == ["run.json"]
    assert checked(folder) == {*before, "report.zh.html"} - {"run.json"}
    assert planner.open(folder).plan.summary == planner.open(folder).summary
    save_plan(synthetic_plan, folder, force=True)
    assert not (folder / "report.zh.html").exists()


def test_report_and_map_written_again_are_the_same(
    folder: Path, synthetic_plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The counties of this plan are invented, so no data set has them.
    counties = synthetic_plan.area.counties
    monkeypatch.setattr("planner.saved.rasters.counties_of", lambda _: counties)
    report, drawn = ((folder / name).read_bytes() for name in ("report.html", "map.html"))
    write_reports(planner.open(folder), "en")
    assert (folder / "report.html").read_bytes() == report
    write_map(planner.open(folder))
    # The outline of the area may begin at another corner: the same signs in another order.
    assert abs(len((folder / "map.html").read_bytes()) - len(drawn)) < 100
    assert checked(folder) >= {"map.html", "report.html"}


def test_a_file_of_the_planner_s_own_is_not_replaced(folder: Path) -> None:
    (folder / "report.zh.html").write_text("mine")
    with pytest.raises(planner.InputError, match="no earlier run is known to have written it"):
        write_reports(planner.open(folder), "zh")
    assert (folder / "report.zh.html").read_text() == "mine"


def test_without_a_browser_a_pdf_is_one_clear_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANNER_CHROMIUM", "no-such-browser")
    before = sorted(folder.iterdir())
    with pytest.raises(planner.InputError, match="no Chromium or Chrome is here to print a PDF"):
        write_reports(planner.open(folder), "zh", pdf=True)
    assert sorted(folder.iterdir()) == before


def test_a_browser_that_fails_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANNER_CHROMIUM", shutil.which("false") or "")
    before = sorted(folder.iterdir())
    with pytest.raises(planner.PlannerError, match=r"does not print report\.html"):
        write_reports(planner.open(folder), "en", pdf=True)
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("command", ["report", "map"])
def test_commands_refuse_a_folder_of_others(command: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    found = CliRunner().invoke(cli, [command, str(tmp_path)])
    assert isinstance(found.exception, planner.InputError)
    assert "run.json: no such file" in str(found.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.browser
def test_the_command_prints_a4_pages(folder: Path) -> None:
    found = CliRunner().invoke(cli, ["report", str(folder), "--lang", "zh", "--pdf"])
    assert found.exception is None, found.output
    pdf = (folder / "report.zh.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"/URI (file:" not in pdf
    pages = pages_of_names(pdf)
    assert pages["executive"] == 2
    assert 2 <= pages["gaps"] <= pages["sources"] <= pages["provenance"]
    boxes = set(re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", pdf))
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(595, 842)}
    assert {"report.zh.html", "report.zh.pdf"} <= checked(folder)
