"""The least cost that covers a share: by weight per yuan, then removal of idle stations."""

from __future__ import annotations

from typing import ClassVar

from planner.covering import LeastCost, Objective
from planner.siting.construction import Construction, Remaining


class SiteLeastCost:
    """As fewest stations, but by the most weight per yuan at each step."""

    name: ClassVar[str] = "least_cost"
    covers_shares: ClassVar[bool] = True
    by_cost: ClassVar[bool] = True

    def build(self, plan: Construction) -> None:
        """Place stations until every share is covered, or none adds anything."""
        plan.cover_shares(by_cost=True)
        plan.take_back()
        plan.put_in_order(by_cost=True)
        plan.pay_what_is_owed(by_cost=True)

    def rank(self, plan: Construction) -> tuple[float, ...]:
        """Return the sort key among feasible plans; smaller is better."""
        return (plan.spent_cny, float(len(plan.chosen)), -plan.covered_weight)

    def on_arrays(self, left: Remaining) -> Objective:
        """Return the objective of :mod:`planner.covering` for the stations still to choose."""
        return LeastCost(left.cover_target)

    def given(self, plan: Construction) -> float:
        """Return the cost of the must-have sites."""
        return plan.given_cny
