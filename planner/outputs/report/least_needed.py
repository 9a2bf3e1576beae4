"""The least that reaches the coverage a scenario requires, from the proofs of a plan."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.siting import MUST_HAVE

if TYPE_CHECKING:
    from planner.plan import Plan

_SAME = 1e-9


@dataclass(frozen=True)
class LeastNeeded:
    """A lower limit for every plan that reaches the required coverage.

    ``amount``: new stations, must-have ones included, or yuan (``of_money``). ``reached``: this
    plan needs no more.
    """

    amount: float
    of_money: bool
    reached: bool


def least_needed(plan: Plan) -> LeastNeeded | None:
    """Return the bound of branch and bound or of the certificate; None without either."""
    summary = plan.summary
    objective = summary.get("objective")
    if objective not in {"fewest_stations", "least_cost"} or summary["infeasible"]:
        return None
    of_money = objective == "least_cost"
    here = summary["cost_cny"] if of_money else summary["stations_new"]
    optimality, proof = summary.get("optimality", {}), summary.get("objective_proof", {})
    if of_money:
        certified = optimality.get("least_cost_cny", 0.0)
    else:
        certified = optimality.get("fewest_new_stations", 0)
        certified += int((plan.stations["role"] == MUST_HAVE).sum()) if certified else 0
    amount = max(certified, proof.get("bound") or 0.0)
    amount = amount if of_money else math.ceil(amount - _SAME)
    if amount <= 0 or here is None:
        return None
    amount = min(amount, here)
    return LeastNeeded(amount, of_money, reached=amount >= here * (1 - _SAME))
