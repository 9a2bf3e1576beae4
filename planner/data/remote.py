"""Files on servers: whole ones that resume, and parts of large ones, with retries and mirrors."""

from __future__ import annotations

import errno
import hashlib
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar

import requests
import urllib3
from fsspec.spec import AbstractBufferedFile, AbstractFileSystem

from planner.data.settings import DataSettings
from planner.errors import InputError, PlannerError, Problem

Answer = TypeVar("Answer")
BLOCK = 1 << 18
_CHUNK = 1 << 16
_LONGEST_WAIT_S = 120.0
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_BROKEN = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    urllib3.exceptions.HTTPError,
)


class FetchError(PlannerError):
    """A file that a server did not give, and why."""


class NotThereError(FetchError):
    """A server says that it has no such file (404)."""


class _AgainError(Exception):
    """A failure that may pass; ``wait_s``: what the server asked to wait, None if nothing."""

    def __init__(self, why: str, wait_s: float | None = None) -> None:
        super().__init__(why)
        self.wait_s = wait_s


@dataclass
class Remote:
    """A reader of files on servers. ``bytes_received`` counts what came over the net."""

    settings: DataSettings
    sleep: Callable[[float], object] = time.sleep
    bytes_received: int = 0
    session: requests.Session = field(default_factory=requests.Session)

    def download(self, address: str, part: Path) -> None:
        """Bring a whole file to ``part``; what an earlier attempt left there is not asked again.

        Raises
        ------
        FetchError
            No server gave the file.
        InputError
            No room on the disk.
        """
        with _room(part):
            self._from_any(address, part, lambda at: self._rest(at, part))

    @contextmanager
    def opened(self, address: str, blocks: Path) -> Iterator[IO[bytes]]:
        """Open a file of which only the parts that are read are fetched, into ``blocks``.

        Raises
        ------
        FetchError
            No server gave the file, or the server gives whole files only
            (:class:`WholeFileOnlyError`).
        """
        with _room(blocks), _BlockFiles(self, blocks, skip_instance_cache=True).open(address) as it:
            yield it

    def block(self, address: str, start: int, stop: int, known: Known | None) -> Block:
        """Return bytes ``start`` to ``stop`` of a file, which must be the ``known`` one."""
        return self._from_any(address, None, lambda at: self._block(at, start, stop, known))

    def _from_any(self, address: str, part: Path | None, ask: Callable[[str], Answer]) -> Answer:
        if self.settings.offline:
            raise InputError(
                Problem("is not in the cache, and data are offline", shown(address), "offline")
            )
        failures: list[FetchError] = []
        for at in self.settings.addresses(address):
            try:
                return self._patiently(at, part, ask)
            except FetchError as error:
                failures.append(error)
        whole = [error for error in failures if isinstance(error, WholeFileOnlyError)]
        if whole:
            raise whole[0]
        if all(isinstance(error, NotThereError) for error in failures):
            raise failures[-1]
        raise FetchError("; ".join(map(str, failures))) from failures[-1]

    def _patiently(self, at: str, part: Path | None, ask: Callable[[str], Answer]) -> Answer:
        """Ask again after failures that may pass, until several in a row bring nothing new."""
        fruitless, before = 0, _size(part)
        while True:
            try:
                return ask(at)
            except _AgainError as error:
                fruitless = 0 if _size(part) > before else fruitless + 1
                before = _size(part)
                if fruitless > self.settings.retries:
                    raise FetchError(
                        f"{shown(at)}: {error}; gave up after {fruitless} attempts"
                    ) from error
                wait_s = error.wait_s if error.wait_s is not None else 2.0 ** max(fruitless - 1, 0)
                self.sleep(min(wait_s, _LONGEST_WAIT_S))

    @contextmanager
    def _asked(self, at: str, headers: dict[str, str]) -> Iterator[requests.Response]:
        """Yield an answer that holds bytes; all others are raised."""
        headers = {"Accept-Encoding": "identity", **headers}
        timeout_s = self.settings.timeout_s
        try:
            with self.session.get(at, headers=headers, stream=True, timeout=timeout_s) as answer:
                _check(answer, at)
                yield answer
        except _BROKEN as error:
            raise _AgainError(_why(error)) from error
        except requests.RequestException as error:
            raise FetchError(f"{shown(at)}: {_why(error)}") from error

    def _rest(self, at: str, part: Path) -> None:
        """Append what is missing to a file that was begun, or begin it."""
        record = part.with_name(f"{part.name}.json")
        begun = _begun(record, at) if part.is_file() else None
        have = _size(part) if begun else 0
        if begun and have == begun.size:
            record.unlink()
            return
        headers = {"Range": f"bytes={have}-", "If-Range": begun.mark} if begun and have else {}
        with self._asked(at, headers) as answer:
            if answer.status_code != 206:
                have = 0
            elif _content_range(answer, at)[0] != have:
                part.unlink()
                raise _AgainError("sent another part than was asked for")
            known = _known(answer)
            _check_room(part, known.size - have if known.size else 0)
            record.write_text(json.dumps([at, known.mark, known.size]), encoding="utf-8")
            with part.open("r+b" if have else "wb") as stream:
                stream.seek(have)
                stream.truncate()
                while chunk := answer.raw.read1(_CHUNK):
                    stream.write(chunk)
                    self.bytes_received += len(chunk)
        if known.size and _size(part) != known.size:
            raise _AgainError(f"sent {_size(part):,} of {known.size:,} bytes")
        record.unlink()

    def _block(self, at: str, start: int, stop: int, known: Known | None) -> Block:
        with self._asked(at, {"Range": f"bytes={start}-{stop - 1}"}) as answer:
            if answer.status_code != 206:
                raise WholeFileOnlyError(f"{shown(at)}: the server gives whole files only")
            first, last = _content_range(answer, at)
            found = _known(answer)
            content = answer.content
        self.bytes_received += len(content)
        if first != start or len(content) != last - first + 1:
            raise _AgainError("sent another part than was asked for")
        if known is not None and (found.size, found.mark) != (known.size, known.mark):
            raise FetchError(f"{shown(at)}: the file changed while it was read; fetch it again")
        return Block(content, found)


