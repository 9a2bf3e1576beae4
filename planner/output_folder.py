"""The first check of an output folder: at once, before anything is loaded, fetched or planned."""

from __future__ import annotations

import os
from pathlib import Path

from planner.errors import InputError, Problem

HIDDEN = ".planner-saving"
"""The folder in an output folder, or beside it, that a save fills first."""


def folder_problem(folder: Path, *, force: bool) -> Problem | None:
    """Return why a run may not write into a folder: it is a file, or holds anything without force.

    Raises ``OSError`` where the folder cannot be read.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        return Problem("the output folder is a file", file=str(folder), expected="a folder")
    if force or not folder.is_dir() or all(path.name == HIDDEN for path in folder.iterdir()):
        return None
    return Problem(
        "the output folder exists and is not empty",
        file=str(folder),
        expected="another folder, or --force to replace the outputs in it (other files in it stay)",
    )


def check_free(folder: Path, *, force: bool) -> None:
    """Refuse an output folder that is a file, holds anything without ``force``, or is unreadable.

    The outputs check it again, with the names of their files, before they write; a folder with the
    rest of a killed run is left to them.

    Raises
    ------
    InputError
        Naming the folder and what would be right.

    Examples
    --------
    >>> check_free(Path("a-folder-that-does-not-exist"), force=False)
    """
    try:
        if (folder / HIDDEN).exists():
            return
        problem = folder_problem(folder, force=force)
    except OSError as error:
        text = f"the output folder cannot be read: {error.strerror}"
        problem = Problem(text, file=str(folder))
    if problem:
        raise InputError(problem)
