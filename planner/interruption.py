"""Requests to end a command: each ends it as Ctrl-C does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ended_like_an_interrupt() -> Iterator[None]:
    """Treat a termination request or a closed terminal like Ctrl-C: no traceback, no leftovers.

    A signal that is ignored stays ignored (``nohup``); a second one does not disturb the clean-up.
    One that arrives in a compiled function, from which Python makes a ``SystemError``, ends it too.
    """
    caught = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                caught[number] = signal.getsignal(number)

    def interrupt(*_: object) -> None:
        for number in caught:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in caught:
        signal.signal(number, interrupt)
    try:
        yield
    except SystemError as error:
        if _is_interrupt(error):
            raise KeyboardInterrupt from error
        raise
    finally:
        for number, handler in caught.items():
            signal.signal(number, handler)


def _is_interrupt(error: BaseException | None) -> bool:
    while isinstance(error, SystemError):
        error = error.__cause__
    return isinstance(error, KeyboardInterrupt)
