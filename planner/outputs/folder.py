"""The output folder: files appear in it together, or nothing in it changes."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from planner.errors import InputError, Problem


def check_output_folder(folder: Path, names: Sequence[str], *, force: bool) -> None:
    """Refuse a folder that :func:`complete_or_nothing` could not fill with files called ``names``.

    Raises
    ------
    InputError
        When the folder is a file, holds anything and ``force`` is not given, cannot be written,
        or holds a folder where a file has to go.
    """
    problem = _problem(folder, names, force=force)
    if problem:
        raise InputError(problem)


def _problem(folder: Path, names: Sequence[str], *, force: bool) -> Problem | None:
    shown = str(folder)
    try:
        if folder.is_dir():
            if not force and any(folder.iterdir()):
                return Problem(
                    "the output folder exists and is not empty",
                    file=shown,
                    expected="another folder, or --force to replace the outputs in it "
                    "(other files in it stay)",
                )
            for path in (folder / name for name in names):
                if path.is_dir():
                    return Problem("is a folder where an output file has to go", str(path))
                above = path.parent
                if os.path.lexists(above) and not above.is_dir():
                    return Problem("is a file where a folder of outputs has to go", str(above))
        elif os.path.lexists(folder):
            return Problem("the output folder is a file", file=shown, expected="a folder")
        for parent in {folder, *((folder / name).parent for name in names)}:
            _try_writing(parent)
    except OSError as error:
        return Problem(f"the output folder cannot be written: {error.strerror}", file=shown)
    return None


def _try_writing(folder: Path) -> None:
    """Make and remove a folder in the nearest existing one: access rights alone do not prove it."""
    parent = folder.absolute()
    while not os.path.lexists(parent):
        parent = parent.parent
    Path(tempfile.mkdtemp(prefix=".writable-", dir=parent)).rmdir()


@contextmanager
def complete_or_nothing(
    folder: Path, names: Sequence[str], outdated: Sequence[str] = ()
) -> Iterator[Path]:
    """Give a hidden folder to write into; on leaving it without an error, its files appear.

    A name may have a folder in front, ``radio/rsrp.tif``; the folder is there to be written into.
    A new output folder appears by one rename of its hidden sibling. In a folder that exists
    (it may be a mount point, whose parent is another disk) the hidden folder lies inside, and
    the files called ``names`` are moved one by one, the old ones kept until all of them
    are there; those called ``outdated`` go. Whatever ends the work before, an interrupt too,
    leaves things as they were.
    """
    folder = folder.absolute()
    exists = folder.is_dir()
    made = [] if exists else _make_parents(folder.parent)
    staging = Path(
        tempfile.mkdtemp(prefix=f".{folder.name}.partial-", dir=folder if exists else folder.parent)
    )
    try:
        for name in names:
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
        yield staging
        if exists:
            _move_files(staging, folder, names, outdated)
        else:
            staging.chmod(0o777 & ~_umask())
            staging.rename(folder)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        for parent in reversed(made):
            parent.rmdir()
        raise
    if exists:
        shutil.rmtree(staging)


def _make_parents(folder: Path) -> list[Path]:
    """Make a folder with its parents; return those that were made, outermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _move_files(staging: Path, folder: Path, names: Sequence[str], outdated: Sequence[str]) -> None:
    """Move each file into place, and put everything back if one of them cannot be moved."""
    kept = staging / "replaced"
    moved: list[str] = []
    made: list[Path] = []
    try:
        for name in (*outdated, *names):
            if os.path.lexists(folder / name):
                (kept / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).rename(kept / name)
        for name in names:
            made += _make_parents((folder / name).parent)
            moved.append(name)
            (staging / name).rename(folder / name)
    except BaseException:
        for name in moved:
            (folder / name).unlink(missing_ok=True)
        for parent in reversed(made):
            parent.rmdir()
        for name in (*outdated, *names):
            if os.path.lexists(kept / name):
                (kept / name).rename(folder / name)
        raise
    _remove_empty({(folder / name).parent for name in outdated} - {folder})


def _remove_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
