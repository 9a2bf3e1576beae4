"""Move what is uncertain: one assumption at a time, and all by a Latin hypercube."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from planner.errors import InputError, PlannerWarning, Problem, noting
from planner.networks import cases_of, check_networks, group_scenario
from planner.networks.cases import common_cell_size_m
from planner.pipeline import check_scenario, ground_of, scenario_radii, site_scenario
from planner.progress import Stages
from planner.provenance import provenance
from planner.radio.cell_size import cell_size_m
from planner.results.served_range import StandingPlan, together
from planner.results.served_range import draws as draws_of
from planner.scenario import Scenario, load_scenario
from planner.scenario.uncertain import Uncertain, changes_of_network, with_values
from planner.sensitivity.table import ANEW, STANDS, TOGETHER, Drawn, Moved, SensitivityTable, Shares

Changes = Mapping[str, object]
Served = Callable[[Changes], Shares]

_COARSE_M = 1_000.0
_NOT_OF_SITING = frozenset({"service.take_up"})
"""Keys that change no station of a plan."""


def run_sensitivity(
    scenario: Scenario | str | Path,
    overrides: Sequence[str] | Mapping[str, object] = (),
    *,
    draws: int | None = None,
    anew_cell_size_m: float | None = _COARSE_M,
    anew_draws: int = 8,
    progress: bool | None = False,
) -> SensitivityTable:
    """Move every uncertain assumption of a scenario alone, and all of them together.

    Twice: for the plan as it stands, whose stations stay and are asked again who is served; and
    planned anew each time, with coarse cells and without improvement.

    Parameters
    ----------
    scenario, overrides, progress
        As for :func:`planner.run`; one network or several.
    draws
        Draws of all assumptions together for the plan as it stands; default: ``range_draws``.
    anew_cell_size_m
        Side of the cells when it is planned anew; None: it is not.
    anew_draws
        Draws for the plans made anew.

    Raises
    ------
    InputError
        As :func:`planner.run`; a scenario without anything uncertain.

    Examples
    --------
    >>> import planner
    >>> power = {"key": "radio.ue_power_dbm", "name": "Power", "low": 20, "high": 26, "source": "s"}
    >>> quick = {"area.cell_size_m": 500, "siting.improvement_rounds": 0, "uncertain": [power]}
    >>> found = planner.run_sensitivity("qingzhen", quick, draws=4, anew_cell_size_m=None)
    >>> served = found.table().query("of == 'population_covered_share'")
    >>> served["change"].is_monotonic_increasing
    True
    """
    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario, overrides)
    elif overrides:
        raise TypeError("overrides go with the name or the path of a scenario, not a loaded one")
    (check_networks if scenario.networks else check_scenario)(scenario)
    if not scenario.uncertain:
        raise InputError(
            Problem("declares no uncertain assumption", scenario.file, "uncertain",
                    expected="tables [[uncertain]]: key, name, low, high, source")
        )  # fmt: skip
    count = scenario.range_draws if draws is None else draws
    stages, noted = Stages(shown=progress), list[str]()
    with noting(noted), stages.stage("plan"):
        plans = _standing(scenario)
    ground = plans[0].plan.ground
    steps = sum(len(one.ends) for one in scenario.uncertain)
    asked: dict[str, tuple[int, Served]] = {STANDS: (count, partial(_asked, plans))}
    if anew_cell_size_m is not None:
        coarse = with_values(scenario, _quick(anew_cell_size_m))
        asked[ANEW] = (anew_draws, partial(_planned, coarse))
    usual: dict[str, Shares] = {}
    moved: list[Moved] = []
    drawn: list[Drawn] = []
    with warnings.catch_warnings():
        # Reported with the plan; that cells are coarse when it is planned anew, the page says.
        warnings.simplefilter("ignore", PlannerWarning)
        for kind, (number, served) in asked.items():
            with stages.stage(kind, steps + number, "cases") as update:
                usual[kind] = served({})
                for one in _moved(kind, scenario.uncertain, served):
                    moved.append(one)
                    update(1)
                for draw in _drawn(kind, scenario.uncertain, number, scenario.seed, served):
                    drawn.append(draw)
                    update(1)
    about: dict[str, Any] = {
        "scenario": scenario.name,
        "title": scenario.title,
        "title_zh": scenario.title_zh,
        "networks": {one.key: one.title for one in plans},
        "networks_zh": {one.key: one.title_zh for one in plans},
        "population_total": ground.demand.people_total,
        "population_is_model": ground.demand.is_model,
        "population_source": ground.demand.source,
        "cell_size_m": ground.area.grid.cell_size_m,
        "anew_cell_size_m": anew_cell_size_m,
        "draws": {kind: number for kind, (number, _) in asked.items()},
        "uncertain": [one.model_dump(mode="json") for one in scenario.uncertain],
        "warnings": list(dict.fromkeys(noted)),
        "runtime_s": stages.runtime_s,
        "provenance": provenance(scenario, ground.area.code),
    }
    return SensitivityTable(usual, tuple(moved), tuple(drawn), about)


@dataclass(frozen=True)
class _NetworkPlan:
    """The stations of one network: its row in the scenario, its key and titles for readers."""

    place: int
    key: str
    title: str
    title_zh: str
    plan: StandingPlan


def _standing(scenario: Scenario) -> list[_NetworkPlan]:
    """Choose the stations of every network, each on sites of its own."""
    alone = [(0, scenario.name, scenario.title, scenario.title_zh, scenario)]
    if scenario.networks:
        said, *_ = cases_of(scenario.networks, scenario.sharing, on_common_sites=False)
        cell_m = common_cell_size_m(scenario.networks, scenario.area.cell_size_m, scenario.file)
        alone = [
            (scenario.networks.index(one.networks[0]), one.key, one.title, one.title_zh,
             group_scenario(scenario, one, cell_m))
            for one in said.groups
        ]  # fmt: skip
    found: list[_NetworkPlan] = []
    for place, key, title, title_zh, own in alone:
        stages = Stages(shown=False)
        radii = scenario_radii(own.radio, own.service, own.file)
        cell_m = cell_size_m(own, radii)
        ground = found[0].plan.ground if found else ground_of(own, cell_m, stages)
        sited = site_scenario(own, radii, ground, stages)
        plan = StandingPlan(sited.scenario, ground, sited.siting)
        found.append(_NetworkPlan(place, key, title, title_zh, plan))
    return found


def _asked(plans: Sequence[_NetworkPlan], changes: Changes) -> Shares:
    """Return who is served by the same stations under other values."""
    served = {one.key: one.plan.otherwise(changes_of_network(changes, one.place)) for one in plans}
    shares: dict[str, Mapping[str, float]] = {key: one.shares() for key, one in served.items()}
    if len(served) > 1:
        shares[TOGETHER] = together(list(served.values()))
    return shares


def _planned(given: Any, changes: Changes) -> Shares:
    """Return who is served by a new plan for other values."""
    of_siting = {key: value for key, value in changes.items() if key not in _NOT_OF_SITING}
    rest = {key: value for key, value in changes.items() if key in _NOT_OF_SITING}
    return _asked(_standing(with_values(given, of_siting)), rest)


def _quick(cell_size_m: float) -> dict[str, object]:
    """Return overrides that make a new plan quick."""
    return {
        "area.cell_size_m": cell_size_m,
        "siting.improvement_rounds": 0,
        "siting.certificate_iterations": 0,
        "siting.exact": "never",
    }


def _moved(kind: str, uncertain: Sequence[Uncertain], served: Served) -> Iterator[Moved]:
    """Yield each assumption at each of its ends, alone."""
    for one in uncertain:
        for value in one.ends:
            shares = served(one.changes(value))
            yield Moved(kind, one.name, one.name_zh, one.keys, value, shares)


def _drawn(
    kind: str, uncertain: Sequence[Uncertain], count: int, seed: int, served: Served
) -> Iterator[Drawn]:
    """Yield draws of all assumptions together."""
    for number, values in enumerate(draws_of(uncertain, count, seed), start=1):
        yield Drawn(kind, number, values, served(values))