class WholeFileOnlyError(FetchError):
    """A server that gives no parts of files."""


@dataclass(frozen=True)
class Known:
    """A file on a server: ``size`` in bytes, 0 if unknown, and a ``mark`` of its version."""

    size: int
    mark: str


@dataclass(frozen=True)
class Block:
    """A part of a file."""

    content: bytes
    known: Known


class _BlockFiles(AbstractFileSystem):  # type: ignore[misc]
    """A file system of fsspec over :class:`Remote`, whose blocks stay on the disk."""

    protocol = "planner-http"
    cachable = False

    def __init__(self, remote: Remote, folder: Path, **options: Any) -> None:
        super().__init__(**options)
        self.remote = remote
        self.folder = folder

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path

    def info(self, path: str, **_options: Any) -> dict[str, Any]:
        return {"name": path, "type": "file", "size": self._first(path).known.size}

    def _first(self, path: str) -> Block:
        """Return the state of a file; blocks of another state are forgotten."""
        said = self.folder / "state.json"
        stored = json.loads(said.read_text(encoding="utf-8")) if said.is_file() else None
        if stored and (self.folder / "0").is_file():
            first = self.remote.block(path, 0, 1, None)
        else:
            first = self.remote.block(path, 0, BLOCK, None)
        state = [path, first.known.size, first.known.mark]
        if stored != state or not first.known.mark:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            said.write_text(json.dumps(state), encoding="utf-8")
        if len(first.content) > 1:
            _write_block(self.folder / "0", first.content)
        return first

    def _open(self, path: str, mode: str = "rb", **_options: Any) -> _BlockFile:
        return _BlockFile(self, path, mode, cache_type="none", known=self._first(path).known)


