"""The plans of several networks that were saved together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from planner.networks import NetworksPlan
from planner.saved.run_folder import RunFolder, SavedRun
from planner.saved.saved_plan import SavedPlan


@dataclass(frozen=True)
class SavedNetworks(SavedRun):
    """The folder of a run of several networks: a saved plan for each, and their comparison.

    Examples
    --------
    >>> import planner, tempfile
    >>> from pathlib import Path
    >>> quick = {"area.cell_size_m": 250, "siting.improvement_rounds": 0}
    >>> changes = quick | {"networks": [{"name": "a"}, {"name": "b"}]}
    >>> folder = Path(tempfile.mkdtemp()) / "both"
    >>> folder = planner.run_networks("qingzhen", changes).save(folder)
    >>> sorted(planner.open(folder).plans)
    ['a', 'b']
    """

    @cached_property
    def plans(self) -> Mapping[str, SavedPlan]:
        """The plan of each network, or group of networks that shares radio, by its folder."""
        return {
            row["folder"]: SavedPlan(RunFolder.opened(self.folder / row["folder"]))
            for row in self.summary["networks"]
        }

    @cached_property
    def networks(self) -> NetworksPlan:
        """The comparison, without the counts of other ways of sharing and without the plans."""
        return NetworksPlan(
            self.scenario,
            (),
            {},
            self.summary,
            self.summary["provenance"],
            tuple(self.summary["warnings"]),
        )

    def __repr__(self) -> str:
        """Folder, title and networks."""
        names = ", ".join(self.plans)
        return f"<SavedNetworks {str(self.folder)!r}: {self.summary['title'][:150]}; {names[:100]}>"
