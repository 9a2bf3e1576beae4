"""Plans side by side: the numbers of their own tables, in memory, in folders, in the browser."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from matplotlib.figure import Figure

import planner
from planner.cli import cli
from planner.comparison import Comparison
from planner.number_text import percent
from planner.outputs.pages.comparison import FILES, change_text, comparison_html
from planner.outputs.palette import DIFFERENCE_BREAKS, DIFFERENCE_COLOURS
from planner.plan import Plan
from tests.planner.networks.study import write_networks
from tests.planner.outputs.browser import Page, count_colour, headless_page
from tests.planner.rollout.cases import ROLLOUT_TEXT
from tests.planner.sites.cases import PLACES, study
from tests.planner.study import people_array, write_people

GRADED = {"service.model": "graded", "siting.improvement_rounds": 0, "area.cell_size_m": 400}


@dataclass(frozen=True)
class Pair:
    """Two plans of one study, in memory and in folders."""

    file: Path
    plans: tuple[Plan, Plan]
    folders: tuple[Path, Path]


def pair_of(folder: Path, changes: dict[str, object]) -> Pair:
    file = study(folder / "study", ROLLOUT_TEXT + PLACES)
    plans = tuple(
        planner.run(file, {**changes, "target.stations_new": stations}) for stations in (5, 8)
    )
    folders = tuple(plan.save(folder / f"new-{n}") for plan, n in zip(plans, (5, 8), strict=True))
    return Pair(file, plans, folders)


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    changes = {"area.cell_size_m": 400, "siting.improvement_rounds": 0}
    return pair_of(tmp_path_factory.mktemp("hard"), changes)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return pair_of(tmp_path_factory.mktemp("graded"), GRADED)


def zones_csv(folder: Path) -> list[dict[str, str]]:
    with (folder / "zones.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("kind", ["hard", "graded"])
@pytest.mark.parametrize("saved", [False, True])
def test_numbers_are_those_of_the_plans(kind: str, saved: bool, request) -> None:
    pair: Pair = request.getfixturevalue(kind)
    found = planner.compare(*(pair.folders if saved else pair.plans), names=("five", "eight"))
    assert dict(found.scenario_values) == {"target.stations_new": ("5", "8")}
    assert found.rounded == saved
    for letter, plan, folder in zip("ab", pair.plans, pair.folders, strict=True):
        assert np.allclose(found.zones[f"covered_{letter}"], plan.zones["covered"])
        stated = [float(row["covered_share"]) for row in zones_csv(folder)]
        assert np.allclose(found.zones[f"covered_share_{letter}"], stated, atol=5e-6)
        stations = [int(row["stations_existing"]) + int(row["stations_new"])
                    for row in zones_csv(folder)]  # fmt: skip
        assert found.zones[f"stations_{letter}"].tolist() == stations
    change = found.changes[0]
    served = [plan.summary["population_covered"] for plan in pair.plans]
    assert change["people_served_change"] == pytest.approx(served[1] - served[0])
    money = [plan.money.capital_cny for plan in pair.plans]
    assert change["capital_cny_change"] == money[1] - money[0]
    assert found.zones["capital_cny_change_b"].sum() == money[1] - money[0]
    assert change["capital_cny_per_person"] == pytest.approx(
        (money[1] - money[0]) / (served[1] - served[0])
    )
    ends = [plan.build_out.target.date_50 for plan in pair.plans]
    if all(ends):
        months = 12 * (ends[1].year - ends[0].year) + ends[1].month - ends[0].month
        assert change["months_change"] == months
    assert change["positions_kept"] + change["positions_added"] == len(pair.plans[1].stations)


def test_what_is_gained_and_lost_adds_up_to_the_change(graded: Pair, hard: Pair) -> None:
    for pair in (hard, graded):
        change = planner.compare(*pair.plans, names=("a", "b")).changes[0]
        assert change["people_gained"] - change["people_lost"] == pytest.approx(
            change["people_served_change"], rel=1e-4, abs=1.0
        )
        back = planner.compare(*pair.plans[::-1], names=("b", "a")).changes[0]
        assert back["people_lost"] == pytest.approx(change["people_gained"])
        assert back["people_gained"] == pytest.approx(change["people_lost"])


def test_cells_differ_by_their_expected_shares(graded: Pair) -> None:
    (part,) = planner.compare(*graded.plans, names=("a", "b")).parts
    first, second = (plan.coverage.share for plan in graded.plans)
    assert np.array_equal(part.difference(1), second - first, equal_nan=True)
    assert 0.0 < float(np.nanmax(part.difference(1))) <= 1.0
    rounded = planner.compare(graded.folders[0], graded.plans[1]).parts[0]
    assert np.nanmax(np.abs(rounded.difference(1) - part.difference(1))) <= 0.0101


def test_a_plan_differs_in_nothing_from_its_own_folder(graded: Pair) -> None:
    found = planner.compare(graded.plans[0], graded.folders[0], names=("memory", "folder"))
    assert not found.scenario_values
    change = found.changes[0]
    assert change["people_gained"] == change["people_lost"] == 0.0
    assert change["people_served_change"] == pytest.approx(0.0, abs=1.0)
    assert change["positions_added"] == change["positions_left"] == 0


def test_other_grids_are_refused_unless_aligned(hard: Pair) -> None:
    fine = planner.run(hard.file, {"area.cell_size_m": 200, "target.stations_new": 8})
    with pytest.raises(planner.InputError, match="--align grid") as refused:
        planner.compare(hard.plans[0], fine, names=("coarse", "fine"))
    assert "cells of 200 m, not 400 m" in str(refused.value)
    found = planner.compare(hard.plans[0], fine, names=("coarse", "fine"), align="grid")
    assert np.allclose(found.zones["covered_b"], fine.zones["covered"])
    (part,) = found.parts
    assert part.area.grid.cell_size_m == 400
    people = float((part.people * np.nan_to_num(part.shares[1])).sum(dtype=float))
    assert people == pytest.approx(fine.summary["population_covered"], rel=0.1)


def test_other_people_are_refused_unless_counted_on_the_same(hard: Pair, tmp_path: Path) -> None:
    write_people(tmp_path / "others.tif", people_array(seed=3) * np.float32(2))
    changes = {"area.cell_size_m": 400, "population.file": str(tmp_path / "others.tif")}
    other = planner.run(hard.file, changes)
    for align in ("refuse", "grid"):
        with pytest.raises(planner.InputError, match="--align people"):
            planner.compare(hard.plans[0], other, names=("a", "b"), align=align)
    found = planner.compare(hard.plans[0], other, names=("a", "b"), align="people")
    demand, zone = hard.plans[0].demand, hard.plans[0].area.zone_index
    served = demand.people * np.nan_to_num(other.coverage.share)
    for row, covered in enumerate(found.zones["covered_b"]):
        assert covered == pytest.approx(served[zone == row].sum(dtype=float), rel=1e-5)
    assert np.allclose(found.zones["population"], hard.plans[0].zones["population"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"plans": 1}, "two to 9"),
        ({"align": "somehow"}, "refuse, grid, people"),
        ({"names": ("same", "same")}, "a name of its own"),
        ({"network": "mobile"}, "not a network of every plan"),
        ({"plans": ("nowhere", "nowhere")}, "no such folder"),
    ],
)
def test_what_cannot_be_compared_is_refused(hard: Pair, given, said: str) -> None:
    plans = given.pop("plans", None)
    chosen = plans if isinstance(plans, tuple) else hard.plans[: plans or 2]
    with pytest.raises(planner.InputError, match=said):
        planner.compare(*chosen, **given)


def test_networks_are_compared_one_by_one(tmp_path: Path) -> None:
    file = write_networks(tmp_path / "study")
    folders = []
    for number in (9, 14):
        changes = {"networks.0.target.stations_new": number, "area.cell_size_m": 400}
        networks = planner.run_networks(file, changes)
        folders.append(networks.save(tmp_path / f"mobile-{number}"))
    found = planner.compare(*folders)
    assert found.names == ("mobile-9", "mobile-14")
    by_network = {part.network: part for part in found.parts}
    assert set(by_network) == {"mobile", "telecom+unicom"}
    assert by_network["mobile"].changes[0]["stations_new_change"] == 5
    assert by_network["telecom+unicom"].changes[0]["people_gained"] == 0.0
    for key, part in by_network.items():
        stated = [float(row["covered_share"]) for row in zones_csv(folders[1] / key)]
        assert np.allclose(part.zones["covered_share_b"], stated, atol=5e-6)
    assert set(found.zones["network"]) == set(by_network)
    (only,) = planner.compare(*folders, network="mobile").parts
    assert only.network == "mobile"
    assert comparison_html(found).count('data-part="') == 2
    assert len(repr(networks)) < 400
    assert "mobile, telecom+unicom" in repr(networks)


def test_a_plot_shows_the_cells_and_zones_that_change(hard: Pair) -> None:
    (part,) = planner.compare(*hard.plans, names=("a", "b")).parts
    axes = planner.plots.difference_map(part, Figure().add_subplot())
    picture = axes.images[0].get_array()
    gained = (100 * part.difference(1) >= DIFFERENCE_BREAKS[-1]) & (part.people > 0)
    purple = bytes.fromhex(DIFFERENCE_COLOURS[-1].removeprefix("#"))
    assert np.array_equal((picture[..., :3] == list(purple)).all(axis=-1), gained)
    bars = planner.plots.zone_changes(part, Figure().add_subplot()).patches
    assert sorted(bar.get_width() for bar in bars) == pytest.approx(
        sorted(100.0 * part.zones["covered_share_change_b"])
    )


@pytest.fixture(scope="module")
def compared(hard: Pair, graded: Pair, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder that the command wrote, of three plans with graded service or without."""
    out = tmp_path_factory.mktemp("compared") / "out"
    arguments = ["compare", *map(str, graded.folders), "--out", str(out), "--json"]
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert json.loads(done.stdout)["networks"][0]["changes"]
    return out


