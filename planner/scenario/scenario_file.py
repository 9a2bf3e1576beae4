"""Finding, reading and checking the TOML files of scenarios."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from planner.errors import InputError, Problem
from planner.safe_inputs import check_regular
from planner.scenario.base import Origin, ScenarioFile, problems_of
from planner.scenario.overrides import parse_overrides, set_key
from planner.scenario.versions import in_current_version, version_note

_DEEPEST = 30
_MOST_BYTES = 16 * 2**20
AnyFile = TypeVar("AnyFile", bound=ScenarioFile)


def scenario_folder() -> Path:
    """Folder of the shipped scenarios: inside a wheel, else in the checkout."""
    package = Path(__file__).resolve().parents[1]
    embedded = package / "embedded" / "scenarios"
    return embedded if embedded.is_dir() else package.parent / "scenarios"


def shipped_names(folder: str = "") -> tuple[str, ...]:
    """Names of the files shipped in a folder of :func:`scenario_folder`, sorted."""
    return tuple(sorted(path.stem for path in (scenario_folder() / folder).glob("*.toml")))


def unknown_name(
    what: str, name: str, known: Sequence[str], *, key: str | None = None, else_a: str
) -> Problem:
    """Return the problem that neither a shipped file nor ``else_a`` file has a name."""
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    expected = f"{hint}a path of a {else_a} file, or one of {', '.join(known)}"
    return Problem(f"no such {what}", key=key, value=name, expected=expected)


def read_toml(path: Path, name: str) -> dict[str, Any]:
    """Read a TOML file; ``name`` stands for it in messages.

    Raises
    ------
    InputError
        It cannot be read, is too large or nested too deeply, or is not TOML in UTF-8.
    """
    check_regular(path, name)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(Problem("is too large", name, expected="a scenario: at most 16 MiB"))
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except RecursionError as error:
        raise _too_deep(name) from error
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {error.strerror}", file=name)) from error
    except UnicodeDecodeError as error:
        raise InputError(Problem("is not UTF-8 text", file=name)) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(Problem(f"is not valid TOML: {error}", file=name)) from error
    if _is_deeper(tables, _DEEPEST):
        raise _too_deep(name)
    return tables


def _too_deep(name: str) -> InputError:
    expected = f"tables and lists of at most {_DEEPEST} levels"
    return InputError(Problem("is nested too deeply", name, expected=expected))


def _is_deeper(tables: object, levels: int) -> bool:
    if not isinstance(tables, dict | list):
        return False
    inside = tables.values() if isinstance(tables, dict) else tables
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in inside)


def read_scenario_file(
    name: str | Path,
    model: type[AnyFile],
    overrides: Sequence[str] | Mapping[str, object] = (),
    *,
    kind: str,
    folder: str,
) -> AnyFile:
    """Read a file shipped in ``folder`` by its name, or a file by path: not that of a plan.

    ``overrides``: values set from outside, as :func:`planner.scenario.load_scenario` takes them.
    ``kind``: what the file holds, for the message if there is no such file.

    Raises
    ------
    InputError
        With every problem of the file at once.
    """
    known = shipped_names(folder)
    path = scenario_folder() / folder / f"{name}.toml" if str(name) in known else Path(name)
    check_regular(path, str(name))
    if not path.is_file():
        raise InputError(unknown_name(kind, str(name), known, else_a="TOML"))
    raw = read_toml(path, str(name))
    changes = parse_overrides(overrides)
    for key, value in changes.items():
        set_key(raw, key, value)
    try:
        tables = in_current_version(raw, model.model_fields)
        loaded = model.model_validate_json(json.dumps(tables, default=str))
    except ValidationError as error:
        raise InputError(problems_of(error, str(name))) from error
    loaded._origin = Origin(str(name), path.parent.resolve())
    loaded._overridden = tuple(changes)
    loaded.note([version_note(raw, str(name), model.model_fields)])
    return loaded
