"""The summary of several networks: content of ``summary.json``, besides their own summaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.ground.ground import Ground
from planner.networks.cases import RADIO_SHARE_OF_COST, people_share_kept, radio_share_of_cost
from planner.networks.comparison import CaseCount
from planner.scenario.money import MoneySection
from planner.scenario.networks import NetworkSection, SharingRulesSection, SharingSection

COUNTED_ONCE = "each radio station counted once, regardless of operator"
COUNTED_PER_OPERATOR = (
    "each radio station counted once for every operator whose subscribers it serves"
)
SITES_COUNTED = "each site counted once among networks that share sites, once per network otherwise"
RADIO_SHARE_SOURCE = (
    "153 to 160 thousand yuan of radio equipment per station (China Mobile's tender, 232,143 "
    "stations, 37.1 billion yuan) of 400 thousand in all (its plan, 100 billion over 250,000)"
)


def networks_summary(
    networks: Sequence[NetworkSection],
    sharing: Sequence[SharingSection],
    ground: Ground,
    counts: Sequence[CaseCount],
    *,
    stated: Mapping[str, Mapping[str, Any]],
    target_met: bool,
) -> dict[str, Any]:
    """Return the entries of the summary on networks, their plans and the comparison.

    ``stated``: of each network that has a plan, by :func:`stated_of_plan`.
    """
    said = counts[0]
    by_key = {count.case.key: count for count in counts}
    savings = {}
    independent, shared = by_key.get("independent"), by_key.get("shared")
    if independent is not None:
        savings["saved_as_said"] = saved(said, independent)
    if independent is not None and shared is not None:
        savings["saved_if_all_shared"] = saved(shared, independent)
    return {
        "population_total": ground.demand.people_total,
        "population_is_model": ground.demand.is_model,
        "population_source": ground.demand.source,
        "cell_size_m": ground.area.grid.cell_size_m,
        "target_met": target_met,
        "operators": list(dict.fromkeys(name for one in networks for name in one.served_operators)),
        "networks": [
            {
                **_network(sharing, said, row),
                "gap": None,
                "aims": [],
                **stated.get(row["network"], {}),
            }
            for row in said.summary()["networks"]
        ],
        "sharing": [one.model_dump() for one in sharing],
        "comparison": [count.summary() for count in counts],
        "population_covered_by_any": said.people_any,
        "population_covered_by_all": said.people_all,
        **savings,
    }


def stated_of_plan(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return the gap of a plan to its bound, its aims, and the range of the people it serves.

    The gap is the widest of the phases, None without a bound; range and credibility are left out
    where there is none.
    """
    known = [phase["optimality"] for phase in summary.get("phases", ())]
    gaps = [one["gap"] for one in (*known, summary.get("optimality")) if one is not None]
    stated = {"gap": max(gaps, default=None), "aims": summary["aims"]}
    return stated | {key: summary[key] for key in ("range", "credibility") if summary.get(key)}


def saved(case: CaseCount, independent: CaseCount) -> dict[str, float | None]:
    """Return the savings of a case compared with separate networks, and the change in coverage.

    ``people_any_added`` and ``people_all_added``: change in the people covered by at least one
    network, and by every network.
    """
    money, own_money = case.cost_cny, independent.cost_cny
    months, own_months = case.months, independent.months
    return {
        "stations_new": independent.total("stations_new") - case.total("stations_new"),
        "sites_new": independent.total("sites_new") - case.total("sites_new"),
        "cost_cny": None if money is None or own_money is None else own_money - money,
        "months": None if months is None or own_months is None else own_months - months,
        "people_any_added": case.people_any - independent.people_any,
        "people_all_added": case.people_all - independent.people_all,
    }


def _network(
    sharing: Sequence[SharingSection], said: CaseCount, row: dict[str, Any]
) -> dict[str, Any]:
    members = next(count.group for count in said.groups if count.group.key == row["network"])
    return row | {
        "folder": row["network"],
        "members": [network.name for network in members.networks],
        "shares": _relation(sharing, {network.name for network in members.networks}),
    }


def _relation(sharing: Sequence[SharingSection], names: set[str]) -> str:
    kinds = [one.kind for one in sharing if names & set(one.networks)]
    return kinds[0] if kinds else "independent"


def rules_summary(
    rules: SharingRulesSection, cost: MoneySection | None, *, by_rollout: bool
) -> dict[str, Any]:
    """Return the entries of the summary on the counting rules of cases.

    ``by_rollout``: the scenario has a build-out, which gives the months unless the rules do.
    """
    share = radio_share_of_cost(rules, cost)
    by_rollout = by_rollout and rules.stations_per_month is None
    rate = rules.stations_per_month or "the new stations of the scenario in twelve months"
    return {
        "stations": COUNTED_ONCE,
        "stations_per_operator": COUNTED_PER_OPERATOR,
        "sites": SITES_COUNTED,
        "radio_share_of_cost": share,
        "radio_share_source": RADIO_SHARE_SOURCE if share == RADIO_SHARE_OF_COST else "",
        "least_people_share": people_share_kept(rules, cost),
        "months": "the build-out of the scenario, without random variation" if by_rollout else rate,
    }
