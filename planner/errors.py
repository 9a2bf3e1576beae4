"""Errors a planner sees: each names the file, the key, the value and what would be right."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TypeVar

Made = TypeVar("Made")

_NOTED_BY: ContextVar[tuple[list[str], ...]] = ContextVar("noted by", default=())
"""Lists that take up this package's warnings, of this thread."""

_NOTED_OF: ContextVar[str] = ContextVar("noted of", default="")
"""Name with which warnings of this thread are shown; empty for none."""


class PlannerError(Exception):
    """Anything that this package refuses to do; ends the command with exit code 1.

    Examples
    --------
    >>> import planner
    >>> issubclass(planner.InputError, planner.PlannerError)
    True
    """


class PlannerWarning(UserWarning):
    """Something to know about an input that was accepted; the report lists it.

    It is noted where it is made, whatever filters say: they are those of all threads.

    Examples
    --------
    >>> import planner, warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", planner.PlannerWarning)
    ...     plan = planner.run("qingzhen", {"area.cell_size_m": 500})
    >>> any("m cells" in text or "cells of" in text for text in plan.warnings)
    True
    """

    def __init__(self, text: object) -> None:
        super().__init__(text)
        for noted in _NOTED_BY.get():
            noted.append(str(text))


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input.

    ``file`` is the path as the planner wrote it, ``key`` the scenario key, column or layer,
    ``value`` what was found there, ``expected`` what would be right.
    """

    message: str
    file: str | None = None
    key: str | None = None
    value: object = None
    expected: str | None = None

    def __str__(self) -> str:
        """One line: file, key, message, value found, value expected."""
        where = ": ".join(part for part in (self.file, self.key) if part)
        text = f"{where}: {self.message}" if where else self.message
        if self.value is not None:
            text += f" (found {_short(self.value)})"
        if self.expected:
            text += f"; expected {self.expected}"
        return text


def _short(value: object, limit: int = 120) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


class InputError(PlannerError, ValueError):
    """Bad input or bad usage: all problems of the input at once; ends with exit code 2.

    Examples
    --------
    >>> import planner
    >>> try:
    ...     planner.load_scenario("qingzhen", ["target.stations_new=-1"])
    ... except planner.InputError as error:
    ...     print(error.problems[0].key)
    target.stations_new
    """

    def __init__(self, problems: Problem | str | Iterable[Problem | str]) -> None:
        if isinstance(problems, Problem | str):
            problems = [problems]
        self.problems = tuple(p if isinstance(p, Problem) else Problem(p) for p in problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def in_file(self, file: str) -> InputError:
        """Return the same error with ``file`` named wherever a problem names none."""
        return InputError(
            replace(problem, file=file) if problem.file is None else problem
            for problem in self.problems
        )


def all_results(*calls: Callable[[], Made]) -> list[Made]:
    """Return the result of each call, or raise the problems of all of them at once.

    Raises
    ------
    InputError
        With the problems of every call that raised one.
    """
    results: list[Made] = []
    problems: list[Problem] = []
    for call in calls:
        try:
            results.append(call())
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return results


@contextmanager
def naming_file(file: str) -> Iterator[None]:
    """Name ``file`` in the problems of an error that name none."""
    try:
        yield
    except InputError as error:
        raise error.in_file(file) from error


@contextmanager
def noting(noted: list[str]) -> Iterator[None]:
    """Collect this package's warnings for the report, and show each as a warning once."""
    outer, show, shown = _NOTED_BY.get(), warnings.showwarning, set[str]()

    def say(message, category, *rest, **more):  # type: ignore[no-untyped-def]
        if not issubclass(category, PlannerWarning):
            show(message, category, *rest, **more)
            return
        text = f"{_NOTED_OF.get()}: {message}".removeprefix(": ")
        if _NOTED_BY.get() and text not in shown:
            shown.add(text)
            show(text, category, *rest, **more)

    with noted_by(*outer, noted):
        if outer:
            yield
            return
        with warnings.catch_warnings():
            warnings.simplefilter("always", PlannerWarning)
            warnings.showwarning = say
            yield


@contextmanager
def noted_by(*noted: list[str]) -> Iterator[None]:
    """Within :func:`noting`, let these lists alone take up what follows in this thread.

    Without any, nothing is noted or shown.
    """
    token = _NOTED_BY.set(noted)
    try:
        yield
    finally:
        _NOTED_BY.reset(token)


@contextmanager
def noted_of(name: str) -> Iterator[None]:
    """Let what is shown of warnings in this thread start with the name of what they are about."""
    token = _NOTED_OF.set(name)
    try:
        yield
    finally:
        _NOTED_OF.reset(token)
