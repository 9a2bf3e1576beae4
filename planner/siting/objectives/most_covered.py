"""The most weight with a given number of stations (Church, ReVelle 1974), by greedy choice."""

from __future__ import annotations

from typing import ClassVar

from planner.covering import MaxCovered, Objective
from planner.siting.construction import Construction, Remaining


class SiteMostCovered:
    """Each station goes where it adds the most; those that zones require are reserved for them."""

    name: ClassVar[str] = "most_covered"
    covers_shares: ClassVar[bool] = False
    by_cost: ClassVar[bool] = False

    def build(self, plan: Construction) -> None:
        """Place stations until the number is reached, or none adds anything."""
        plan.cover_most(by_cost=False)
        plan.pay_what_is_owed(by_cost=False)

    def rank(self, plan: Construction) -> tuple[float, ...]:
        """Return the sort key among feasible plans; smaller is better."""
        return (-plan.covered_weight,)

    def on_arrays(self, left: Remaining) -> Objective:
        """Return the objective of :mod:`planner.covering` for the stations still to choose."""
        return MaxCovered(left.most_stations)

    def given(self, plan: Construction) -> float:
        """Return the weight that is covered already."""
        return plan.covered_weight