def test_the_command_writes_page_table_and_json(compared: Path, graded: Pair) -> None:
    assert {path.name for path in compared.iterdir()} == {*FILES, "run.json"}
    rows = zones_csv(compared)
    for row, own in zip(rows, zones_csv(graded.folders[1]), strict=True):
        assert row["covered_share_b"] == own["covered_share"]
        assert row["covered_b"] == own["covered"]
        assert row["population"] == own["population"]
    said = json.loads((compared / "comparison.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in said["plans"]] == ["new-5", "new-8"]
    with pytest.raises(planner.InputError, match="not empty"):
        planner.compare(*graded.plans, names=("a", "b")).save(compared)


def test_the_terminal_says_what_is_gained_and_for_how_much(hard: Pair, tmp_path: Path) -> None:
    out = ["--out", str(tmp_path / "out")]
    done = CliRunner().invoke(cli, ["compare", *map(str, hard.folders), *out])
    change = planner.compare(*hard.folders).changes[0]
    assert done.exit_code == 0
    assert f"{change['people_gained']:,.0f} residents gained" in done.output
    assert "for each resident" in done.output


def test_a_comparison_shows_itself_in_a_notebook(hard: Pair) -> None:
    found = planner.compare(*hard.plans, names=("few", "many"))
    assert len(repr(found)) < 400
    assert repr(found).startswith("<Comparison of few, many: +")
    assert found._repr_html_().startswith("<iframe srcdoc=")
    assert isinstance(found, Comparison)


def test_a_page_is_in_one_language(hard: Pair) -> None:
    found = planner.compare(*hard.plans, names=("1", "2"))
    english = re.sub(r"<script.*?</script>|A small study", "", comparison_html(found), flags=re.S)
    assert not re.search(r"[\u4e00-\u9fff]", english)
    chinese = re.sub(
        r"<(script|style|code).*?</\1>", "", comparison_html(found, lang="zh"), flags=re.S
    )
    words = set(re.findall(r"[a-z]{4,}", re.sub(r"<[^>]*>|A small study", "", chinese)))
    assert words <= {"million", "yuan", "billion"}


def test_names_from_outside_stay_text(hard: Pair) -> None:
    names = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>')
    html = comparison_html(planner.compare(*hard.plans, names=names))
    assert "<script>alert" not in html
    assert "<img src=x" not in html


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with headless_page() as opened:
        yield opened


@pytest.mark.browser
def test_the_page_opens_alone_and_its_maps_move_together(
    page: Page, compared: Path, graded: Pair
) -> None:
    page.open(compared / "comparison.html")
    assert page.outside_requests() == []
    assert page.console_errors() == []
    cells = page.script(
        "return [...document.querySelectorAll('table.zones tbody tr')].map("
        "row => [...row.cells].map(cell => cell.innerText))"
    )
    plans = [zones_csv(folder) for folder in graded.folders]
    for cell, first, second in zip(cells, *plans, strict=True):
        shares = [float(row["covered_share"]) for row in (first, second)]
        assert cell[0] == first["name_en"]
        assert cell[2] == percent(shares[0])
        assert cell[4] == percent(shares[1])
        assert cell[6] == change_text("served_share", shares[1] - shares[0])
    page.script("comparison[0][0].setView([23.1, 113.1], 12.5, { animate: false })")
    views = page.script(
        "return comparison[0].map(map => [map.getCenter().lat, map.getCenter().lng, map.getZoom()])"
    )
    assert len(views) == 3
    assert all(np.allclose(view, views[0], atol=1e-6) for view in views)
    assert views[0][2] == 12.5


@pytest.mark.browser
@pytest.mark.parametrize("width", [1400, 390])
def test_the_difference_is_seen_and_another_fill_can_be_chosen(
    page: Page, compared: Path, width: int
) -> None:
    page.resize(width, 900)
    page.open(compared / "comparison.html")
    last = "document.querySelectorAll('.pane')[2]"
    page.script(f"{last}.scrollIntoView()")

    def purple() -> int:
        box = page.script(f"return {last}.querySelector('.map').getBoundingClientRect().toJSON()")
        left, top, right, bottom = (int(box[one]) for one in ("left", "top", "right", "bottom"))
        seen = page.pixels()[top:bottom, left:right]
        return sum(count_colour(seen, colour, 6) for colour in DIFFERENCE_COLOURS[6:])

    assert purple() > 300
    shown = f"return [...{last}.querySelectorAll('.legend')].filter(one => !one.hidden).length"
    assert page.script(shown) == 1
    page.script(
        f"const select = {last}.querySelector('select'); select.value = '0';"
        "select.dispatchEvent(new Event('change'))"
    )
    legend = f"return {last}.querySelector('.legend:not([hidden])').dataset.legend"
    assert page.script(legend) == "share"
    assert purple() < 100
    wide = page.script("return document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    assert page.console_errors() == []
    page.resize(1400)
