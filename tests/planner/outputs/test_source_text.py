"""Where values come from, in Chinese: every text of the program has its words."""

from __future__ import annotations

import re

import pytest

import planner
from planner.data.registry import data_set
from planner.money.default_sources import MONEY_SOURCES
from planner.outputs.source_text import input_zh, source_zh
from planner.pipeline import scenario_radii
from planner.radio.budget_table import budget_table
from planner.radio.default_sources import DEFAULT_SOURCES
from planner.scenario.load import scenario_names

SENTENCE = re.compile(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}")


@pytest.mark.parametrize("sources", [DEFAULT_SOURCES, MONEY_SOURCES])
def test_no_source_of_a_default_stays_english(sources: dict[str, str]) -> None:
    for key, text in sources.items():
        assert not SENTENCE.search(source_zh(text)), key
        assert re.search("[\u4e00-\u9fff]", source_zh(text)), key


@pytest.mark.parametrize("band", ["n41", "n78", "n28"])
@pytest.mark.parametrize("kind", ["indoor", "outdoor"])
def test_no_line_of_a_link_budget_stays_english(band: str, kind: str) -> None:
    over = {"radio.band": band, "service.kind": kind, "service.model": "disc"}
    scenario = planner.load_scenario("qingzhen", over)
    for row in budget_table(scenario_radii(scenario.radio, scenario.service, scenario.file)):
        shown = source_zh(row["note"])
        assert not SENTENCE.search(shown), row["note"]
        assert ", " not in shown
        assert "; " not in shown


def test_numbers_and_documents_of_a_source_stay() -> None:
    for text in DEFAULT_SOURCES.values():
        numbers = re.findall(r"\d+\.\d+", text)
        shown = source_zh(text)
        assert all(number in shown for number in numbers), text


@pytest.mark.parametrize("key", ["boundaries", "places_airports", "places_seats"])
def test_embedded_data_have_chinese_titles(key: str) -> None:
    assert input_zh(data_set(key).title) != data_set(key).title


@pytest.mark.parametrize("code", ["440000", "520000", "530000", "130000", "350000"])
def test_embedded_people_have_chinese_titles(code: str) -> None:
    assert "人口模型" in input_zh(data_set(f"population_{code}").title)


@pytest.mark.parametrize("name", scenario_names())
def test_shipped_scenarios_say_their_sources_in_chinese(name: str) -> None:
    scenario = planner.load_scenario(name)
    assert all(source.text_zh for source in scenario.sources)
    assert all(one.source_zh for one in scenario.uncertain)
    targets = [scenario.target, *(one.target for one in scenario.networks)]
    assert all(target.counting_rule_zh for target in targets if target.counting_rule)
    assert all(zone.source_zh for target in targets for zone in target.zones if zone.source)
