"""A TOML file of a kind of scenario other than a plan: found by name or path, read and checked."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from planner.errors import InputError, Problem

M = TypeVar("M", bound=BaseModel)


def read_scenario_file(
    name: str | Path, model: type[M], *, kind: str, folder: Path, known: Sequence[str]
) -> M:
    """Read a shipped file by its name, one of ``known`` in ``folder``, or the planner's by path.

    ``kind``: what the file holds, for the message where there is none.

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
    try:
        return model.model_validate_json(json.dumps(raw, default=str))
    except ValidationError as error:
        raise InputError(
            Problem(
                found["msg"].removeprefix("Value error, "),
                str(name),
                ".".join(str(part) for part in found["loc"]) or None,
                None if isinstance(found["input"], dict) else found["input"],
            )
            for found in error.errors(include_url=False)
        ) from error
