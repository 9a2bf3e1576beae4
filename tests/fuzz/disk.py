"""A disk that fails: the process ends at the k-th change of the file system, by a kill or by power.

After a kill everything that was written is there. After a power failure only what was flushed is:
content of a file by ``fsync`` of the file, names in a folder by ``fsync`` of the folder.
"""

from __future__ import annotations

import builtins
import io
import os
import shutil
import stat
import tempfile
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

KILLED = 137
_REAL = {
    name: getattr(os, name)
    for name in ("open", "fsync", "mkdir", "rmdir", "unlink", "remove", "rename", "replace")
}
_REAL_OPEN = io.open


class FailingDisk:
    """Counts the changes of this process below ``root``, and ends it at number ``stop_at``."""

    def __init__(self, root: Path, stop_at: int, *, power: bool) -> None:
        self.root, self.stop_at, self.power = root, stop_at, power
        self.changes = 0
        self.unflushed: set[int] = set()
        self.names: list[tuple[set[int], Callable[[], object]]] = []
        self.kept = Path(tempfile.mkdtemp(dir=root.parent, prefix="kept-"))

    def install(self) -> None:
        """Take the place of the functions that change files, in this process only."""
        same = {"remove": "unlink", "replace": "rename"}
        for name in _REAL:
            setattr(os, name, getattr(self, same.get(name, name)))
        io.open = builtins.open = self.open_file  # type: ignore[assignment]

    def end(self) -> None:
        """End the process as a kill or a power failure does."""
        if self.power:
            for path in self.root.rglob("*"):
                if path.is_file() and path.stat().st_ino in self.unflushed:
                    os.truncate(path, 0)
            for waiting, undo in reversed(self.names):
                if waiting:
                    with suppress(OSError):
                        undo()
        os._exit(KILLED)

    def _change(self) -> None:
        self.changes += 1
        if self.changes == self.stop_at:
            self.end()

    def _named(self, undo: Callable[[], object], *folders: Path) -> None:
        self.names.append(({folder.stat().st_ino for folder in folders}, undo))

    def _below(self, path: Any, dir_fd: int | None = None) -> Path | None:
        if isinstance(path, int):
            return None
        if dir_fd is not None:
            path = Path(f"/proc/self/fd/{dir_fd}").readlink() / os.fspath(path)
        path = Path(os.path.abspath(path))  # noqa: PTH100
        return path if path.is_relative_to(self.root) else None

    def open(self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        """Open as the system does; a new file is a change."""
        below = self._below(path, dir_fd)
        new = below is not None and flags & os.O_CREAT and not os.path.lexists(below)
        if new:
            self._change()
        descriptor: int = _REAL["open"](path, flags, mode, dir_fd=dir_fd)
        if new and below is not None:
            self._named(lambda: _REAL["unlink"](below), below.parent)
        return descriptor

    def open_file(self, path: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
        """Open a file; one opened for writing is a change, and unflushed."""
        below = self._below(path) if set(mode) & set("wax+") else None
        new = below is not None and not os.path.lexists(below)
        if below is not None:
            self._change()
        stream = _REAL_OPEN(path, mode, *rest, **more)
        if below is not None:
            self.unflushed.add(os.fstat(stream.fileno()).st_ino)
            if new:
                self._named(lambda: _REAL["unlink"](below), below.parent)
        return stream

    def fsync(self, descriptor: int) -> None:
        """Flush a file or the names of a folder."""
        self._change()
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            for waiting, _ in self.names:
                waiting.discard(status.st_ino)
        self.unflushed.discard(status.st_ino)

    def mkdir(self, path: Any, *rest: Any, **more: Any) -> None:
        """Make a folder."""
        below = self._below(path)
        if below is not None:
            self._change()
        _REAL["mkdir"](path, *rest, **more)
        if below is not None:
            self._named(lambda: shutil.rmtree(below), below.parent)

    def rmdir(self, path: Any, *, dir_fd: int | None = None) -> None:
        """Remove a folder."""
        below = self._below(path, dir_fd)
        if below is not None:
            self._change()
        _REAL["rmdir"](path, dir_fd=dir_fd)
        if below is not None:
            self._named(lambda: _REAL["mkdir"](below), below.parent)

    def unlink(self, path: Any, *, dir_fd: int | None = None) -> None:
        """Remove a file, of which a copy is kept for the failure."""
        below = self._below(path, dir_fd)
        if below is None:
            _REAL["unlink"](path, dir_fd=dir_fd)
            return
        self._change()
        kept = self.kept / str(self.changes)
        os.link(below, kept)
        _REAL["unlink"](path, dir_fd=dir_fd)
        self._named(lambda: os.link(kept, below), below.parent)

    def rename(self, source: Any, target: Any) -> None:
        """Rename, over another file perhaps, of which a copy is kept for the failure."""
        old, new = self._below(source), self._below(target)
        if old is None or new is None:
            _REAL["replace"](source, target)
            return
        self._change()
        kept = self.kept / str(self.changes)
        if new.is_file():
            os.link(new, kept)
        _REAL["replace"](source, target)

        def back() -> None:
            _REAL["replace"](new, old)
            if kept.exists():
                os.link(kept, new)

        self._named(back, old.parent, new.parent)


def forked(work: Callable[[], int]) -> int:
    """Do work in a process of its own, which ends with the code that it returns."""
    with warnings.catch_warnings():
        # The child only writes files: it waits for no thread.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        return child
    code = 1
    try:
        code = work()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def ended_by(root: Path, work: Callable[[], object], stop_at: int, *, power: bool) -> bool:
    """Do work in a process whose disk fails at a change; return whether it came so far."""

    def on_a_failing_disk() -> int:
        disk = FailingDisk(root, stop_at, power=power)
        disk.install()
        work()
        if stop_at == 0:
            disk.end()
        return 0

    _, status = os.waitpid(forked(on_a_failing_disk), 0)
    code = os.waitstatus_to_exitcode(status)
    for kept in root.parent.glob("kept-*"):
        shutil.rmtree(kept)
    if code not in (0, KILLED):
        raise AssertionError(f"the work failed by itself: {code}")
    return code == KILLED
