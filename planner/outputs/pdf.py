"""A page printed to PDF by Chromium or Chrome, if one is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from planner.errors import InputError, PlannerError, Problem

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
          "msedge", "microsoft-edge")  # fmt: skip
_SECONDS = 180
_LOCAL_LINK = re.compile(r' href="(?!https?:|#|data:)[^"]*"')
_PAGE_OF = re.compile(r'(<span class="page" data-page-of="([^"]+)">)')


def browser() -> str:
    """Return the path of Chromium or a relative of it; ``PLANNER_CHROMIUM`` names another one.

    Raises
    ------
    InputError
        None is installed.
    """
    named = os.environ.get("PLANNER_CHROMIUM", "")
    found = next(filter(None, map(shutil.which, [named] if named else _NAMES)), None)
    if found is None:
        raise InputError(
            Problem(
                "no Chromium or Chrome is here to print a PDF", key="--pdf", value=named or None,
                expected="one on the PATH, or its path in PLANNER_CHROMIUM; report.html prints "
                "the same pages from any browser",
            )
        )  # fmt: skip
    return found


def print_pdf(page: Path, pdf: Path) -> None:
    """Print an HTML page to a PDF file, with no access to a network.

    Contents get their page numbers: Chromium knows no ``target-counter``, so that a page with
    places for them is printed a second time. Links to files beside the page are left out, for they
    lead nowhere once the PDF is sent on.

    Raises
    ------
    InputError
        As :func:`browser`.
    PlannerError
        The browser does not print it.
    """
    with tempfile.TemporaryDirectory(prefix="planner-print-") as folder:
        draft = Path(folder) / page.name
        text = _LOCAL_LINK.sub("", page.read_text(encoding="utf-8"))
        draft.write_text(text, encoding="utf-8")
        _print(draft, pdf, Path(folder) / "profile")
        numbers = pages_of_names(pdf.read_bytes())
        numbered = _PAGE_OF.sub(lambda at: f"{at[1]}{numbers.get(at[2], '')}", text)
        if numbered != text:
            draft.write_text(numbered, encoding="utf-8")
            _print(draft, pdf, Path(folder) / "profile")


def pages_of_names(pdf: bytes) -> dict[str, int]:
    r"""Return the page, from 1 on, of each place in a PDF of Chromium that a link leads to.

    Examples
    --------
    >>> tree = b"4 0 obj\n<</Type /Pages\n/Kids [2 0 R 9 0 R]>>"
    >>> pages_of_names(tree + b"5 0 obj\n<</money [9 0 R /XYZ 0 800 0]>>")
    {'money': 2}
    """
    tree = {
        int(found[1]): [int(number) for number in re.findall(rb"(\d+) 0 R", found[2])]
        for found in re.finditer(rb"(\d+) 0 obj\s*<</Type /Pages\b[^\[]*/Kids \[([^\]]*)\]", pdf)
    }
    inner = {number for numbers in tree.values() for number in numbers}

    def leaves(number: int) -> list[int]:
        return [one for kid in tree[number] for one in leaves(kid)] if number in tree else [number]

    pages = [leaf for number in tree if number not in inner for leaf in leaves(number)]
    named = re.findall(rb"/([^\s/\[\]<>()]+) \[(\d+) 0 R /XYZ", pdf)
    return {name.decode("latin-1"): pages.index(int(number)) + 1 for name, number in named}


def _print(page: Path, pdf: Path, profile: Path) -> None:
    command = [
        browser(), "--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer",
        "--disable-background-networking", "--proxy-server=127.0.0.1:9",
        "--disable-dev-shm-usage", f"--user-data-dir={profile}",
        *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
        f"--print-to-pdf={pdf.resolve()}", page.resolve().as_uri(),
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_SECONDS,
            check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PlannerError(f"{command[0]} does not print {page.name}: {error}") from error
    if not pdf.is_file() or not pdf.read_bytes().startswith(b"%PDF"):
        said = " ".join(done.stderr.split())[-300:]
        raise PlannerError(f"{command[0]} does not print {page.name}: {said or done.returncode}")
