"""The output folder: files appear in it together, or nothing in it changes."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from planner.errors import InputError, Problem
from planner.output_folder import folder_problem
from planner.outputs.journal import NEW, REPLACED, Journal, fsync_tree
from planner.outputs.lock import locked


def check_output_folder(folder: Path, names: Sequence[str], *, force: bool) -> None:
    """Refuse a folder that :func:`complete_or_nothing` could not fill with files called ``names``.

    Raises
    ------
    InputError
        When the folder is a file, holds anything and ``force`` is not given, cannot be written,
        holds a folder where a file has to go, or another run writes into it.
    """
    problem = _problem(folder, names, force=force)
    if problem:
        raise InputError(problem)


def _problem(folder: Path, names: Sequence[str], *, force: bool) -> Problem | None:
    shown = str(folder)
    try:
        if os.path.lexists(folder) and not folder.is_dir():
            return folder_problem(folder, force=force)
        with locked(folder):
            return folder_problem(folder, force=force) or _obstacle(folder, names)
    except OSError as error:
        return Problem(f"the output folder cannot be written: {error.strerror}", file=shown)


def _obstacle(folder: Path, names: Sequence[str]) -> Problem | None:
    """Return the files that block those called ``names`` in a writable folder."""
    if not folder.is_dir():
        return None
    for path in (folder / name for name in names):
        if path.is_dir():
            return Problem("is a folder where an output file has to go", str(path))
        above = path.parent
        if os.path.lexists(above) and not above.is_dir():
            return Problem("is a file where a folder of outputs has to go", str(above))
        if above.is_dir() and not os.access(above, os.W_OK | os.X_OK):
            return Problem("the folder of outputs cannot be written", str(above))
    return None


@contextmanager
def complete_or_nothing(
    folder: Path, names: Sequence[str], outdated: Sequence[str] = ()
) -> Iterator[Path]:
    """Give a hidden folder to write into; on leaving it without an error, its files appear.

    A name may have a folder in front, ``radio/rsrp.tif``; the folder is there to be written into.
    A new output folder appears by one rename. In a folder that exists the files called ``names``
    are moved one by one, and those called ``outdated`` go, by a journal: if the work is cut off,
    even by a power failure, the next run or :func:`planner.outputs.lock.recover` finishes it.
    Whatever ends the work before, an interrupt too, leaves things as they were.

    Raises
    ------
    InputError
        As :func:`planner.outputs.lock.locked`.
    """
    folder = Path(os.path.realpath(folder))
    with locked(folder) as hidden:
        staging = hidden / NEW
        try:
            staging.mkdir()
            for name in names:
                (staging / name).parent.mkdir(parents=True, exist_ok=True)
            yield staging
            missing = [name for name in names if not (staging / name).is_file()]
            if missing:
                raise FileNotFoundError(errno.ENOENT, "an output was not written", missing[0])
            fsync_tree(staging, names)
            journal = Journal.of(folder, names, outdated, existed=hidden.parent == folder)
            journal.follow(hidden, folder)
        finally:
            if not Journal.is_in(hidden):
                for name in (NEW, REPLACED):
                    shutil.rmtree(hidden / name, ignore_errors=True)
