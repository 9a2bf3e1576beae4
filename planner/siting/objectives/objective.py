"""Protocol of the objectives of siting."""

from __future__ import annotations

from typing import ClassVar, Protocol

from planner.covering import Objective
from planner.siting.construction import Construction, Remaining


class SitingObjective(Protocol):
    """An objective: its name, how to build a plan for it, and its form for other methods.

    ``covers_shares``: minimise the means for required shares, else maximise the cover by given
    means; ``by_cost``: the means are money, else stations.
    """

    name: ClassVar[str]
    covers_shares: ClassVar[bool]
    by_cost: ClassVar[bool]

    def build(self, plan: Construction) -> None:
        """Build the plan beyond the cells that must be served."""

    def rank(self, plan: Construction) -> tuple[float, ...]:
        """Return the sort key among feasible plans; smaller is better."""

    def on_arrays(self, left: Remaining) -> Objective:
        """Return the objective of :mod:`planner.covering` for the stations still to choose."""

    def given(self, plan: Construction) -> float:
        """Return the value of the objective before anything is chosen."""
