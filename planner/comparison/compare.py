"""Compare plans in memory and plans in folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from planner.comparison.alignment import (
    ALIGNMENTS,
    check_same,
    coarsest,
    on_grid,
    shares_of,
)
from planner.comparison.comparison import ComparedPart, Comparison, facts_together, zones_of
from planner.comparison.scenario_values import differing_values
from planner.errors import InputError, Problem
from planner.networks import NetworksPlan
from planner.plan import Plan
from planner.saved import SavedNetworks, SavedPlan
from planner.saved import open as open_saved

AnyPlan = Plan | SavedPlan
MOST_PLANS = 9


def compare(
    *plans: Plan | SavedPlan | NetworksPlan | SavedNetworks | str | Path,
    names: Sequence[str] | None = None,
    align: str = "refuse",
    network: str | None = None,
) -> Comparison:
    """Compare two or more plans; the first is what the others are compared with.

    Parameters
    ----------
    plans
        Plans in memory, or the folders of runs. Of several networks, those that all plans have
        are compared one by one.
    names
        Names of the plans; default: of their folders or scenarios.
    align
        ``"refuse"``: plans must have the same grid and the same people. ``"grid"``: the same
        people on different grids; tables hold each plan's own counts, maps are on the largest
        cells. ``"people"``: different people or zones too; served people of every plan are counted
        anew, by its share of each cell, on the people and zones of the plan with the largest cells.
    network
        Compare this network of each plan only.

    Raises
    ------
    InputError
        Fewer than two or more than nine plans; folders that cannot be opened; plans that ``align``
        does not allow; networks that are not there.

    Examples
    --------
    >>> import planner
    >>> quick = {"area.cell_size_m": 250, "siting.improvement_rounds": 0}
    >>> few = planner.run("qingzhen", quick | {"target.stations_new": 60})
    >>> found = planner.compare(few, planner.run("qingzhen", quick), names=("60", "120"))
    >>> bool((found.zones["covered_change_b"] > 0).all())
    True
    """
    if not 2 <= len(plans) <= MOST_PLANS:
        expected = f"two to {MOST_PLANS}"
        raise InputError(Problem(f"{len(plans)} plans cannot be compared", expected=expected))
    if align not in ALIGNMENTS:
        expected = ", ".join(ALIGNMENTS)
        raise InputError(
            Problem("is not an alignment", key="align", value=align, expected=expected)
        )
    opened = [open_saved(one) if isinstance(one, str | Path) else one for one in plans]
    given = tuple(names) if names is not None else _names(plans, opened)
    if len(given) != len(plans) or len(set(given)) < len(given):
        raise InputError(Problem("needs a name of its own for each plan", key="names", value=given))
    by_network = _by_network(given, [_networks_of(one) for one in opened], network)
    named = _network_titles(opened[0])
    parts = tuple(
        _part(one, named.get(one, ("", "")), given, same, align) for one, same in by_network.items()
    )
    several = [one for one in opened if isinstance(one, NetworksPlan | SavedNetworks)]
    whole = network is None and len(several) == len(opened)
    rounded = any(isinstance(plan, SavedPlan) for part in parts for plan in part.plans)
    return Comparison(
        given,
        titles=tuple(str(one.summary["title"]) for one in opened),
        titles_zh=tuple(str(one.summary["title_zh"]) for one in opened),
        parts=parts,
        together=tuple(facts_together(one.summary) for one in several if whole),
        align=align,
        rounded=rounded,
        scenario_values=differing_values([one.scenario for one in opened]),
    )


def _names(
    plans: Sequence[object], opened: Sequence[AnyPlan | NetworksPlan | SavedNetworks]
) -> tuple[str, ...]:
    """Return the name of each folder, or its path where two have one name; else the scenario's."""
    short = [
        Path(one).name if isinstance(one, str | Path) else plan.scenario.name
        for one, plan in zip(plans, opened, strict=True)
    ]
    found: list[str] = []
    for one, name in zip(plans, short, strict=True):
        if short.count(name) == 1:
            found.append(name)
        elif isinstance(one, str | Path):
            found.append(str(one))
        else:
            found.append(f"{name} ({len(found) + 1})")
    return tuple(found)


def _networks_of(plan: AnyPlan | NetworksPlan | SavedNetworks) -> Mapping[str, AnyPlan]:
    if isinstance(plan, NetworksPlan | SavedNetworks):
        return plan.plans
    return {"": plan}


def _network_titles(plan: AnyPlan | NetworksPlan | SavedNetworks) -> dict[str, tuple[str, str]]:
    """Return the titles of the networks of a plan in English and Chinese, by their folder."""
    rows = plan.summary.get("networks", ())
    return {row["folder"]: (row["title"], row["title_zh"]) for row in rows}


def _by_network(
    names: Sequence[str], plans: Sequence[Mapping[str, AnyPlan]], network: str | None
) -> dict[str, list[AnyPlan]]:
    """Return the networks that all plans have, with the plan of each."""
    common = [key for key in plans[0] if all(key in other for other in plans)]
    found = common if network is None else [key for key in common if key == network]
    if not found:
        held = "; ".join(
            f"{name}: {', '.join(key or 'one plan' for key in plan)}"
            for name, plan in zip(names, plans, strict=True)
        )
        wanted = (
            "no network is in all plans" if network is None else "is not a network of every plan"
        )
        raise InputError(
            Problem(wanted, key="--network", value=network, expected=f"one that all have ({held})")
        )
    return {key: [plan[key] for plan in plans] for key in found}


def _part(
    network: str,
    titles: tuple[str, str],
    names: Sequence[str],
    plans: Sequence[AnyPlan],
    align: str,
) -> ComparedPart:
    check_same(names, plans, align)
    ground = plans[coarsest(plans)].ground
    shares = tuple(
        on_grid(share, plan.ground.area.grid, ground.area.grid)
        for share, plan in zip(shares_of(plans), plans, strict=True)
    )
    people = ground.demand.people
    anew = ground.area if align == "people" else None
    zones = plans[coarsest(plans)].zones
    table = zones_of(network, plans, people, shares, anew, zones)
    return ComparedPart(network, titles, tuple(plans), ground.area, people, shares, table)
