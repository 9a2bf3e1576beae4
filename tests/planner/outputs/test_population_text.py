"""Every page and the terminal say which population was used."""

from dataclasses import replace
from pathlib import Path

import pytest

from planner.outputs.map.panels import map_panels
from planner.outputs.population_text import population_en, population_zh
from planner.outputs.report.page import report_html
from planner.outputs.terminal.networks_text import networks_result
from planner.outputs.terminal.run_text import run_text
from planner.plan import Plan

GUIZHOU = "Modelled population of Guizhou 2020, people per cell"
MODEL = {"population_is_model": True, "population_source": GUIZHOU}
OTHER = {"population_is_model": True, "population_source": "WorldPop 2020"}
RASTER = {"population_is_model": False, "population_source": "chn_ppp_2020.tif"}


@pytest.mark.parametrize(
    ("known", "expected", "expected_zh"),
    [
        (MODEL, f"embedded model, not a count ({GUIZHOU})", "内置人口模型"),
        (OTHER, "a model, not a count (WorldPop 2020)", "人口模型 WorldPop 2020"),
        (RASTER, "the scenario's raster chn_ppp_2020.tif", "chn_ppp_2020.tif"),
    ],
)
def test_a_plan_names_its_population(
    synthetic_plan: Plan, known: dict[str, object], expected: str, expected_zh: str
) -> None:
    plan = replace(synthetic_plan, summary={**synthetic_plan.summary, **known})
    assert population_en(plan.summary) == expected
    assert expected_zh in population_zh(plan.summary)
    assert expected in run_text(plan, Path("out"))
    panels = map_panels(plan.summary, plan.scenario.aims)
    for page in (report_html(plan), panels):
        said = page.replace("&#39;", "'").replace("&#x27;", "'")
        assert expected in said
        assert expected_zh in (said if page is panels else report_html(plan, "zh"))


def test_the_terminal_of_several_networks_names_it() -> None:
    known = {"title": "Three", "population_total": 1e6, "networks": [], "comparison": []}
    known["allocation_error"] = None
    covered = {"population_covered_by_any": 9e5, "population_covered_by_all": 8e5}
    summary = {**known, **covered, **RASTER}
    assert "the scenario's raster chn_ppp_2020.tif" in networks_result(summary, Path("out"))
