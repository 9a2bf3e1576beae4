"""Effort of improving the stations of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Improvement:
    """How long stations are improved: ``rounds`` as in the scenario, and the seed.

    ``share``: of the work that automatic rounds stand for. ``nested``: the first stations are to be
    a good plan too, as :func:`planner.siting.nested.improved_nested` makes them.
    """

    rounds: int | Literal["auto"]
    seed: int
    share: float = 1.0
    nested: bool = False
