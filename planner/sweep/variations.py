"""The runs of a sweep: ``--vary key=a:b:c``, ``--vary key=x,y`` and files that list runs."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from planner.errors import InputError, Problem
from planner.openers.table import read_table
from planner.scenario.overrides import parse_overrides
from planner.scenario.scenario_file import read_toml

Changes = dict[str, object]
MOST_UNASKED = 500
_EXPECTED = "key=first:last:step, or key=value,value"


def variations(
    vary: Sequence[str], listed: Path | None = None, *, most: int = MOST_UNASKED
) -> list[Changes]:
    """Return the changes of each run: all combinations of ``vary``, for each listed run.

    Parameters
    ----------
    vary
        ``key=first:last:step`` (numbers, the last one included where a step meets it) or
        ``key=value,value``.
    listed
        A table (CSV, TSV, xlsx) with a column for each key and a row for each run, or a TOML file
        with a table ``[[runs]]`` for each.
    most
        More runs than this are refused.

    Raises
    ------
    InputError
        All that cannot be read, a step of zero or away from the last value, a key given twice,
        and more runs than ``most``.

    Examples
    --------
    >>> from planner.sweep.variations import variations
    >>> variations(["target.stations_new=10:30:10", "service.kind=indoor,outdoor"])[:2]
    [{'target.stations_new': 10, 'service.kind': 'indoor'}, {'target.stations_new': 10, \
'service.kind': 'outdoor'}]
    """
    problems: list[Problem] = []
    varied: dict[str, list[object]] = {}
    for text in vary:
        key, equals, values = (part.strip() for part in text.partition("="))
        if not equals or not key or not values:
            problems.append(Problem("is not a variation", None, "--vary", text, _EXPECTED))
        elif key in varied:
            problems.append(Problem("varies a key twice", None, "--vary", key))
        else:
            varied[key] = _values(key, values, problems)
    rows = _listed(listed, problems) if listed is not None else [{}]
    problems += [
        Problem("is both varied and listed", str(listed), key)
        for key in varied
        if any(key in row for row in rows)
    ]
    if problems:
        raise InputError(problems)
    count = len(rows)
    for values_of_key in varied.values():
        count *= len(values_of_key)
    if count > most:
        raise InputError(
            Problem(f"{count:,} runs", key="--vary", expected=f"at most {most:,}, or --yes")
        )
    names = list(varied)
    return [
        {**row, **dict(zip(names, combination, strict=True))}
        for row in rows
        for combination in itertools.product(*varied.values())
    ]


def _values(key: str, text: str, problems: list[Problem]) -> list[object]:
    parts = text.split(":")
    if len(parts) == 1:
        return [_value(key, one) for one in text.split(",")]
    try:
        first, last, step = (Decimal(part.strip()) for part in parts)
    except (InvalidOperation, ValueError):
        problems.append(Problem("is not a range", None, f"--vary {key}", text, "first:last:step"))
        return []
    numbers = [first, last, step]
    if not all(number.is_finite() for number in numbers) or step == 0:
        problems.append(Problem("has a step of zero", None, f"--vary {key}", text, _EXPECTED))
        return []
    count = int((last - first) / step) + 1
    if (last - first) / step < 0:
        problems.append(Problem("steps away from its end", None, f"--vary {key}", text, _EXPECTED))
        return []
    whole = all(number == number.to_integral_value() for number in numbers)
    if count > 1_000_000:
        problems.append(Problem("has too many values", None, f"--vary {key}", text))
        return []
    return [int(at) if whole else float(at) for at in (first + n * step for n in range(count))]


def _value(key: str, text: str) -> object:
    return parse_overrides([f"{key}={text.strip()}"])[key]


def listed_runs(path: Path) -> list[Changes]:
    """Return the changes of each run that a file lists.

    Raises
    ------
    InputError
        All that cannot be read.
    """
    problems: list[Problem] = []
    rows = _listed(path, problems)
    if problems:
        raise InputError(problems)
    return rows


def _listed(path: Path, problems: list[Problem]) -> list[Changes]:
    if not path.is_file():
        raise InputError(Problem("no such file", str(path), "--runs"))
    rows: list[Changes]
    if path.suffix.lower() == ".toml":
        given = read_toml(path, str(path)).get("runs")
        rows = [_flat(one, "") for one in given] if isinstance(given, list) else []
    else:
        table = read_table(path, "--runs", str(path)).frame.to_dict("records")
        rows = [
            {str(key): _value(str(key), text) for key, text in row.items() if text.strip()}
            for row in table
        ]
    if not rows and not problems:
        problems.append(Problem("lists no runs", str(path), "--runs"))
    return rows


def _flat(table: object, key: str) -> Changes:
    if not isinstance(table, Mapping):
        return {key: table}
    flat: Changes = {}
    for name, value in table.items():
        flat |= _flat(value, f"{key}.{name}" if key else str(name))
    return flat
