"""The certificate as a file: the multipliers from which anyone can recompute the bound."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    # As numpy.savez_compressed does, but one array after the other: each is as large as the grid.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in _arrays(plan):
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)


def _arrays(plan: Plan) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    found = plan.certificate
    yield from _proof(found, "")
    yield "worth_per_yuan", np.array(0.0 if found is None else found.worth_per_yuan)
    yield "phases", np.array(len(plan.phases))
    for number, multipliers in enumerate(() if found is None else found.along, start=1):
        yield f"multipliers_along_{number}", multipliers.whole()
    if found is not None and found.along:
        yield "people_along", found.people_along
    for number, phase in enumerate(plan.phases, start=1):
        yield from _proof(phase.certificate, f"_{number}")


def _proof(found: Certificate | None, suffix: str) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    proof = None if found is None else found.multipliers
    yield f"multipliers{suffix}", np.zeros((0, 0), np.uint16) if proof is None else proof.whole()
    bound = np.zeros(0) if found is None else found.upper_bound_people
    yield f"upper_bound_people{suffix}", bound
