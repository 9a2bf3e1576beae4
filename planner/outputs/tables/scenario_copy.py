"""The resolved scenario: every default written out, overrides merged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import tomli_w

from planner.scenario import resolved

if TYPE_CHECKING:
    from planner.plan import Plan


def write_scenario(plan: Plan, path: Path) -> None:
    """Write a scenario file that gives the same plan again, on the same machine."""
    head = (
        "# Resolved copy of a scenario: every default is written out, paths are absolute.\n"
        f"# basestation-planner {plan.provenance['planner_version']}, "
        f"scenario sha256 {plan.provenance['scenario_hash']}\n\n"
    )
    path.write_text(head + tomli_w.dumps(resolved(plan.scenario)), encoding="utf-8")
