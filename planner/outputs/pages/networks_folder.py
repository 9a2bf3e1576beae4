"""The output folder of several networks: a folder for each plan, and the comparison beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import InputError, Problem
from planner.outputs import RUN, SUMMARY, output_files, save_plan
from planner.outputs import folder as output_folder
from planner.outputs.earlier_run import check_replaced, written_by
from planner.outputs.pages.networks_report import write_networks_report
from planner.outputs.tables.networks_table import write_networks_csv
from planner.outputs.tables.summary_json import write_json, write_run

if TYPE_CHECKING:
    from planner.networks.plan import NetworksPlan
    from planner.plan import Plan
    from planner.scenario import Scenario

WRITERS: Mapping[str, Callable[[NetworksPlan, Path], None]] = {
    "networks.csv": write_networks_csv,
    "report.html": write_networks_report,
}


def networks_files(parts: Mapping[str, Scenario]) -> tuple[str, ...]:
    """Return the names of all files; ``parts``: folder and scenario of each plan."""
    inside = (f"{key}/{name}" for key, part in parts.items() for name in output_files(part))
    return (*inside, *WRITERS, SUMMARY, RUN)


def check_networks_folder(
    folder: str | Path, scenario: Scenario, parts: Mapping[str, Scenario], *, force: bool = False
) -> None:
    """Refuse a folder that :func:`networks_folder` would refuse, before anything is computed.

    Raises :class:`InputError` as :func:`planner.outputs.check_output_folder` does.
    """
    folder, names = Path(folder), networks_files(parts)
    output_folder.check_output_folder(folder, names, force=force)
    check_replaced(folder, (*names, *_outdated(folder, names)), RUN, scenario)


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
        write_run(networks, self.staging / RUN, [self.staging / name for name in self.names[:-1]])


@contextmanager
def networks_folder(
    folder: str | Path, scenario: Scenario, parts: Mapping[str, Scenario], *, force: bool = False
) -> Iterator[NetworksFolder]:
    """Give a folder to fill; on leaving it without an error all files appear in ``folder``.

    Raises
    ------
    InputError
        As :func:`check_networks_folder`, and when the disk is full.
    """
    folder = Path(folder)
    check_networks_folder(folder, scenario, parts, force=force)
    names = networks_files(parts)
    try:
        with output_folder.complete_or_nothing(folder, names, _outdated(folder, names)) as staging:
            yield NetworksFolder(staging, names)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            Problem(f"the outputs cannot be written: {reason}", file=str(folder))
        ) from error


def _outdated(folder: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the outputs of an earlier run that this one does not replace: they are taken away."""
    known = set(output_files()) | set(WRITERS)
    return tuple(
        sorted(
            name
            for name in written_by(folder, RUN)
            if name not in names and (name in known or name.partition("/")[2] in known)
        )
    )
