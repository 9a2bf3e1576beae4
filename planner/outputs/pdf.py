"""A page printed to PDF by Chromium or Chrome, if one is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from planner.errors import InputError, PlannerError, Problem

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
          "msedge", "microsoft-edge")  # fmt: skip
_SECONDS = 180


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

    Raises
    ------
    InputError
        As :func:`browser`.
    PlannerError
        The browser does not print it.
    """
    with tempfile.TemporaryDirectory(prefix="planner-print-") as profile:
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
