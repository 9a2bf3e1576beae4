"""Charts of the report: well-formed, stable, with text as text."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from planner.certificate.certificate import Certificate
from planner.number_text import percent
from planner.outputs.plots.coverage import bound_curve, commonest
from planner.outputs.report.page import curve_svg, map_svg
from planner.plan import Plan

CHINESE = re.compile("[\u4e00-\u9fff]")
SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter(f"{SVG}text")]


def lines(svg: str) -> list[str]:
    """Points of all drawn lines."""
    return [p for node in ET.fromstring(svg).iter(f"{SVG}path") for p in node.get("d", "").split()]


@pytest.mark.parametrize("draw", [curve_svg, map_svg])
def test_same_plan_gives_the_same_picture(synthetic_plan: Plan, draw: object) -> None:
    assert callable(draw)
    assert draw(synthetic_plan) == draw(synthetic_plan)


def test_curve_names_its_parts_and_ends(synthetic_plan: Plan) -> None:
    found = texts(curve_svg(synthetic_plan))
    summary = synthetic_plan.summary
    assert "Baseline" in found
    assert "Plan" in found
    assert "Would add no coverage" in found
    assert "Target 99.5\N{NO-BREAK SPACE}%" in found
    assert percent(summary["population_covered_share"]) in found


def test_baseline_ends_at_its_own_share_between_points_of_the_curve(synthetic_plan: Plan) -> None:
    summary = {**synthetic_plan.summary, "curve": [[0, 0.0], [50, 0.3], [70, 0.5], [320, 0.96]]}
    found = texts(curve_svg(replace(synthetic_plan, summary=summary)))
    assert percent(summary["population_covered_baseline_share"]) in found


def test_curve_says_why_stations_are_not_built(synthetic_plan: Plan) -> None:
    summary = {**synthetic_plan.summary, "stations_not_needed": 0, "stations_not_placed": 30}
    found = texts(curve_svg(replace(synthetic_plan, summary=summary)))
    assert "Not placed: no candidate left" in found
    assert "Would add no coverage" not in found


def test_curve_says_a_hundred_when_it_is_all(synthetic_plan: Plan) -> None:
    summary = {**synthetic_plan.summary, "curve": [[0, 0.0], [60, 0.5], [320, 0.99999]]}
    found = texts(curve_svg(replace(synthetic_plan, summary=summary)))
    assert "> 99.9\N{NO-BREAK SPACE}%" in found
    assert "100.0\N{NO-BREAK SPACE}%" not in found


def test_curve_without_a_baseline(synthetic_plan: Plan) -> None:
    summary = {**synthetic_plan.summary, "stations_existing": 0}
    found = texts(curve_svg(replace(synthetic_plan, summary=summary)))
    assert "Baseline" not in found
    assert "Plan" in found


def test_curve_of_a_plan_without_stations(synthetic_plan: Plan) -> None:
    nothing = {"stations_existing": 0, "stations_requested": 0, "stations_not_needed": 0}
    summary = {**synthetic_plan.summary, **nothing, "curve": [[0, 0.0]]}
    empty = curve_svg(replace(synthetic_plan, summary=summary))
    assert "0" in texts(empty)
    assert len(lines(empty)) < len(lines(curve_svg(synthetic_plan)))


def with_certificate(plan: Plan, *, spare: float = 1.02) -> Plan:
    """The plan with a bound a little above what it covers, for 0 to 259 new stations."""
    gained = plan.stations["people_covered"].to_numpy()[60:]
    bound = np.minimum(spare * gained, plan.summary["population_total"])
    found = Certificate(bound, np.ones((2, 2), np.uint16), float(gained[-1]), 61, "a dual")
    return replace(plan, certificate=found, summary={**plan.summary, "optimality": found.summary()})


def test_bound_stands_above_the_curve(synthetic_plan: Plan) -> None:
    plan = with_certificate(synthetic_plan)
    bound = bound_curve(plan)
    assert bound is not None
    assert bound[0, 0] == 61
    assert bound[-1, 0] == 320
    curve = np.asarray(plan.summary["curve"])
    assert (bound[:, 1] >= np.interp(bound[:, 0], curve[:, 0], curve[:, 1])).all()
    assert bound[:, 1].max() <= 1.0
    found = texts(curve_svg(plan))
    assert "Proven upper limit" in found
    assert "Most that could be gained" in found
    assert f"≤ {percent(bound[-1, 1], of=plan.summary['population_total'])}" in found


def test_without_a_proof_there_is_no_bound(synthetic_plan: Plan) -> None:
    assert bound_curve(synthetic_plan) is None
    plan = with_certificate(synthetic_plan)
    assert plan.certificate is not None
    everybody = replace(plan, certificate=replace(plan.certificate, multipliers=None))
    assert bound_curve(everybody) is None
    assert curve_svg(everybody) == curve_svg(synthetic_plan)


def test_bound_of_no_new_station_at_all(synthetic_plan: Plan) -> None:
    plan = with_certificate(synthetic_plan)
    assert plan.certificate is not None
    one = replace(plan.certificate, upper_bound_people=plan.certificate.upper_bound_people[:1])
    bound = bound_curve(replace(plan, certificate=one))
    assert bound is not None
    assert bound.shape == (1, 2)
    assert "0" in texts(curve_svg(replace(plan, certificate=one)))


def test_map_names_the_zones_in_its_language(synthetic_plan: Plan) -> None:
    assert set(synthetic_plan.zones["name_zh"]) <= set(texts(map_svg(synthetic_plan, "zh")))
    assert set(synthetic_plan.zones["name_en"]) <= set(texts(map_svg(synthetic_plan, "en")))


def test_a_chart_is_in_one_language(synthetic_plan: Plan) -> None:
    plan = with_certificate(synthetic_plan)
    assert not any(CHINESE.search(text) for text in texts(curve_svg(plan, "en")))
    words = [text for text in texts(curve_svg(plan, "zh")) if re.search("[a-zA-Z]", text)]
    assert words == []
    assert "已证明的覆盖上限" in texts(curve_svg(plan, "zh"))


def test_hostile_names_are_text(hostile_plan: Plan) -> None:
    svg = map_svg(hostile_plan, "zh")
    assert "=1+1" in texts(svg)
    assert not list(ET.fromstring(svg).iter(f"{SVG}script"))


def naive_commonest(codes: np.ndarray, step: int) -> np.ndarray:
    rows, cols = (-(-side // step) for side in codes.shape)
    small = np.full((rows, cols), 255, dtype=np.uint8)
    for row in range(rows):
        for col in range(cols):
            block = codes[row * step : (row + 1) * step, col * step : (col + 1) * step]
            counts = [int((block == code).sum()) for code in (0, 1, 2, 3)]
            if 2 * sum(counts) >= step * step:
                small[row, col] = int(np.argmax(counts))
    return small


@given(
    hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)),
               elements=st.sampled_from([0, 1, 2, 3, 255])),
    st.integers(2, 4),
)  # fmt: skip
def test_commonest_is_the_naive_count(codes: np.ndarray, step: int) -> None:
    assert np.array_equal(commonest(codes, step), naive_commonest(codes, step))
