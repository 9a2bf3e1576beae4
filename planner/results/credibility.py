"""Service with a stated credibility: who is served in a share of the draws."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.progress import Stages
from planner.results.served_range import PLAN, StandingPlan, draws

WORST_SHARE = 0.1
"""Share of the draws whose mean is reported as the worst."""

_OF_SITING = ("radio", "service", "terrain")
"""Sections whose uncertain values move stations; people and heights are read once."""

_NOT_OF_SITING = frozenset({"service.take_up"})


@dataclass(frozen=True)
class DrawnShares:
    """Shares of the people served by stations that stand, usually and in each draw.

    ``values``: of each draw, by dotted key; ``shares`` (float64[draws]).
    """

    usual: float
    values: tuple[Mapping[str, object], ...]
    shares: npt.NDArray[np.float64]

    def held(self, credibility: float) -> float:
        """Return the share of the people that is served in ``credibility`` of the draws."""
        return float(self.shares[self._at(credibility)])

    def worst_share(self) -> float:
        """Return the mean share served in the worst tenth of the draws."""
        count = math.ceil(WORST_SHARE * self.shares.size)
        return float(np.sort(self.shares)[:count].mean())

    def cautious_values(self, credibility: float) -> dict[str, object]:
        """Return the values of siting in the draw that ``credibility`` of the draws serve."""
        return {
            key: value
            for key, value in self.values[self._at(credibility)].items()
            if key.split(".")[0] in _OF_SITING and key not in _NOT_OF_SITING
        }

    def _at(self, credibility: float) -> int:
        below = math.floor((1.0 - credibility) * self.shares.size + 1e-9)
        return int(np.argsort(self.shares, kind="stable")[below])


def drawn_shares(plan: StandingPlan, stages: Stages) -> DrawnShares:
    """Return who is served by fixed stations in each draw of the uncertain assumptions."""
    scenario = plan.scenario
    changes = draws(scenario.uncertain, scenario.range_draws, scenario.seed)
    with stages.stage("credibility", len(changes), "draws") as update:
        found = []
        for one in changes:
            found.append(plan.in_draw(one).shares()[PLAN])
            update(1)
    return DrawnShares(plan.otherwise({}).shares()[PLAN], tuple(changes), np.array(found))


def credibility_summary(
    credibility: float, plain: DrawnShares, held: DrawnShares
) -> dict[str, Any]:
    """Return the entries of the summary on a plan that requires a credibility.

    ``plain``: of the stations chosen without asking for it; ``held``: of those chosen with it.
    """
    worst = held.worst_share()
    return {
        "asked": credibility,
        "draws": len(held.values),
        "served_share": held.held(credibility),
        "usual_share": held.usual,
        "worst_tenth_share": worst,
        "worst_tenth_loss": held.usual - worst,
        "served_share_without_asking": plain.held(credibility),
        "values": plain.cautious_values(credibility),
    }
