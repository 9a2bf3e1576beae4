"""What ``--force`` may replace: files of an earlier run, never the planner's own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from planner.data.cache import is_data_name
from planner.errors import InputError, Problem
from planner.outputs.journal import stays_inside
from planner.run_key import paths_of

if TYPE_CHECKING:
    from planner.scenario.base import ScenarioFile


class Input(NamedTuple):
    """A file that a run reads: what it is, where it is, and the dotted key that names it."""

    kind: str
    path: Path
    key: str | None = None


def check_replaced(
    folder: Path, names: Iterable[str], run_file: str, inputs: Sequence[Input] = ()
) -> None:
    """Refuse to replace an input, or a file that no earlier run wrote.

    An earlier run wrote ``run_file`` and the files that it lists.

    Raises
    ------
    InputError
        Naming each such file, and for an input the key of the scenario that names it.
    """
    there = [name for name in names if (folder / name).is_file()]
    written = written_by(folder, run_file)
    problems = []
    for name in there:
        path = folder / name
        used = next((one for one in inputs if one.path.is_file() and path.samefile(one.path)), None)
        if used:
            problems.append(
                Problem(
                    f"is {used.kind} and would be replaced by an output of that name",
                    file=str(path),
                    key=used.key,
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


def inputs_of(scenario: ScenarioFile) -> tuple[Input, ...]:
    """Return every file that a scenario reads, its own among them."""
    own = [Input("the scenario file", Path(scenario.file))] if scenario.file else []
    tables = scenario.model_dump()
    named = [(key, path) for key, path in paths_of(tables) if not is_data_name(path)]
    return (
        *own,
        *(
            Input("an input of the scenario", scenario.origin.path(path), key)
            for key, path in named
        ),
    )


def written_by(folder: Path, run_file: str) -> frozenset[str]:
    """Return the names of the files that an earlier run wrote, its own record among them."""
    try:
        record: Any = json.loads((folder / run_file).read_text(encoding="utf-8"))
        listed = {str(output["file"]) for output in record["outputs"] if output["sha256"]}
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()
    inside = {name for name in listed if stays_inside(folder, name)}
    return frozenset(inside | {run_file})
