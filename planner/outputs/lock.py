"""The lock of an output folder: one run at a time; leftovers of a killed run are settled first."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from planner.errors import InputError, Problem
from planner.output_folder import HIDDEN
from planner.outputs.journal import NEW, REPLACED, Journal, damaged, fsync

_LOCK = "lock"
_held: dict[Path, tuple[int, Path]] = {}
"""Folders that this process has locked: by which thread, and their hidden folder."""


@contextmanager
def locked(folder: Path) -> Iterator[Path]:
    """Lock an output folder; give its hidden folder, which goes at the end.

    The hidden folder lies in the output folder if that exists (it may be a mount point, whose
    parent is another disk), else in the nearest folder above. A thread may lock a folder again.

    Raises
    ------
    InputError
        Another run writes into the folder, or the record of a killed one is damaged.
    OSError
        The folder cannot be written.
    """
    folder = Path(os.path.realpath(folder))
    thread, hidden = _held.get(folder, (0, folder))
    if thread == threading.get_ident():
        yield hidden
        return
    while True:
        recover(folder)
        hidden = _places(folder)[0]
        lock = _lock(hidden, folder)
        if not Journal.is_in(hidden) and not (hidden / NEW).exists():
            break
        # Another run was killed just now.
        _release(hidden, lock)
    _held[folder] = threading.get_ident(), hidden
    try:
        yield hidden
    finally:
        del _held[folder]
        _release(hidden, lock)


def recover(folder: Path) -> str:
    """Finish what a killed run left of its save; return what was done, empty if nothing was.

    Raises
    ------
    InputError
        Another run writes into the folder, or the record of the killed one is damaged.
    """
    folder = Path(os.path.realpath(folder))
    done = ""
    for hidden in _places(folder):
        if not os.path.lexists(hidden):
            continue
        lock = _lock(hidden, folder)
        try:
            journal = Journal.read(hidden, folder)
            if journal is None:
                done = done or "an unfinished save is removed; nothing else had changed"
            elif journal.settle(hidden, folder):
                done = f"the save is completed: {len(journal.names)} files"
            else:
                done = "the save could not be completed; the earlier outputs are back"
        finally:
            _release(hidden, lock)
    return done


def _places(folder: Path) -> list[Path]:
    """Return where the hidden folder may lie; first where a new one goes."""
    there = [above for above in (folder, *folder.parents) if os.path.lexists(above)]
    if not there[0].is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there[0]))
    return [above / _hidden_name(folder, above) for above in there]


def _hidden_name(folder: Path, above: Path) -> str:
    if folder == above:
        return HIDDEN
    below = folder.relative_to(above).as_posix()
    return f"{HIDDEN}-{hashlib.sha256(below.encode()).hexdigest()[:12]}"


def _lock(hidden: Path, folder: Path) -> int:
    """Make the hidden folder and lock it; return the descriptor of its lock file."""
    if hidden.is_symlink():
        raise damaged(hidden)
    while True:
        with suppress(FileExistsError):
            hidden.mkdir()
        try:
            lock = os.open(hidden / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        except FileNotFoundError:
            continue  # The run before has just removed it.
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(lock).st_ino == (hidden / _LOCK).stat().st_ino:
                return lock
        except BlockingIOError:
            os.close(lock)
            raise InputError(
                Problem(
                    "another run writes into this folder", str(folder),
                    expected="another folder, or the end of that run",
                )
            ) from None  # fmt: skip
        except FileNotFoundError:
            pass
        os.close(lock)


def _release(hidden: Path, lock: int) -> None:
    """Remove the hidden folder, unless a journal there is still to be followed."""
    try:
        if not Journal.is_in(hidden):
            for name in (NEW, REPLACED):
                shutil.rmtree(hidden / name, ignore_errors=True)
            for path in hidden.glob("*.tmp"):
                path.unlink()
            with suppress(OSError):
                (hidden / _LOCK).unlink()
                hidden.rmdir()
                fsync(hidden.parent)
    finally:
        os.close(lock)
