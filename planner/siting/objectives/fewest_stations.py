"""The fewest stations that cover a share: greedy choice, then removal of idle ones."""

from __future__ import annotations

from typing import ClassVar

from planner.covering import FewestStations, Objective
from planner.siting.construction import Construction, Remaining


class SiteFewestStations:
    """Zones below their share first, then all; then stations not needed for the shares go."""

    name: ClassVar[str] = "fewest_stations"
    covers_shares: ClassVar[bool] = True
    by_cost: ClassVar[bool] = False

    def build(self, plan: Construction) -> None:
        """Place stations until every share is covered, or none adds anything."""
        plan.cover_shares(by_cost=False)
        plan.take_back()
        plan.put_in_order(by_cost=False)
        plan.pay_what_is_owed(by_cost=False)

    def rank(self, plan: Construction) -> tuple[float, ...]:
        """Return the sort key among feasible plans; smaller is better."""
        return (float(len(plan.chosen)), -plan.covered_weight)

    def on_arrays(self, left: Remaining) -> Objective:
        """Return the objective of :mod:`planner.covering` for the stations still to choose."""
        return FewestStations(left.cover_target)

    def given(self, plan: Construction) -> float:
        """Return the must-have sites."""
        return float(len(plan.given))
