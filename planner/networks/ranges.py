"""The range of the people served by several networks together, and with what credibility."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from planner.networks.comparison import Standing
from planner.progress import Stages
from planner.results.credibility import DrawnShares
from planner.results.served_range import (
    ANY,
    EVERY,
    draws,
    range_summary,
    together,
)
from planner.scenario.uncertain import Uncertain, changes_of_network


def range_together(
    uncertain: Sequence[Uncertain],
    count: int,
    seed: int,
    standing: Mapping[int, Standing],
    headlines: tuple[float, float],
    stages: Stages,
    *,
    credibility: float = 0.0,
) -> dict[str, Any]:
    """Return ``range`` for the summary of several networks; nothing where nothing is uncertain.

    And ``credibility``, if one is asked for: whom any network serves in that share of the draws.

    ``count`` draws with ``seed``; ``standing``: stations by the row of their first network;
    ``headlines``: shares of the people whom any network serves, and every one.
    """
    if not (uncertain and count):
        return {}
    changes = draws(uncertain, count, seed)
    with stages.stage("range", len(changes), "draws") as update:
        found = []
        for one in ({}, *changes):
            served = [
                plan.plan.in_draw(changes_of_network(one, place))
                for place, plan in standing.items()
            ]
            found.append(together(served))
            update(1)
    known = dict(zip((ANY, EVERY), headlines, strict=True))
    summary = {"range": range_summary(uncertain, found[0], found[1:], known)}
    if not credibility:
        return summary
    shares = np.array([one[ANY] for one in found[1:]])
    drawn = DrawnShares(found[0][ANY], tuple(changes), shares)
    return summary | {
        "credibility": {
            "asked": credibility,
            "draws": count,
            "served_share": drawn.held(credibility),
            "worst_tenth_share": drawn.worst_share(),
        }
    }
