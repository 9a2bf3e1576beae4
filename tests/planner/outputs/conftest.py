"""Plans to write outputs from."""

from __future__ import annotations

import pytest
from synthetic import make_plan

from planner.plan import Plan


@pytest.fixture(scope="session")
def synthetic_plan() -> Plan:
    """A small plan of four invented prefectures; see ``synthetic.py``."""
    return make_plan()


@pytest.fixture(scope="session")
def hostile_plan() -> Plan:
    """The same with quotes, angle brackets, line breaks and formulas in every name."""
    return make_plan(hostile=True)
