"""Values of a scenario file that are set from outside: ``--set key=value``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from planner.errors import InputError, Problem


def parse_overrides(overrides: Sequence[str] | Mapping[str, object]) -> dict[str, object]:
    """Return dotted keys with their values, from ``"key=value"`` texts or from a mapping.

    Raises
    ------
    InputError
        With every text that is not an override.
    """
    if isinstance(overrides, Mapping):
        return {str(key): value for key, value in overrides.items()}
    changes: dict[str, object] = {}
    problems = []
    for text in overrides:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            problems.append(
                Problem("not an override", key="--set", value=text, expected="key=value")
            )
            continue
        changes[key.strip()] = _toml_value(value.strip())
    if problems:
        raise InputError(problems)
    return changes


def set_key(tables: dict[str, Any], dotted: str, value: object) -> None:
    """Set ``a.b.0.c`` in nested tables and lists; a missing table is made on the way."""
    *parents, last = dotted.split(".")
    here: Any = tables
    for part in parents:
        if isinstance(here, dict):
            here = here.setdefault(part, {})
        elif isinstance(here, list) and part.isdigit() and int(part) < len(here):
            here = here[int(part)]
        else:
            here = None
    if isinstance(here, dict):
        here[last] = value
    elif isinstance(here, list) and last.isdigit() and int(last) < len(here):
        here[int(last)] = value
    else:
        raise InputError(Problem("no such key in the scenario", key=dotted, value=value))


def _toml_value(text: str) -> object:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (tomllib.TOMLDecodeError, RecursionError):
        return text
    return parsed["value"] if list(parsed) == ["value"] else text
