"""What ``--force`` may replace: files of an earlier run, never the planner's own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from planner.errors import InputError, Problem
from planner.scenario import Scenario


def check_replaced(
    folder: Path,
    names: Iterable[str],
    run_file: str,
    scenario: Scenario | None,
    *,
    given: Mapping[str, Path] = MappingProxyType({}),
) -> None:
    """Refuse to replace an input of ``scenario``, or a file that no earlier run wrote.

    An earlier run wrote ``run_file`` and the files that it lists. ``given``: inputs besides those
    of the scenario, by what they are.

    Raises
    ------
    InputError
        Naming each such file, and for an input the key of the scenario that names it.
    """
    there = [name for name in names if (folder / name).is_file()]
    inputs = [*_inputs(scenario)] if scenario else []
    inputs += [(kind, path, None) for kind, path in given.items()]
    written = written_by(folder, run_file)
    problems = []
    for name in there:
        path = folder / name
        used = next((one for one in inputs if one[1].is_file() and path.samefile(one[1])), None)
        if used:
            problems.append(
                Problem(
                    f"is {used[0]} and would be replaced by an output of that name",
                    file=str(path),
                    key=used[2],
                    expected="another output folder",
                )
            )
        elif name not in written:
            problems.append(
                Problem(
                    "has the name of an output, but no earlier run is known to have written it "
                    f"({run_file} does not list it)",
                    file=str(path),
                    expected="another output folder, or that file moved away",
                )
            )
    if problems:
        raise InputError(problems)


def _inputs(scenario: Scenario) -> Iterator[tuple[str, Path, str | None]]:
    """Yield what each file is that the scenario reads, where it is, and its dotted key."""
    if scenario.file:
        yield "the scenario file", Path(scenario.file), None
    for key, given in _paths(scenario.model_dump(), ""):
        yield "an input of the scenario", scenario.path(given), key


def _paths(value: object, key: str) -> Iterator[tuple[str, Path]]:
    if isinstance(value, Path):
        yield key, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _paths(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _paths(item, f"{key}.{index}")


def written_by(folder: Path, run_file: str) -> frozenset[str]:
    """Return the names of the files that an earlier run wrote, its own record among them."""
    try:
        record: Any = json.loads((folder / run_file).read_text(encoding="utf-8"))
        listed = {str(output["file"]) for output in record["outputs"] if output["sha256"]}
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()
    return frozenset(listed | {run_file})
