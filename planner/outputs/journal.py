"""The record of a save: with it, an interrupted save is completed or rolled back as a whole.

The new files are first written to a hidden folder, then the journal is written, and only then does
anything visible change. A journal that exists is followed to its end, by the same run or a later
one; each step may be repeated.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from planner.errors import InputError, Problem

NEW, REPLACED = "new", "replaced"
_FORWARD, _BACK = "journal.json", "journal-back.json"
"""Names of the record: while it is followed forward, and after it is to be taken back."""


@dataclass(frozen=True)
class Journal:
    """The changes of a save; all names are relative to the output folder.

    ``names``: files that appear. ``outdated``: files that go. ``replaced``: those of both that
    were there before. ``existed``: whether the output folder was there. ``made``: how many of its
    parents were not.
    """

    names: tuple[str, ...]
    outdated: tuple[str, ...]
    replaced: tuple[str, ...]
    existed: bool
    made: int

    @classmethod
    def of(
        cls, folder: Path, names: Sequence[str], outdated: Sequence[str], *, existed: bool
    ) -> Journal:
        """Return the record of a save that is about to change ``folder``."""
        there = [name for name in (*names, *outdated) if os.path.lexists(folder / name)]
        made = sum(not parent.exists() for parent in folder.parents)
        return cls(tuple(names), tuple(outdated), tuple(there if existed else ()), existed, made)

    @staticmethod
    def is_in(hidden: Path) -> bool:
        """Whether a hidden folder holds a record to be followed."""
        return any((hidden / name).exists() for name in (_FORWARD, _BACK))

    @classmethod
    def read(cls, hidden: Path, folder: Path) -> Journal | None:
        """Return the record in a hidden folder, None if there is none.

        Raises
        ------
        InputError
            It is not a record of this program, or names files outside the folder.
        """
        path = hidden / (_BACK if (hidden / _BACK).exists() else _FORWARD)
        if not os.path.lexists(path):
            return None
        try:
            raw: Any = json.loads(path.read_text(encoding="utf-8"))
            names, outdated, replaced = (
                tuple(map(str, raw[key])) for key in ("names", "outdated", "replaced")
            )
            journal = cls(names, outdated, replaced, bool(raw["existed"]), int(raw["made"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise damaged(path) from error
        known = {*journal.names, *journal.outdated}
        linked = any((hidden / name).is_symlink() for name in (NEW, REPLACED))
        inside = all(stays_inside(folder, name) for name in known)
        if linked or not inside or not {*journal.replaced} <= known:
            raise damaged(path)
        return journal

    def follow(self, hidden: Path, folder: Path) -> None:
        """Write the record, make the changes, and take all of them back if one is impossible."""
        self.write(hidden)
        try:
            self._forward(hidden, folder)
        except BaseException:
            self._back(hidden, folder)
            raise
        _unlink(hidden / _FORWARD)

    def settle(self, hidden: Path, folder: Path) -> bool:
        """Follow the record of a killed run to its end; False if it had to be taken back."""
        if not (hidden / _BACK).exists():
            with suppress(OSError):
                self._forward(hidden, folder)
                _unlink(hidden / _FORWARD)
                return True
        self._back(hidden, folder)
        return False

    def write(self, hidden: Path) -> None:
        """Have the record on the disk: from here on the save is made as a whole."""
        part = hidden / f"{_FORWARD}.tmp"
        part.write_text(json.dumps(asdict(self)), encoding="utf-8")
        fsync(part)
        part.replace(hidden / _FORWARD)
        fsync(hidden, hidden.parent)

    def _forward(self, hidden: Path, folder: Path) -> None:
        if not self.existed:
            if (hidden / NEW).exists():
                folder.parent.mkdir(parents=True, exist_ok=True)
                (hidden / NEW).rename(folder)
            fsync(*self._parents(folder), folder.parent)
            return
        for name in self.replaced:
            # A file that was replaced already is not there, or is the new one.
            kept, new = hidden / REPLACED / name, hidden / NEW / name
            to_go = name in self.outdated or new.exists()
            if to_go and os.path.lexists(folder / name) and not os.path.lexists(kept):
                kept.parent.mkdir(parents=True, exist_ok=True)
                (folder / name).rename(kept)
        fsync_tree(hidden / REPLACED, self.replaced)
        for name in self.names:
            if (hidden / NEW / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (hidden / NEW / name).rename(folder / name)
        for name in self.outdated:
            _remove_empty((folder / name).parent, folder)
        fsync_tree(folder, self.names)
        fsync_tree(hidden / NEW, self.names)

    def _back(self, hidden: Path, folder: Path) -> None:
        with suppress(FileNotFoundError):
            (hidden / _FORWARD).rename(hidden / _BACK)
            fsync(hidden)
        if self.existed:
            self._put_back(hidden, folder)
        else:
            for parent in [*self._parents(folder)][::-1]:
                with suppress(OSError):
                    parent.rmdir()
        _unlink(hidden / _BACK)

    def _put_back(self, hidden: Path, folder: Path) -> None:
        for name in self.names:
            moved = not (hidden / NEW / name).exists()
            if name not in self.replaced and moved:
                (folder / name).unlink(missing_ok=True)
            _remove_empty((folder / name).parent, folder)
        for name in self.replaced:
            if os.path.lexists(hidden / REPLACED / name):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (hidden / REPLACED / name).replace(folder / name)
                fsync((folder / name).parent)
        fsync(folder)

    def _parents(self, folder: Path) -> Sequence[Path]:
        """Return the parents that the save makes, outermost first."""
        return [*folder.parents][: self.made][::-1]


def stays_inside(folder: Path, name: str) -> bool:
    """Whether a name is that of a file in a folder, whatever links are in it."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        return False
    parent = Path(os.path.realpath((folder / name).parent))
    return parent.is_relative_to(os.path.realpath(folder))


def fsync(*paths: Path) -> None:
    """Have files and folders on the disk, not only in memory."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def fsync_tree(folder: Path, names: Iterable[str]) -> None:
    """Have the files called ``names`` on the disk, then their folders, innermost first.

    Those that are not there are left out.
    """
    paths = [folder / name for name in names]
    above = {parent for path in paths for parent in path.parents if parent.is_relative_to(folder)}
    folders = sorted({folder, *above}, key=lambda path: -len(path.parts))
    fsync(*(path for path in [*paths, *folders] if path.exists()))


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)
    fsync(path.parent)


def _remove_empty(folder: Path, within: Path) -> None:
    """Remove a folder and those above it, up to ``within``, as long as nothing is in them."""
    with suppress(OSError):
        while folder != within:
            folder.rmdir()
            folder = folder.parent


def damaged(path: Path) -> InputError:
    """Return the error of a record, or of the hidden folder, that this program did not write."""
    return InputError(
        Problem(
            "is not a record that this program wrote of an unfinished save", str(path),
            expected="another output folder, or this record moved away",
        )
    )  # fmt: skip
