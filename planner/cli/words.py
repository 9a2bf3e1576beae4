"""Messages on stderr, and streams that are closed, full or have an odd encoding."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import Any

import click


def with_usable_streams() -> None:
    """Have all three streams open, and able to print Chinese in any locale.

    A stream that the caller closed goes nowhere. Otherwise the next file that is opened would take
    its number, and messages would be written into that file.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def flush_streams() -> None:
    """Flush what is left; a reader that is gone or a full disk is no traceback at the exit."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(*texts: str) -> None:
    """Say each text on a line of stderr, if there is anybody to say it to."""
    with suppress(OSError, ValueError):
        for text in texts:
            click.echo(f"planner: {text}", err=True)


def show_warning(message: Warning | str, *_rest: Any, **_more: Any) -> None:
    """Say a warning as this command does, in place of :func:`warnings.showwarning`."""
    complain(f"warning: {message}")


def reason(error: Exception, *, known: bool) -> str:
    """Return why a command failed, on one line; unforeseen errors ask for a report."""
    text, kind = " ".join(str(error).split()), type(error).__name__
    if known:
        return text or kind
    return f"{kind}: {text} (please report; PLANNER_DEBUG=1 shows the traceback)"
