"""Plan the networks of a scenario, side by side, and compare ways of sharing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.errors import InputError, Problem, noted_by, noted_of, noting
from planner.ground.ground import Ground
from planner.memory import asked_stages, runs_at_once
from planner.money import plan_money
from planner.networks.cases import (
    Group,
    SharingCase,
    cases_of,
    common_cell_size_m,
    group_scenario,
    people_share_kept,
    radio_share_of_cost,
    sites_can_be_shared,
)
from planner.networks.colocation import on_shared_sites
from planner.networks.comparison import (
    CaseCount,
    Months,
    Standing,
    count_case,
    months_at_rate,
    months_of_rollout,
    stations_of_all,
)
from planner.networks.plan import NetworksPlan
from planner.networks.ranges import range_together
from planner.networks.side_by_side import side_by_side
from planner.networks.summary import networks_summary, rules_summary, stated_of_plan
from planner.pipeline import (
    Sited,
    check_scenario,
    credible,
    ground_of,
    plan_of,
    scenario_radii,
    site_scenario,
)
from planner.plan import Plan
from planner.progress import Stages, Store
from planner.provenance import provenance
from planner.radio import ServiceRadius
from planner.radio.cell_size import warn_if_coarse
from planner.results.expected_service import expected_service
from planner.results.published import allocation_summary, yardsticks
from planner.scenario import Scenario, load_scenario
from planner.scenario.networks import INHERITED
from planner.scenario.uncertain import of_network
from planner.sites.station_price import StationPrices
from planner.siting import BASELINE

Cells = npt.NDArray[np.int64]
OnPlan = Callable[[Group, Plan], object]

AS_PLANNED = ("scenario",)
SHARING_CASES = ("scenario", "independent", "shared")
"""Ways of sharing: as in the scenario, every network alone, all sharing."""

_MONTHS = 12.0
_NOWHERE: Cells = np.zeros(0, dtype=np.int64)


def run_networks(
    scenario: Scenario | str | Path,
    overrides: Sequence[str] | Mapping[str, object] = (),
    *,
    cases: Sequence[str] = AS_PLANNED,
    keep_plans: bool = True,
    on_plan: OnPlan | None = None,
    progress: bool | None = False,
    store: Store | None = None,
) -> NetworksPlan:
    """Plan every network of a scenario; count what other ways of sharing need, if asked.

    Parameters
    ----------
    scenario, overrides, progress, store
        As for :func:`planner.run`.
    cases
        :data:`planner.networks.SHARING_CASES` compares the scenario with separate networks and with
        full sharing, at about three times the work; the default is the scenario alone.
    keep_plans
        Return the plans; otherwise none stays in memory.
    on_plan
        Called with each group of networks and its plan as soon as it is made, maybe in several
        threads at once.

    Raises
    ------
    InputError
        As :func:`planner.run`, and for a scenario without networks.

    Examples
    --------
    >>> import planner
    >>> quick = {"area.cell_size_m": 250, "siting.improvement_rounds": 0}
    >>> changes = quick | {"networks": [{"name": "a"}, {"name": "b"}]}
    >>> found = planner.run_networks("qingzhen", changes)
    >>> sorted(found.plans)
    ['a', 'b']
    """
    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario, overrides)
    elif overrides:
        raise TypeError("overrides require the name or path of a scenario, not a loaded one")
    check_networks(scenario)
    stages, noted = Stages(shown=progress, store=store), list(scenario.notes)
    with noting(noted):
        cell_m = common_cell_size_m(scenario.networks, scenario.area.cell_size_m, scenario.file)
        first = group_scenario(scenario, Group(scenario.networks[:1]), cell_m)
        ground = ground_of(first, cell_m, stages)
        work = _NetworksRun(scenario, ground, cell_m, progress, list(noted), stages.runtime_s)
        said, *others = cases_of(
            scenario.networks,
            scenario.sharing,
            on_common_sites=sites_can_be_shared(scenario),
        )
        plans: dict[str, Plan] = {}

        def keep(group: Group, plan: Plan) -> None:
            if on_plan is not None:
                on_plan(group, plan)
            if keep_plans:
                plans[group.key] = plan

        standing, by_network = _stand(work, said, keep)
        noted += _with_networks(by_network)
        plans = {group.key: plans[group.key] for group in said.groups if group.key in plans}
        months = _months(work, standing)
        counts = [count_case(said, standing, ground, months)]
        for case in (one for one in others if one.key in cases):
            with noted_by():
                # Already noted with the scenario's own plan, or about a plan that is not written.
                others_standing, _ = _stand(work, case, None)
            counts.append(count_case(case, others_standing, ground, months))
    return _networks_plan(work, counts, standing, plans, noted)


def check_networks(scenario: Scenario) -> None:
    """Raise :class:`InputError` with all errors that show before files are read."""
    if not scenario.networks:
        raise InputError(Problem("has no networks", scenario.file, "networks"))
    problems: dict[str, Problem] = {}
    for index, network in enumerate(scenario.networks):
        try:
            check_scenario(group_scenario(scenario, Group((network,))))
        except InputError as error:
            for problem in error.problems:
                inherited = (problem.key or "").split(".")[0] in INHERITED
                key = f"networks.{index}.{problem.key}" if inherited else problem.key
                problems.setdefault(str(key), replace(problem, key=key))
    if any(one.kind == "sites" for one in scenario.sharing) and not sites_can_be_shared(scenario):
        problems["sharing"] = Problem(
            "sharing of sites needs a target of new stations without other limits",
            scenario.file,
            "sharing",
            "sites",
            'objective "most_covered" of people, existing sites kept, without [[equipment]], '
            "[[must_serve]], priority places that must be served, phases, and limits on zones or "
            "distance",
        )
    situations = [network.service.n_situations for network in scenario.networks]
    if len(set(situations)) > 1:
        problems["situations"] = Problem(
            "the networks divide their users into different numbers of situations",
            scenario.file,
            "networks",
            situations,
            "the same service.model and service.situations for all",
        )
    if problems:
        raise InputError(problems.values())


@dataclass
class _NetworksRun:
    """A run of several networks: what they have in common, and the stations found already.

    ``sited``: groups on sites of their own, by what their stations depend on; ``known``: the same
    and those on common sites, for the counts; ``stated``: what the summary says of each plan;
    ``target_met`` by each.
    """

    scenario: Scenario
    ground: Ground
    cell_m: float
    progress: bool | None
    noted: list[str]
    runtime_s: dict[str, float]
    target_met: dict[str, bool] = field(default_factory=dict)
    stated: dict[str, dict[str, Any]] = field(default_factory=dict)
    sited: dict[str, Sited] = field(default_factory=dict)
    known: dict[str, Standing] = field(default_factory=dict)


def _stand(
    work: _NetworksRun, case: SharingCase, on_plan: OnPlan | None
) -> tuple[dict[str, Standing], dict[str, list[str]]]:
    """Find the stations of every group of a case; make the plans if ``on_plan`` is given.

    Return what is noted too, by the title of the group.
    """
    chains: list[list[tuple[Group, ...]]] = []
    for cluster in case.clusters:
        # Equal networks have equal stations, which are found once.
        alike = {_fingerprint(work, group, _NOWHERE) for group in cluster}
        for chain in chains:
            if alike & {_fingerprint(work, group, _NOWHERE) for one in chain for group in one}:
                chain.append(cluster)
                break
        else:
            chains.append([cluster])
    found: dict[str, Standing] = {}
    noted: dict[str, list[str]] = {}
    parts = [partial(_stand_alike, work, one, on_plan) for one in chains]
    for own, texts in side_by_side(parts, _fit_into_memory(work)):
        found |= own
        noted |= texts
    return {group.key: found[group.key] for group in case.groups}, noted


def _with_networks(noted: Mapping[str, Sequence[str]]) -> list[str]:
    """Return each text once, after the networks that it is about if these are not all."""
    texts = dict.fromkeys(text for own in noted.values() for text in own)
    about = {text: [title for title, own in noted.items() if text in own] for text in texts}
    return [
        text if len(about[text]) == len(noted) else f"{', '.join(about[text])}: {text}"
        for text in texts
    ]


def _fit_into_memory(work: _NetworksRun) -> int:
    """Return how many networks fit into the free memory at once."""
    lead = group_scenario(work.scenario, Group(work.scenario.networks[:1]), work.cell_m)
    stages = asked_stages(
        terrain=lead.terrain is not None,
        certificate=lead.siting.certificate_iterations != 0,
        radio_maps=lead.radio.maps.include,
    )
    people = work.ground.demand.people
    return runs_at_once(people.size, stages, situations=work.ground.demand.situations)


def _stand_alike(
    work: _NetworksRun, clusters: Sequence[tuple[Group, ...]], on_plan: OnPlan | None, ended: Event
) -> tuple[dict[str, Standing], dict[str, list[str]]]:
    """Find the stations of some clusters, one after the other."""
    standing, noted = {}, dict[str, list[str]]()
    for cluster in clusters:
        sites, hosts = _NOWHERE, list[str]()
        for group in cluster:
            texts = noted.setdefault(group.title, [])
            with noted_of(group.title), noted_by(*([] if on_plan is None else [texts])):
                found = _one(work, group, (sites, hosts), on_plan, ended)
            standing[group.key] = found
            sites, hosts = np.union1d(sites, found.cell), [*hosts, group.title]
    return standing, noted


def _one(
    work: _NetworksRun,
    group: Group,
    earlier: tuple[Cells, Sequence[str]],
    on_plan: OnPlan | None,
    ended: Event,
) -> Standing:
    """Find the stations of a group; ``earlier``: sites of the earlier groups, and their titles."""
    sites, hosts = earlier
    scenario = group_scenario(work.scenario, group, work.cell_m)
    key = _fingerprint(work, group, sites)
    if key in work.known and on_plan is None:
        return work.known[key]
    stages = Stages(shown=work.progress, ended=ended)
    stages.runtime_s |= work.runtime_s
    noted = list(work.noted)
    with noting(noted) if on_plan is not None else noted_by():
        with stages.stage("radio"):
            radii = scenario_radii(scenario.radio, scenario.service, scenario.file)
        warn_if_coarse(scenario.radio, scenario.service, radii, work.cell_m)
        sited = _sited(work, group, radii, sites, stages)
        if sites.size:
            siting = on_shared_sites(
                sited.siting,
                work.ground.demand,
                sited.candidates,
                sites,
                reach_cells=[radius / work.cell_m for radius in sited.radius_m],
                least_people_share=people_share_kept(scenario.sharing_rules, scenario.cost),
                radio_share_of_cost=radio_share_of_cost(scenario.sharing_rules, scenario.cost),
            )
            sited = replace(sited, siting=siting)
            noted.append(_note_of_sharing(siting.cell[siting.role != BASELINE], sites, hosts))
        siting, people = sited.siting, None
        if on_plan is not None:
            plan = plan_of(sited, stages, noted)
            people = float(plan.summary["population_covered"])
            work.target_met[group.key] = bool(plan.summary["target_met"])
            work.stated[group.key] = stated_of_plan(plan.summary)
            on_plan(group, plan)
    prices = StationPrices.of(scenario.cost, scenario.objective, scenario.equipment, work.ground)
    use = scenario.sites.existing_use
    money = plan_money(prices, work.ground, siting, existing_use=use)
    capital_cny = None if money is None else money.capital_cny
    if people is None:
        share = expected_service(sited.kinds, sited.ground, siting).share
        people = float((share * work.ground.demand.people).sum(dtype=np.float64))
    total = work.ground.demand.people_total
    found = Standing(sited.standing, sited.kinds, min(people, total), capital_cny)
    work.known[key] = found
    return found


def _sited(
    work: _NetworksRun,
    group: Group,
    radii: Sequence[ServiceRadius],
    sites: Cells,
    stages: Stages,
) -> Sited:
    """Choose the stations of a group: those of the group alone if ``sites`` add no candidates."""
    scenario = group_scenario(work.scenario, group, work.cell_m)
    key = _fingerprint(work, group, _NOWHERE)
    alone = work.sited.get(key)
    if alone is not None:
        candidates = alone.candidates
        if not (candidates.buildable & ~candidates.allowed).ravel()[sites].any():
            # Its reach factors and, for a credibility, its cautious radio.
            own = {key: getattr(alone.scenario, key) for key in ("service", "radio", "terrain")}
            return replace(alone, scenario=scenario.model_copy(update=own))
    found = site_scenario(scenario, radii, work.ground, stages, more_candidates=sites)
    if scenario.target.credibility is not None:
        asked = scenario.target.credibility
        found = credible(found, asked, stages, more_candidates=sites)
    if not sites.size:
        work.sited[key] = found
    return found


def _note_of_sharing(new: Cells, sites: Cells, hosts: Sequence[str]) -> str:
    shared = int(np.isin(new, sites).sum())
    return (
        f"{shared:,} of the {len(new):,} new stations are on sites of {', '.join(hosts)}; the "
        "scenario.toml of this folder alone gives the plan without these moves"
    )


def _fingerprint(work: _NetworksRun, group: Group, sites: Cells) -> str:
    """Return a key that is equal for groups with the same stations."""
    drawn = ""
    if group.target.credibility is not None:
        place = work.scenario.networks.index(group.networks[0])
        drawn = repr(of_network(work.scenario.uncertain, place))
    text = f"{group.station_inputs}|{drawn}|{hashlib.sha256(sites.tobytes()).hexdigest()}"
    return hashlib.sha256(text.encode()).hexdigest()


def _months(work: _NetworksRun, standing: Mapping[str, Standing]) -> Months:
    """Return the rule for the months that stations take, the same for all cases."""
    scenario = work.scenario
    rate = scenario.sharing_rules.stations_per_month
    if rate is None and scenario.rollout is not None:
        return months_of_rollout(scenario.rollout, work.ground.demand, scenario.seed)
    new = sum(int(one.new.sum()) for one in standing.values())
    return months_at_rate(max(new, 1) / _MONTHS if rate is None else rate)


def _networks_plan(
    work: _NetworksRun,
    counts: Sequence[CaseCount],
    standing: Mapping[str, Standing],
    plans: Mapping[str, Plan],
    noted: Sequence[str],
) -> NetworksPlan:
    origin = provenance(work.scenario, work.ground.area.code)
    texts = tuple(dict.fromkeys(noted))
    scenario = work.scenario
    by_rollout = scenario.rollout is not None
    zone = work.ground.area.zone_index.ravel()[stations_of_all(list(standing.values()))]
    people, area_km2 = work.ground.demand.people_total, work.ground.area.area_km2
    summary = {
        "scenario": scenario.name,
        "title": scenario.title,
        "title_zh": scenario.title_zh,
        **networks_summary(
            scenario.networks,
            scenario.sharing,
            work.ground,
            counts,
            stated=work.stated,
            target_met=all(work.target_met.values()),
        ),
        **_range(work, counts[0], standing),
        "yardsticks": yardsticks(len(zone), people, area_km2),
        **allocation_summary(work.ground.area, scenario.target, zone.astype(np.int64)),
        "rules": rules_summary(scenario.sharing_rules, scenario.cost, by_rollout=by_rollout),
        "warnings": list(texts),
        "runtime_s": work.runtime_s,
        "provenance": origin,
    }
    return NetworksPlan(work.scenario, tuple(counts), dict(plans), summary, origin, texts)


def _range(work: _NetworksRun, said: CaseCount, standing: Mapping[str, Standing]) -> dict[str, Any]:
    """Return what draws say of the people whom any network serves, and every one."""
    scenario, total = work.scenario, max(said.people_total, 1e-9)
    stages = Stages(shown=work.progress)
    found = range_together(
        scenario.uncertain,
        scenario.range_draws,
        scenario.seed,
        {scenario.networks.index(one.networks[0]): standing[one.key] for one in said.case.groups},
        (said.people_any / total, said.people_all / total),
        stages,
        credibility=max((one.target.credibility or 0.0 for one in scenario.networks), default=0.0),
    )
    work.runtime_s |= stages.runtime_s
    return found