class _BlockFile(AbstractBufferedFile):  # type: ignore[misc]
    def __init__(self, fs: _BlockFiles, path: str, mode: str, *, known: Known, **more: Any) -> None:
        super().__init__(fs, path, mode, size=known.size, **more)
        self.known = known

    def _fetch_range(self, start: int, end: int) -> bytes:
        """Return bytes from the stored blocks, and fetch those that are missing, in runs."""
        first, last = start // BLOCK, (max(end, start + 1) - 1) // BLOCK
        folder, remote = self.fs.folder, self.fs.remote
        missing = [n for n in range(first, last + 1) if not (folder / str(n)).is_file()]
        while missing:
            run = [missing.pop(0)]
            while missing and missing[0] == run[-1] + 1:
                run.append(missing.pop(0))
            stop = min((run[-1] + 1) * BLOCK, self.known.size)
            content = remote.block(self.path, run[0] * BLOCK, stop, self.known).content
            for place, number in enumerate(run):
                _write_block(folder / str(number), content[place * BLOCK : (place + 1) * BLOCK])
        content = b"".join((folder / str(n)).read_bytes() for n in range(first, last + 1))
        return content[start - first * BLOCK : end - first * BLOCK]


def _write_block(path: Path, content: bytes) -> None:
    whole = path.with_name(f"{path.name}.part")
    whole.write_bytes(content)
    whole.replace(path)


def file_key(address: str) -> str:
    """Return a short name for an address, the same on every machine."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def shown(address: str) -> str:
    """Return an address for messages, without keys."""
    return re.sub(r"((?:token|key)=)[^&]+", r"\1...", address)


def _check(answer: requests.Response, at: str) -> None:
    """Raise what an answer without the file means."""
    code = answer.status_code
    chain = [one.url for one in (*answer.history, answer)]
    if chain[0].startswith("https:") and not all(one.startswith("https:") for one in chain):
        raise FetchError(f"{shown(at)}: redirects from https to an unprotected address")
    if code in (200, 206):
        return
    if code in (404, 410):
        raise NotThereError(f"{shown(at)}: the server has no such file ({code})")
    if code in (401, 403):
        raise FetchError(
            f"{shown(at)}: the server refuses ({code}): a key is missing, wrong or used up"
        )
    if code in _BUSY:
        raise _AgainError(f"the server is busy ({code})", _asked_wait_s(answer))
    if code == 416:
        raise FetchError(f"{shown(at)}: the file changed while it was read; fetch it again")
    raise FetchError(f"{shown(at)}: the server answers {code}")


def _asked_wait_s(answer: requests.Response) -> float | None:
    try:
        return max(0.0, float(answer.headers.get("Retry-After", "")))
    except ValueError:
        return None


def _content_range(answer: requests.Response, at: str) -> tuple[int, int]:
    found = re.fullmatch(r"bytes (\d+)-(\d+)/\d+", answer.headers.get("Content-Range", ""))
    if not found:
        raise FetchError(f"{shown(at)}: the server does not say which part it sends")
    return int(found[1]), int(found[2])


def _known(answer: requests.Response) -> Known:
    headers = answer.headers
    mark = headers.get("ETag", "")
    if not mark or mark.startswith("W/"):
        mark = headers.get("Last-Modified", "")
    size = headers.get("Content-Range", "").rpartition("/")[2]
    if answer.status_code == 200:
        size = headers.get("Content-Length", "")
    return Known(int(size) if size.isdigit() else 0, mark)


def _begun(record: Path, at: str) -> Known | None:
    """Return the state of a file that was begun, None where it cannot be gone on with."""
    with suppress(OSError, ValueError):
        where, mark, size = json.loads(record.read_text(encoding="utf-8"))
        if where == at and mark:
            return Known(int(size), str(mark))
    return None


def _size(path: Path | None) -> int:
    return path.stat().st_size if path is not None and path.is_file() else 0


def _why(error: Exception) -> str:
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return "the server is silent"
    if "NameResolution" in repr(error):
        return "no such server, or no network"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | urllib3.exceptions.HTTPError):
        return "the connection was cut"
    return f"no connection ({type(error).__name__})"


def _check_room(path: Path, needed: int) -> None:
    free = shutil.disk_usage(path.parent).free
    if needed > free:
        raise InputError(_full(path, f"{needed:,} bytes are needed, {free:,} are free"))


def _full(path: Path, why: str) -> Problem:
    return Problem(
        f"no room on the disk: {why}", str(path.parent), expected="another folder: set "
        "PLANNER_DATA_CACHE"
    )  # fmt: skip


@contextmanager
def _room(path: Path) -> Iterator[None]:
    """Say plainly that a disk is full."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise InputError(_full(path, str(error.strerror))) from error
        raise
