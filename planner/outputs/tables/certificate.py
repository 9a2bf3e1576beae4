"""The certificate as a file: the multipliers from which anyone can recompute the bound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from planner.certificate.certificate import Certificate
    from planner.plan import Plan


def write_certificate(plan: Plan, path: Path) -> None:
    """Write what proves the bound.

    ``multipliers`` (uint16, grid shape), ``upper_bound_people`` (0 to n new stations) and
    ``worth_per_yuan`` (people that a yuan of a budget counts as, else 0). The first two are empty
    if the plan has no certificate; only the first if the model is saturated. A plan that is built
    in phases has the first two for each, as ``multipliers_1``, ``upper_bound_people_1`` and so on,
    and ``phases``, their number. Where the bound was sought for fewer stations too, their
    multipliers are ``multipliers_along_1`` and so on, and ``people_along`` the people whom the plan
    covers after 0 to m new stations.
    """
    found = plan.certificate
    multipliers, bound = _arrays(found)
    arrays = {
        "multipliers": multipliers,
        "upper_bound_people": bound,
        "worth_per_yuan": np.array(0.0 if found is None else found.worth_per_yuan),
        "phases": np.array(len(plan.phases)),
    }
    for number, multipliers in enumerate(() if found is None else found.along, start=1):
        arrays[f"multipliers_along_{number}"] = multipliers
    if found is not None and found.along:
        arrays["people_along"] = found.people_along
    for number, phase in enumerate(plan.phases, start=1):
        multipliers, bound = _arrays(phase.certificate)
        arrays |= {f"multipliers_{number}": multipliers, f"upper_bound_people_{number}": bound}
    with path.open("wb") as file:
        # Its own stubs take the next argument for allow_pickle.
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def _arrays(
    found: Certificate | None,
) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float64]]:
    if found is None:
        return np.zeros((0, 0), dtype=np.uint16), np.zeros(0)
    multipliers = found.multipliers
    if multipliers is None:
        multipliers = np.zeros((0, 0), dtype=np.uint16)
    return multipliers, found.upper_bound_people
