"""The command line in this process: what it prints, and the code that it ends with."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from planner.cli import main


@dataclass(frozen=True)
class Ended:
    """What a command leaves, named as by :class:`subprocess.CompletedProcess`."""

    returncode: int
    stdout: str
    stderr: str


def command(*arguments: str | Path, cwd: Path) -> Ended:
    """Run ``planner`` with arguments in a folder, with warnings as a new Python has them."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = _code(arguments)
    return Ended(code, out.getvalue(), err.getvalue())


def _code(arguments: Sequence[str | Path]) -> int:
    with warnings.catch_warnings():
        warnings.resetwarnings()
        for category in (DeprecationWarning, PendingDeprecationWarning, ResourceWarning):
            warnings.simplefilter("ignore", category)
        with pytest.raises(SystemExit) as ended:
            main([str(one) for one in arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code
