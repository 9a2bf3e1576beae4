"""What an objective of siting says."""

from __future__ import annotations

from typing import ClassVar, Protocol

from planner.covering import Objective
from planner.siting.construction import Construction, Remaining


class SitingObjective(Protocol):
    """An objective: a name, the way to build a plan for it, and what it is to other methods.

    ``covers_shares``: it asks how little covers so much, else how much so little covers;
    ``by_cost``: little money, else few stations.
    """

    name: ClassVar[str]
    covers_shares: ClassVar[bool]
    by_cost: ClassVar[bool]

    def build(self, plan: Construction) -> None:
        """Build the plan beyond the cells that must be served."""

    def rank(self, plan: Construction) -> tuple[float, ...]:
        """Return what tells plans that keep their constraints apart: the smaller, the better."""

    def on_arrays(self, left: Remaining) -> Objective:
        """Return the objective of :mod:`planner.covering` for what is left to decide."""

    def given(self, plan: Construction) -> float:
        """Return the value of the objective before anything is chosen."""
