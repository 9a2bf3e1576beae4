"""Write the plans of several networks: all at once, or each as soon as it is made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from planner.networks.cases import cases_of, group_scenario
from planner.networks.plan import NetworksPlan
from planner.networks.run import AS_PLANNED, check_networks, run_networks
from planner.outputs import output_files
from planner.outputs.earlier_run import inputs_of
from planner.outputs.pages.networks_folder import networks_folder
from planner.scenario import Scenario


def save_networks(networks: NetworksPlan, folder: Path, *, force: bool = False) -> Path:
    """Write the outputs of every plan and of the comparison; return the folder."""
    plans = {key: output_files(plan.scenario) for key, plan in networks.plans.items()}
    said, *_ = networks.cases
    if set(plans) != {group.key for group in said.case.groups}:
        raise ValueError("the plans were not kept: run_and_save writes each as it is made")
    with networks_folder(folder, plans, inputs_of(networks.scenario), force=force) as filling:
        for key, plan in networks.plans.items():
            filling.add(key, plan)
        filling.finish(networks)
    return folder


def run_and_save(
    scenario: Scenario,
    folder: Path,
    *,
    cases: Sequence[str] = AS_PLANNED,
    force: bool = False,
    progress: bool | None = False,
) -> NetworksPlan:
    """Plan all networks and write each plan as soon as it is made: none stays in memory.

    ``cases``: as for :func:`run_networks`.

    Raises :class:`planner.errors.InputError` as :func:`run_networks` does, and, before anything is
    computed, for a folder that cannot take the outputs.
    """
    check_networks(scenario)
    said, *_ = cases_of(scenario.networks, scenario.sharing, on_common_sites=False)
    plans = {group.key: output_files(group_scenario(scenario, group)) for group in said.groups}
    with networks_folder(folder, plans, inputs_of(scenario), force=force) as filling:
        networks = run_networks(
            scenario,
            cases=cases,
            keep_plans=False,
            on_plan=lambda group, plan: filling.add(group.key, plan),
            progress=progress,
        )
        filling.finish(networks)
    return networks
