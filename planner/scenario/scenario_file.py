"""Finding, reading and checking TOML files of scenarios other than plans."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from planner.errors import InputError, Problem
from planner.scenario.overrides import parse_overrides, set_key

_SAID = {"extra_forbidden": "unknown key", "missing": "is missing"}

M = TypeVar("M", bound=BaseModel)


def read_scenario_file(
    name: str | Path,
    model: type[M],
    overrides: Sequence[str] | Mapping[str, object] = (),
    *,
    kind: str,
    folder: Path,
    known: Sequence[str],
) -> M:
    """Read a shipped file by its name (one of ``known`` in ``folder``), or a file by path.

    ``overrides``: values set from outside, as :func:`planner.scenario.load_scenario` takes them.
    ``kind``: what the file holds, for the message if there is no such file.

    Raises
    ------
    InputError
        With every problem of the file at once.
    """
    path = folder / f"{name}.toml" if str(name) in known else Path(name)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        expected = f"a TOML file, or {', '.join(known)}"
        raise InputError(Problem(f"no such {kind}", value=str(name), expected=expected)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(Problem(f"is not valid TOML: {error}", file=str(name))) from error
    for key, value in parse_overrides(overrides).items():
        set_key(raw, key, value)
    try:
        return model.model_validate_json(json.dumps(raw, default=str))
    except ValidationError as error:
        raise InputError(
            Problem(
                _SAID.get(found["type"], found["msg"].removeprefix("Value error, ")),
                str(name),
                ".".join(str(part) for part in found["loc"]) or None,
                None if isinstance(found["input"], dict) else found["input"],
            )
            for found in error.errors(include_url=False)
        ) from error
