"""Saves that are killed: at every change of the file system, at random, and while they recover."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from planner.errors import InputError
from planner.outputs.folder import complete_or_nothing
from planner.outputs.lock import recover
from tests.fuzz.disk import ended_by, forked

NAMES = ("a.txt", "b.txt", "maps/c.txt", "maps/deep/d.txt")
OUTDATED = ("gone/x.txt", "y.txt")
Files = dict[str, str]


def save(folder: Path, text: str, names: Sequence[str] = NAMES) -> None:
    """Save files that all hold ``text``."""
    with complete_or_nothing(folder, names, OUTDATED) as staging:
        for name in names:
            (staging / name).write_text(text)


def _saved(folder: Path, text: str) -> int:
    save(folder, text)
    return 0


def files_below(root: Path) -> Files:
    """Return all files with their content, and folders without a file."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file():
            found[name] = path.read_text()
        elif not any(path.iterdir()):
            found[name + "/"] = ""
    return found


@dataclass(frozen=True)
class FolderBefore:
    """What is there before a save into ``folder``."""

    name: str
    folder: str
    make: Callable[[Path], object]


def _earlier_run(root: Path) -> None:
    save(root / "plan", "old")
    for name in ("notes.txt", "photos/me.txt", *OUTDATED):
        (root / "plan" / name).parent.mkdir(exist_ok=True)
        (root / "plan" / name).write_text("mine")


def _part_of_an_earlier_run(root: Path) -> None:
    save(root / "plan", "old", NAMES[:2])


STARTS = (
    FolderBefore("a new folder", "plan", lambda _root: None),
    FolderBefore("a new folder with new parents", "out/2020/plan", lambda _root: None),
    FolderBefore("an empty folder", "plan", lambda root: (root / "plan").mkdir()),
    FolderBefore("an earlier run, and files of the user", "plan", _earlier_run),
    FolderBefore("a part of an earlier run", "plan", _part_of_an_earlier_run),
)


def killed_everywhere(
    root: Path, *, power: bool, also_recovery: bool = False, every: int = 1
) -> Iterator[str]:
    """Kill a save at each of its changes from each start; yield a line for each kill survived.

    ``also_recovery``: the recovery is killed too, at each of its changes. ``every``: 1 for
    each change, 7 for every seventh.

    Raises
    ------
    AssertionError
        A mixture, or something left behind.
    """
    for start in STARTS:
        before = _fresh(root, start)
        save(root / start.folder, "new")
        after = files_below(root)
        stop, again = 1, True
        while again:
            inner = 1
            while True:
                _fresh(root, start)
                folder = root / start.folder
                again = ended_by(root, lambda f=folder: save(f, "new"), stop, power=power)
                recovery = also_recovery and ended_by(
                    root, lambda f=folder: recover(f), inner, power=power
                )
                recover(folder)
                where = f"{start.name}: change {stop}" + f".{inner}" * recovery
                found = files_below(root)
                assert found in (before, after), f"{where}: {found}"
                assert again or found == after, f"{where}: the save was done, and is not there"
                assert recover(folder) == "", f"{where}: something was left to recover"
                yield where
                inner += every
                if not recovery:
                    break
            stop += every


def done_before_the_power_fails(root: Path) -> int:
    """Fail after a save has ended: all of it must be there; return the number of starts."""
    for start in STARTS:
        _fresh(root, start)
        save(root / start.folder, "new")
        after = files_below(root)
        _fresh(root, start)
        folder = root / start.folder
        ended_by(root, lambda f=folder: save(f, "new"), 0, power=True)
        recover(folder)
        assert files_below(root) == after, start.name
    return len(STARTS)


def killed_at_random(root: Path, count: int, seed: int = 1) -> int:
    """Kill a save at a random time, then let the next run save; return how many were cut off."""
    draw, cut = random.Random(seed), 0
    for number in range(count):
        start = STARTS[number % len(STARTS)]
        before = _fresh(root, start)
        folder = root / start.folder
        child = forked(lambda f=folder: _saved(f, "new"))
        time.sleep(draw.random() * 0.01)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        cut += os.WIFSIGNALED(status)
        # Every second time the next run is what recovers.
        if number % 2:
            save(folder, "newer")
            kept = {n: t for n, t in files_below(folder).items() if n not in NAMES}
            texts = {files_below(folder)[name] for name in NAMES}
            mine = {n.partition("/")[2]: t for n, t in before.items() if t == "mine"}
            assert texts == {"newer"}
            assert kept == {n: t for n, t in mine.items() if n not in OUTDATED}
        else:
            recover(folder)
            found = {text for text in files_below(root).values() if text in ("old", "new")}
            assert len(found) <= 1, found
        assert not list(root.rglob(".*"))
    return cut


def racing_writers(root: Path, count: int, together: int = 8) -> tuple[int, int]:
    """Let processes save into one folder at the same time; return how many saved, were refused."""
    folder = root / "plan"
    saved = refused = 0
    for first in range(0, count, together):
        children = []
        for number in range(first, min(first + together, count)):
            children.append(forked(lambda n=number: _one_writer(folder, n)))
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        assert set(codes) <= {0, 2}, codes
        saved += codes.count(0)
        refused += codes.count(2)
        found = files_below(root)
        assert set(found) == {f"plan/{name}" for name in NAMES}, found
        assert len(set(found.values())) == 1, found
    return saved, refused


def _one_writer(folder: Path, number: int) -> int:
    """Return 0 if it saved, 2 if it was refused."""
    try:
        save(folder, f"writer {number}")
    except InputError as error:
        return 2 if "another run" in str(error) else 1
    return 0


def _fresh(root: Path, start: FolderBefore) -> Files:
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    start.make(root)
    return files_below(root)
