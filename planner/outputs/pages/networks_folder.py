"""The output folder of several networks: a folder for each plan, and the comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from planner.outputs import RUN, SUMMARY, is_output, made_from, save_plan
from planner.outputs.destination import Destination
from planner.outputs.earlier_run import Input
from planner.outputs.pages.networks_map import write_networks_map
from planner.outputs.pages.networks_report import write_networks_report
from planner.outputs.tables.networks_table import write_networks_csv
from planner.outputs.tables.summary_json import write_json, write_run

if TYPE_CHECKING:
    from planner.networks.plan import NetworksPlan
    from planner.plan import Plan

WRITERS: Mapping[str, Callable[[NetworksPlan, Path], None]] = {
    "networks.csv": write_networks_csv,
    "report.html": write_networks_report,
    "map.html": write_networks_map,
}


def networks_files(plans: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the names of all files; ``plans``: folder and files of each plan."""
    inside = (f"{key}/{name}" for key, names in plans.items() for name in names)
    return (*inside, *WRITERS, SUMMARY, RUN)


@dataclass(frozen=True)
class NetworksFolder:
    """A folder that is being filled: plan after plan, then the comparison."""

    staging: Path
    names: tuple[str, ...]

    def add(self, key: str, plan: Plan) -> None:
        """Write the outputs of one plan."""
        save_plan(plan, self.staging / key, force=True)

    def finish(self, networks: NetworksPlan) -> None:
        """Write the comparison, and the checksums of everything."""
        for name, write in WRITERS.items():
            write(networks, self.staging / name)
        write_json(self.staging / SUMMARY, networks.summary)
        write_run(made_from(networks), self.staging / RUN, self.names[:-1])


@contextmanager
def networks_folder(
    folder: str | Path,
    plans: Mapping[str, Sequence[str]],
    inputs: Sequence[Input] = (),
    *,
    force: bool = False,
) -> Iterator[NetworksFolder]:
    """Give a folder to fill; on leaving it without an error all files appear in ``folder``.

    ``plans``: folder and files of each plan; ``inputs``: files that must not be replaced.

    Raises
    ------
    InputError
        As :meth:`planner.outputs.destination.Destination.filled`.
    """
    names = networks_files(plans)
    destination = Destination(Path(folder), names, RUN, tuple(inputs), _is_output)
    with destination.filled(force=force) as staging:
        yield NetworksFolder(staging, names)


def _is_output(name: str) -> bool:
    """Return whether a name is that of a file of a plan or of the comparison."""
    return name in WRITERS or is_output(name) or is_output(name.partition("/")[2])
