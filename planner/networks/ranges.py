"""The range of the people served by several networks together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.networks.comparison import Standing
from planner.progress import Stages
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
) -> dict[str, Any]:
    """Return ``range`` for the summary of several networks; nothing where nothing is uncertain.

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
    return {"range": range_summary(uncertain, found[0], found[1:], known)}
