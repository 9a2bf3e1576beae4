"""What an objective of siting says."""

from __future__ import annotations

from typing import ClassVar, Protocol

from planner.covering import Objective
from planner.siting.construction import Construction, Remaining


class SitingObjective(Protocol):
    """An objective: a name, the way to build a plan for it, and what it is to exact methods."""

    name: ClassVar[str]
    by_cost: ClassVar[bool]

    def build(self, plan: Construction) -> None:
        """Build the plan beyond the cells that must be served."""

    def on_arrays(self, left: Remaining) -> Objective:
        """Return the objective of :mod:`planner.covering` for what is left to decide."""

    def given(self, plan: Construction) -> float:
        """Return the value of the objective before anything is chosen."""
