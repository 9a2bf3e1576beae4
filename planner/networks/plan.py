"""The plans of several networks and their comparison: what a run of them gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.networks.comparison import CaseCount
    from planner.plan import Plan
    from planner.scenario import Scenario


@dataclass(frozen=True)
class NetworksPlan:
    """One plan for each network, or for several that share radio, and the ways of sharing compared.

    ``cases``: as the scenario says, every network on its own, all sharing. ``plans``: by the
    names of the networks, joined by "+"; empty where they were not kept. ``summary`` is what
    ``summary.json`` holds.
    """

    scenario: Scenario
    cases: tuple[CaseCount, ...]
    plans: Mapping[str, Plan]
    summary: Mapping[str, Any]
    provenance: Mapping[str, Any]
    warnings: tuple[str, ...] = ()

    def save(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write the outputs of every plan and of the comparison: complete, or not at all.

        Raises :class:`planner.errors.InputError` as :meth:`planner.Plan.save` does, and
        ``ValueError`` when the plans were not kept.
        """
        from planner.networks.save import save_networks

        return save_networks(self, Path(folder), force=force)
