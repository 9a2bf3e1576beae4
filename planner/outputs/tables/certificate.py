"""The certificate as a file: the multipliers from which anyone can recompute the bound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from planner.plan import Plan


def write_certificate(plan: Plan, path: Path) -> None:
    """Write what proves the bound.

    ``multipliers`` (uint16, grid shape), ``upper_bound_people`` (0 to n new stations) and
    ``worth_per_yuan`` (people that a yuan of a budget counts as, else 0). The first two are empty
    if the plan has no certificate; only the first if everyone is covered.
    """
    found = plan.certificate
    multipliers = None if found is None else found.multipliers
    if multipliers is None:
        multipliers = np.zeros((0, 0), dtype=np.uint16)
    bound = np.zeros(0) if found is None else found.upper_bound_people
    worth = 0.0 if found is None else found.worth_per_yuan
    with path.open("wb") as file:
        np.savez_compressed(
            file, multipliers=multipliers, upper_bound_people=bound, worth_per_yuan=worth
        )
