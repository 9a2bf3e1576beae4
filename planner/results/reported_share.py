"""Required shares of people are reached in the reported count, not only in that of siting.

Siting counts whole cells and the nearest station, and finds the cells that gain by it. A plan that
is to serve a share of the people is therefore sited again, for a share raised by what it lacked,
until it serves the asked one as it is counted in the end.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from planner.errors import PlannerWarning
from planner.ground.ground import Ground
from planner.scenario.siting import ObjectiveSection, ZoneShare
from planner.sites.equipment import StationKind
from planner.sites.served_people import expected_shares
from planner.siting import Siting

_MOST_ROUNDS = 6
_ROUNDING = 1e-7
_MORE = 1.001
"""Fewer unserved than a share lacked, so that the next plan does not end a person short."""


def reached_as_reported(
    siting: Siting,
    again: Callable[[ObjectiveSection], Siting],
    objective: ObjectiveSection,
    kinds: Sequence[StationKind],
    ground: Ground,
) -> Siting:
    """Return a siting that serves the asked shares of people as they are reported.

    ``siting``: for the ``objective``; ``again``: sites stations for another one. What was proven
    of the first siting bounds every plan: none with less reaches the asked shares as siting counts
    them. Where the raised shares cannot be had, the best siting so far is kept, with a warning.
    """
    first, now = siting, objective
    raised = _raised(objective, now, kinds, ground, siting)
    for _ in range(_MOST_ROUNDS):
        if raised is None or siting.shortfalls:
            return siting
        found = again(raised) if raised != now else siting
        if found is siting or found.shortfalls:
            break
        siting, now = _with_proof_of(first, found, objective), raised
        raised = _raised(objective, now, kinds, ground, siting)
    if raised is not None:
        served = _shares(kinds, ground, siting)[0]
        warnings.warn(
            f"no plan was found that serves the asked shares of people on parts of cells: siting's "
            f"count of whole cells reaches them, {served:.1%} of all people are served",
            PlannerWarning,
            stacklevel=2,
        )
    return siting


def _raised(
    asked: ObjectiveSection,
    now: ObjectiveSection,
    kinds: Sequence[StationKind],
    ground: Ground,
    siting: Siting,
) -> ObjectiveSection | None:
    """Return the next targets of siting where less than ``asked`` is served; None if nowhere."""
    whole, by_zone = _shares(kinds, ground, siting)
    wanted = dict.fromkeys(by_zone, asked.zone_share)
    wanted |= {one.zone: one.share for one in asked.zone_shares}
    before = dict.fromkeys(by_zone, now.zone_share)
    before |= {one.zone: one.share for one in now.zone_shares}
    lacking = [code for code, served in by_zone.items() if served < wanted[code] - _ROUNDING]
    if not lacking and whole >= asked.covered_share - _ROUNDING:
        return None
    more = {code: _more(before[code], wanted[code], by_zone[code]) for code in lacking}
    zones = tuple(ZoneShare(zone=code, share=share) for code, share in (before | more).items())
    covered = _more(now.covered_share, asked.covered_share, whole)
    return now.model_copy(update={"covered_share": covered, "zone_shares": zones})


def _more(now: float, asked: float, served: float) -> float:
    """Return the target in place of ``now`` if less than ``asked`` is served.

    As many times fewer unserved as are too many, so that a share below 1 never becomes 1.
    """
    if served >= asked - _ROUNDING or not served > 0.0:
        return now
    return 1.0 - (1.0 - max(now, asked)) * (1.0 - asked) / (1.0 - served) / _MORE


def _shares(
    kinds: Sequence[StationKind], ground: Ground, siting: Siting
) -> tuple[float, dict[str, float]]:
    """Return the share of all people, and of each zone's, that is reported as served."""
    demand, area = ground.demand, ground.area
    served = demand.people * expected_shares(kinds, ground, siting.cell, siting.equipment)
    inside = area.zone_index >= 0
    by_zone = np.bincount(
        area.zone_index[inside], served[inside].astype(np.float64), len(area.zones)
    )
    shares = by_zone / np.maximum(demand.zone_people, 1e-9)
    codes = area.zones["adcode"].tolist()
    known = {code: float(min(one, 1.0)) for code, one in zip(codes, shares, strict=True)}
    return min(float(by_zone.sum()) / max(demand.people_total, 1e-9), 1.0), known


def _with_proof_of(first: Siting, found: Siting, objective: ObjectiveSection) -> Siting:
    """Return a siting with the bound of the first, which is for the shares that were asked."""
    if first.proof is None:
        return replace(found, proof=None)
    value = float(len(found)) if objective.kind == "fewest_stations" else np.nan
    if found.cost_cny is not None and objective.kind == "least_cost":
        value = float(found.cost_cny.sum())
    optimal = first.proof.optimal and value <= first.proof.bound
    return replace(found, proof=replace(first.proof, value=value, optimal=optimal))
