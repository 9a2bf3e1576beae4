"""The example of the README does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from planner.covering import Status, proven_bound

README = Path(__file__).resolve().parents[3] / "README.md"


def test_example_of_a_covering_problem_runs() -> None:
    (code,) = re.findall(
        r"```python\n(import numpy.*?planner\.covering.*?)```", README.read_text(), re.S
    )
    names: dict = {}
    exec(compile(code, README, "exec"), names)
    plan, problem = names["plan"], names["problem"]
    assert plan.status is Status.OPTIMAL
    assert plan.n_stations == 20
    assert plan.covered_weight == plan.gains.sum() == plan.bound <= problem.weights.sum()
    assert np.all(np.diff(plan.gains) <= 0)
    bound = proven_bound(problem, names["MaxCovered"](n_stations=20), plan.multipliers)
    assert plan.bound <= bound == plan.dual_bound
