"""The plans of several networks and their comparison: the result of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.number_text import percent

if TYPE_CHECKING:
    from planner.networks.comparison import CaseCount
    from planner.plan import Plan
    from planner.scenario import Scenario


@dataclass(frozen=True)
class NetworksPlan:
    """One plan per network, or per group that shares radio, and their counts.

    ``cases``: as in the scenario and, where they are compared, every network alone and all sharing.
    ``plans``: by the names of the
    networks, joined by "+"; empty if they were not kept. ``summary`` is the content of
    ``summary.json``.

    Examples
    --------
    >>> import planner
    >>> quick = {"area.cell_size_m": 250, "siting.improvement_rounds": 0}
    >>> changes = quick | {"networks": [{"name": "a"}, {"name": "b"}]}
    >>> len(planner.run_networks("qingzhen", changes).cases) == 1
    True
    """

    scenario: Scenario
    cases: tuple[CaseCount, ...]
    plans: Mapping[str, Plan]
    summary: Mapping[str, Any]
    provenance: Mapping[str, Any]
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Scenario, networks and the share of people whom at least one of them serves."""
        said = self.summary
        names = ", ".join(row["network"] for row in said["networks"])
        served = percent(said["population_covered_by_any"] / said["population_total"], unit="%")
        return f"<NetworksPlan {said['scenario']!r}: {names[:200]}; any network serves {served}>"

    def save(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write the outputs of every plan and of the comparison: complete, or not at all.

        Raises :class:`planner.errors.InputError` as :meth:`planner.Plan.save` does, and
        ``ValueError`` if the plans were not kept.
        """
        from planner.networks.save import save_networks

        return save_networks(self, Path(folder), force=force)
