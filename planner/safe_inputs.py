"""What a run reads: regular files of bounded size, and nothing beyond the folders that it names.

A data file is written by others. It may name further files and addresses on the network; unless
``--allow-remote`` is given, the program follows none of them out of the file's own folder.
"""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from xml.etree import ElementTree

from planner.errors import InputError, Problem

MOST_UNPACKED_BYTES = 4 * 2**30
_PLAIN_UNPACKED_BYTES = 64 * 2**20
_MOST_TIMES_LARGER = 200
"""No table or map of real data packs as densely as that: zeros pack 1,000 to one."""

_MOST_INDEX_BYTES = 64 * 2**20
_DEEPEST = 5
_SPECIAL = {
    stat.S_ISDIR: "a folder",
    stat.S_ISFIFO: "a pipe (FIFO)",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
    stat.S_ISSOCK: "a socket",
}
_TEXTS = {"SRS", "GeogSRS", "LayerSRS", "Metadata", "MDI", "Description", "UnitType", "Category"}
_INDEX = re.compile(
    rb"<\s*(VRT|OGRVRT|PAMDataset|GDAL(?!Metadata)|OGRWFS|OGRCSW|MRF_META|WMS_|Capabilities)"
)
_SUBDATASET = re.compile(r'^\w+:"?([^"]+?)"?(:[^:/\\]*)?$')

_remote: ContextVar[bool] = ContextVar("remote", default=False)


@contextmanager
def remote_allowed() -> Iterator[None]:
    """Let data files name addresses and other folders, as ``--allow-remote`` does."""
    token = _remote.set(True)
    try:
        yield
    finally:
        _remote.reset(token)


def is_remote_allowed() -> bool:
    """Whether data files may name addresses and files of other folders."""
    return _remote.get()


def check_regular(path: Path, name: str, key: str | None = None) -> None:
    """Refuse what is no regular file: a pipe or a device would be read without an end.

    A file that is not there is left to its reader.

    Raises
    ------
    InputError
        Naming the file as ``name``.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return
    for is_kind, kind in _SPECIAL.items():
        if is_kind(mode):
            raise InputError(Problem(f"is {kind}", name, key, expected="a regular file"))


def is_bomb(packed: int, unpacked: int) -> bool:
    """Return whether a file of ``packed`` bytes unpacks to more bytes than any real data would."""
    much = max(_PLAIN_UNPACKED_BYTES, _MOST_TIMES_LARGER * packed)
    return unpacked > min(MOST_UNPACKED_BYTES, much)


def check_archive(path: Path, name: str, key: str | None = None) -> None:
    """Refuse a zip archive (a workbook is one) that is much larger once unpacked.

    Raises
    ------
    InputError
        Naming the file as ``name``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return
    if is_bomb(path.stat().st_size, unpacked):
        raise unpacks_to(unpacked, name, key)


def unpacks_to(unpacked: int, name: str, key: str | None = None) -> InputError:
    """Return the error of a file that is too large once unpacked."""
    return InputError(
        Problem(
            "unpacks to more than any real data of its size", name, key,
            f"more than {unpacked / 2**20:,.0f} MiB",
            f"at most {_MOST_TIMES_LARGER} times its size, and 4 GiB",
        )
    )  # fmt: skip


def check_references(path: Path, name: str, key: str | None = None) -> None:
    """Refuse a virtual raster or layer (VRT) that names anything outside its folders.

    These are its own folder, and the one that its relative ``name`` starts from.

    Raises
    ------
    InputError
        With every address and file that it may not name.
    """
    if is_remote_allowed():
        return
    given = Path(name)
    trusted = {path.parent.resolve()}
    if not given.is_absolute() and len(given.parts) <= len(path.parents):
        trusted.add(path.parents[len(given.parts) - 1].resolve())
    wrong = [*_forbidden(path, trusted, _DEEPEST), *_forbidden_overviews(path)]
    if wrong:
        raise InputError(
            [
                Problem(
                    f"names {what}", name, key, value,
                    "files in its own folder; --allow-remote reads all that it names",
                )
                for what, value in dict.fromkeys(wrong)
            ]
        )  # fmt: skip


def _forbidden(path: Path, trusted: set[Path], depth: int) -> Iterator[tuple[str, str]]:
    """Yield what a virtual data set names and may not, those inside it too."""
    root = _index_of(path)
    if root is None:
        return
    if not root.tag.endswith("VRTDataset") and not root.tag.startswith("OGRVRT"):
        yield "a service or an index of other data sets", root.tag
        return
    if depth == 0:
        yield "itself, or more than five levels of others", path.name
        return
    for element in root.iter():
        text = (element.text or "").strip()
        if element.tag in _TEXTS or element.tag.endswith("SRS") or not text:
            continue
        if "://" in text or text.lower().startswith("/vsi"):
            yield "an address or a virtual file system", text
        elif "PixelFunctionCode" in element.tag or text.startswith("<"):
            yield "code or another data set within it", text[:60]
        elif re.search("source|dataset|file", element.tag, re.IGNORECASE) and not len(element):
            beside = {key.lower(): value for key, value in element.items()}.get("relativetovrt")
            base = path.parent if beside == "1" else Path.cwd()
            yield from _forbidden_file(base, text, trusted, depth)


def _forbidden_file(
    base: Path, text: str, trusted: set[Path], depth: int
) -> Iterator[tuple[str, str]]:
    """Yield the file that an index names, if it may not be read, or what that one names."""
    found = _SUBDATASET.match(text)
    candidates = [text, *([found[1]] if found else [])]
    files = [base / one for one in candidates if (base / one).is_file()]
    if not files:
        if re.search(r"[/\\]|\.\w+$", text):
            yield "a file that is not there", text
        return
    if not any(files[0].resolve().is_relative_to(folder) for folder in trusted):
        yield "a file of another folder", text
        return
    yield from _forbidden(files[0], trusted, depth - 1)


def _forbidden_overviews(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the overviews that the file beside a raster (.aux.xml) takes from elsewhere."""
    beside = path.with_name(path.name + ".aux.xml")
    root = _index_of(beside) if beside.is_file() else None
    for element in root.iter("MDI") if root is not None else ():
        text = (element.text or "").strip()
        if element.get("key") == "OVERVIEW_FILE" and re.search(r"[/\\:]", text):
            yield "overviews elsewhere", text


def _index_of(path: Path) -> ElementTree.Element | None:
    """Return the XML of a virtual data set, None for any other file.

    GDAL reads XML that is not well-formed too: what cannot be parsed here is an index of nothing.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
            if not _INDEX.search(head):
                return None
            text = head + stream.read(_MOST_INDEX_BYTES)
    except OSError:
        return None
    try:
        # The parser itself refuses entities that grow.
        return ElementTree.fromstring(text[text.index(b"<") :])
    except (ElementTree.ParseError, ValueError):
        return ElementTree.Element("XML that is not well-formed")
