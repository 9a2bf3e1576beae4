"""The report of the synthetic plan, read once in each language."""

from __future__ import annotations

import pytest

from planner.outputs.report.page import report_html
from planner.plan import Plan
from tests.planner.outputs.report.outline import Outline


@pytest.fixture(scope="session")
def outline(synthetic_plan: Plan) -> Outline:
    return Outline(report_html(synthetic_plan))


@pytest.fixture(scope="session")
def chinese(synthetic_plan: Plan) -> Outline:
    return Outline(report_html(synthetic_plan, "zh"))
