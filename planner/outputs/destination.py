"""Where a run writes: the folder, its files, and what may be replaced there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from planner.errors import InputError, Problem
from planner.outputs.earlier_run import Input, check_replaced, written_by
from planner.outputs.folder import check_output_folder, complete_or_nothing
from planner.outputs.lock import locked

_WRITE_ERRORS = (OSError, sqlite3.Error, DataSourceError, DataLayerError, FeatureError)


def _no_other(_name: str) -> bool:
    return False


@dataclass(frozen=True)
class Destination:
    """The folder of a run.

    ``names``: files that the run writes, some perhaps with a folder in front. ``record``: the file
    among them that lists the others; by it a later run knows what an earlier one wrote.
    ``inputs``: files that must not be replaced. ``is_output``: whether a file of an earlier run
    goes when this run does not replace it.
    """

    folder: Path
    names: tuple[str, ...]
    record: str
    inputs: tuple[Input, ...] = ()
    is_output: Callable[[str], bool] = _no_other

    @property
    def outdated(self) -> tuple[str, ...]:
        """Outputs of an earlier run that this one does not replace: they are taken away."""
        earlier = sorted(written_by(self.folder, self.record))
        return tuple(name for name in earlier if name not in self.names and self.is_output(name))

    def check(self, *, force: bool) -> None:
        """Refuse a folder that :meth:`filled` would refuse, before anything is computed.

        Raises
        ------
        InputError
            When the folder holds anything and ``force`` is not given, is a file, or cannot be
            written; with ``force`` when a file in it with the name of an output is an input, or
            was not written by an earlier run.
        """
        check_output_folder(self.folder, self.names, force=force)
        check_replaced(self.folder, (*self.names, *self.outdated), self.record, self.inputs)

    @contextmanager
    def filled(self, *, force: bool) -> Iterator[Path]:
        """Give a hidden folder to write into; on leaving it without an error, all files appear.

        Raises
        ------
        InputError
            As :meth:`check`, and when a file cannot be written, as on a full disk.
        """
        try:
            with locked(self.folder):
                self.check(force=force)
                with complete_or_nothing(self.folder, self.names, self.outdated) as staging:
                    yield staging
        except _WRITE_ERRORS as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise InputError(
                Problem(f"the outputs cannot be written: {reason}", file=str(self.folder))
            ) from error
