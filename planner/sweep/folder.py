"""The folder of a sweep: a new one, an empty one, or one in which a sweep has begun."""

from __future__ import annotations

from pathlib import Path

from planner.errors import InputError, Problem
from planner.output_folder import check_free
from planner.sweep.run import RUNS
from planner.sweep.task import TASK


def check_sweep_folder(folder: Path) -> None:
    """Refuse a folder that holds anything but a sweep: a sweep goes on in its own folder only.

    Raises
    ------
    InputError
        Naming the folder, and what would be right.

    Examples
    --------
    >>> check_sweep_folder(Path("a-folder-that-does-not-exist"))
    """
    begun = any((folder / RUNS).glob(f"*/{TASK}")) if folder.is_dir() else False
    if begun:
        return
    try:
        check_free(folder, force=False)
    except InputError as error:
        found = error.problems[0]
        expected = "another folder, or that of an earlier sweep, which goes on there"
        raise InputError(Problem(found.message, found.file, found.key, None, expected)) from error
