"""The most weight within a budget: by weight per yuan, or one large station (Khuller 1999)."""

from __future__ import annotations

from typing import ClassVar

from planner.covering import MaxCoveredWithinBudget, Objective
from planner.siting.construction import Construction, Remaining


class SiteMostWithinBudget:
    """The better of two plans: the most weight per yuan at each step, or the best single station.

    Khuller, Moss and Naor (1999): that covers at least (1 - 1/e) / 2 of the best plan.
    """

    name: ClassVar[str] = "most_within_budget"
    covers_shares: ClassVar[bool] = False
    by_cost: ClassVar[bool] = True

    def build(self, plan: Construction) -> None:
        """Place stations until the budget buys none that adds anything."""
        plan.pay_what_is_owed(by_cost=True)
        single = plan.best_single()
        before = len(plan.chosen)
        plan.cover_most(by_cost=True)
        plan.prefer(single, before)

    def rank(self, plan: Construction) -> tuple[float, ...]:
        """Return the sort key among feasible plans; smaller is better."""
        return (-plan.covered_weight,)

    def on_arrays(self, left: Remaining) -> Objective:
        """Return the objective of :mod:`planner.covering` for the stations still to choose."""
        return MaxCoveredWithinBudget(left.budget_cny)

    def given(self, plan: Construction) -> float:
        """Return the weight that is covered already."""
        return plan.covered_weight
