"""Tables for spreadsheets."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.columns import STATIONS, ZONES
from planner.outputs.tables.csv import harmless_text
from planner.plan import Plan

FORMULA = tuple("=+-@＝＋－＠\t\r\n")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_byte_order_mark_for_excel(saved: Path) -> None:
    for name in ("stations.csv", "zones.csv"):
        assert (saved / name).read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(("name", "columns"), [("stations.csv", STATIONS), ("zones.csv", ZONES)])
def test_columns_are_those_of_the_glossary_in_order(
    saved: Path, name: str, columns: dict[str, object]
) -> None:
    assert list(rows(saved / name)[0]) == list(columns)


def test_digits_say_what_is_known(synthetic_plan: Plan, saved: Path) -> None:
    written = rows(saved / "stations.csv")
    assert len(written) == len(synthetic_plan.stations)
    for row, station in zip(written, synthetic_plan.stations.itertuples(), strict=True):
        assert float(row["lon"]) == pytest.approx(station.lon, abs=5.1e-7)
        assert float(row["people_gained"]) == pytest.approx(station.people_gained, abs=0.051)
        assert len(row["lat"].partition(".")[2]) <= 6
        assert len(row["people_covered"].partition(".")[2]) <= 1
        assert row["useful"] == ("true" if station.useful else "false")


def test_hostile_names_come_back_as_they_were(hostile_plan: Plan, saved_hostile: Path) -> None:
    written = rows(saved_hostile / "stations.csv")
    names = [row["name"] for row in written]
    assert not any(name.startswith(FORMULA) for name in names)
    assert [name.removeprefix("'") for name in names] == hostile_plan.stations["name"].tolist()
    zones = rows(saved_hostile / "zones.csv")
    assert zones[3]["name_zh"] == "'=1+1"
    assert [row["name_en"].removeprefix("'") for row in zones] == hostile_plan.zones[
        "name_en"
    ].tolist()


@given(st.lists(st.text(max_size=12), min_size=1, max_size=6))
def test_no_text_is_a_formula_and_every_text_comes_back(texts: list[str]) -> None:
    harmless = harmless_text(pd.Series(texts, dtype=object)).tolist()
    assert not any(text.startswith(FORMULA) for text in harmless)
    assert [text.removeprefix("'") for text in harmless] == texts
