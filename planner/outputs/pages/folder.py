"""The folder of a command that writes a page: page, tables, and the record of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from planner.outputs.destination import Destination
from planner.outputs.tables.summary_json import write_run

RUN = "run.json"


def _destination(folder: Path, files: tuple[str, ...]) -> Destination:
    return Destination(folder, (*files, RUN), RUN)


def check_page_folder(folder: Path, files: tuple[str, ...], *, force: bool) -> None:
    """Refuse a folder that :func:`page_folder` would refuse, before anything is computed.

    Raises
    ------
    InputError
        As :meth:`planner.outputs.destination.Destination.check`.
    """
    _destination(folder, files).check(force=force)


@contextmanager
def page_folder(
    folder: Path, files: tuple[str, ...], origin: Mapping[str, Any], *, force: bool
) -> Iterator[Path]:
    """Give a folder to write ``files`` into: with the record, complete, or not at all.

    ``origin``: what the files are made from.

    Raises
    ------
    InputError
        As :meth:`planner.outputs.destination.Destination.filled`.
    """
    with _destination(folder, files).filled(force=force) as staging:
        yield staging
        write_run(origin, staging / RUN, files)
