"""The goal of an objective: reward, prices and limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from planner.covering.problem import CoveringProblem

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LimitRow:
    """One limit on the choice: ``sum of coefficient[s] over chosen sites s <= limit``.

    A lower limit has negative coefficients and a negative limit. ``name`` is used in the message
    when it cannot be kept.
    """

    name: str
    sites: npt.NDArray[np.int64]
    coefficient: Floats
    limit: float


@dataclass(frozen=True)
class Goal:
    """Maximise ``reward * covered weight - sum of price over chosen sites``.

    ``cover_target`` is covered weight that must be reached, ``limits`` come on top of those of
    the problem. Either ``reward`` is 1 and the prices are 0, or the other way round.
    """

    reward: float
    price: Floats
    cover_target: float = 0.0
    limits: tuple[LimitRow, ...] = ()


class Objective(Protocol):
    """An objective: a frozen dataclass with a name and a goal."""

    name: ClassVar[str]

    def goal(self, problem: CoveringProblem) -> Goal:
        """The goal on ``problem``; raises ``InputError`` if it has no meaning there."""
        ...
