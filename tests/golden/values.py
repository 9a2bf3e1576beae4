"""Quantities as small JSON values: digests of arrays, numbers, and how two of them compare."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

GOLDEN_FILE = Path(__file__).with_name("golden.json")

RELATIVE, RELATIVE_ELSEWHERE = 1e-9, 1e-6
"""Relative difference that is allowed: the last bits depend on the processor, and a few more on the
versions of the libraries that work out numbers."""

MADE_WITH = "made with"
_LIBRARIES = ("numpy", "scipy", "numba", "pyproj", "rasterio", "exactextract", "shapely")

SIGNIFICANT_DIGITS = 9
"""Significant digits to which floating-point arrays are rounded before they are digested."""

_DIGEST_LENGTH = 16
_CODE_OR_DATE = re.compile(r"[a-z0-9_\-]*")

Value = Any
Values = dict[str, Value]


def whole(numbers: npt.ArrayLike) -> Values:
    """Digest whole numbers, or marks: equal to the last one, whatever their type."""
    flat = np.asarray(numbers).reshape(-1)
    if flat.size and flat.dtype.kind not in "iub":
        raise TypeError(f"whole numbers are needed, not {flat.dtype}")
    exact = flat.astype("<i8")
    return {
        "digest": _digest(exact.tobytes()),
        "count": int(exact.size),
        "total": int(exact.sum()),
    }


def real(numbers: npt.ArrayLike) -> Values:
    """Digest floating-point numbers, rounded; their total is kept as it is."""
    flat = np.asarray(numbers, np.float64).reshape(-1)
    # Adding 0 makes a negative zero a positive one.
    text = "\n".join(f"{number + 0.0:.{SIGNIFICANT_DIGITS - 1}e}" for number in flat.tolist())
    return {
        "digest": _digest(text.encode()),
        "count": int(flat.size),
        "total": float(np.nansum(flat)),
    }


def decimals(numbers: npt.ArrayLike, places: int) -> str:
    """Digest floating-point numbers rounded to a number of decimals."""
    flat = np.asarray(numbers, np.float64).reshape(-1)
    return _digest("\n".join(f"{number:.{places}f}" for number in flat.tolist()).encode())


def texts(words: Sequence[object]) -> Values:
    """Digest words, and count each."""
    listed = [str(word) for word in words]
    counted = {word: listed.count(word) for word in sorted(set(listed))}
    return {"digest": _digest("\n".join(listed).encode())} | (
        {"count": counted} if len(counted) <= 8 else {"different": len(counted)}
    )


def column(values: Sequence[object]) -> Value:
    """Digest a column of a table: whole numbers, numbers, or words."""
    array = np.array([np.nan if value is None else value for value in values])
    if array.dtype.kind not in "iubf":
        return texts(list(values))["digest"]
    found = whole(array) if array.dtype.kind in "iub" else real(array)
    return {"digest": found["digest"], "total": found["total"]}


def plain(value: object, left_out: frozenset[str] = frozenset()) -> Value:
    """Return a summary as JSON, without wording: text is kept where it is a code or a date.

    A list of tables becomes a digest of each column. Keys in ``left_out`` are left out at any
    depth.
    """
    if isinstance(value, Mapping):
        return {
            str(key): plain(inner, left_out)
            for key, inner in value.items()
            if key not in left_out and _is_kept(inner)
        }
    if isinstance(value, (list, tuple)):
        rows = list(value)
        if rows and all(isinstance(row, Mapping) for row in rows):
            return _table([plain(row, left_out) for row in rows])
        return column(rows) if rows else []
    if isinstance(value, dt.date):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value


def _is_kept(value: object) -> bool:
    if isinstance(value, str):
        return _CODE_OR_DATE.fullmatch(value) is not None
    if isinstance(value, (list, tuple)) and value and all(isinstance(one, str) for one in value):
        return all(_is_kept(one) for one in value)
    return True


def _table(rows: list[Values]) -> Values:
    """Digest each column of a list of tables, inner tables with their keys joined by a dot."""
    flat = [_flattened(row, "") for row in rows]
    names = dict.fromkeys(name for row in flat for name in row)
    return {"rows": len(rows)} | {name: column([row.get(name) for row in flat]) for name in names}


def _flattened(value: Value, name: str) -> Values:
    if not isinstance(value, dict):
        return {name: json.dumps(value) if isinstance(value, list) else value}
    found: Values = {}
    for key, inner in value.items():
        found |= _flattened(inner, f"{name}.{key}" if name else key)
    return found


def differences(old: Value, new: Value, name: str, relative: float = RELATIVE) -> list[str]:
    """Return a line for each quantity that differs: its name, the old and the new value.

    With more than the usual ``relative`` difference allowed, of floating-point arrays the totals
    are compared, not the digests. Whole numbers and words are always equal.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        found = []
        by_total = relative > RELATIVE and isinstance(old.get("total"), float)
        for key in [*old, *(key for key in new if key not in old)]:
            inner = f"{name}.{key}"
            if by_total and key == "digest":
                continue
            if key not in new:
                found.append(f"{inner}: {_text(old[key])}, and nothing now")
            elif key not in old:
                found.append(f"{inner}: nothing before, now {_text(new[key])}")
            else:
                found += differences(old[key], new[key], inner, relative)
        return found
    if _is_same(old, new, relative):
        return []
    return [f"{name}: {_text(old)}, now {_text(new)}"]


def _is_same(old: Value, new: Value, relative: float) -> bool:
    if isinstance(old, float) or isinstance(new, float):
        numbers = all(
            isinstance(one, (int, float)) and not isinstance(one, bool) for one in (old, new)
        )
        return numbers and (
            math.isclose(old, new, rel_tol=relative, abs_tol=1e-12)
            or (math.isnan(old) and math.isnan(new))
        )
    return type(old) is type(new) and bool(old == new)


def _text(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False)


def _digest(data: bytes) -> str:
    """First digits of the SHA-256."""
    return hashlib.sha256(data).hexdigest()[:_DIGEST_LENGTH]


def golden() -> dict[str, Values]:
    """Return the golden values of every case."""
    known: dict[str, Values] = json.loads(GOLDEN_FILE.read_text(encoding="utf-8"))
    known.pop(MADE_WITH, None)
    return known


def libraries() -> dict[str, str]:
    """Return the versions, without the last part, of the libraries that work out numbers."""
    return {name: ".".join(version(name).split(".")[:2]) for name in _LIBRARIES}


def _allowed() -> float:
    made_with = json.loads(GOLDEN_FILE.read_text(encoding="utf-8"))[MADE_WITH]
    return RELATIVE if made_with == libraries() else RELATIVE_ELSEWHERE


def write_golden(values: Mapping[str, Values]) -> None:
    """Write the file: one line for each quantity, so that a change is one line."""
    lines = [f"  {json.dumps(MADE_WITH)}: {json.dumps(libraries())}"]
    for case in sorted(values):
        quantities = ",\n".join(
            f"    {json.dumps(name, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}"
            for name, value in values[case].items()
        )
        lines.append(f"  {json.dumps(case)}: {{\n{quantities}\n  }}")
    GOLDEN_FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def assert_golden(case: str, found: Values) -> None:
    """Fail with every quantity of a case that is not the golden one."""
    known = golden()
    assert case in known, f"{case} has no golden values: python -m tests.golden.rewrite"
    changed = differences(known[case], json.loads(json.dumps(found)), case, _allowed())
    assert not changed, "not the golden values:\n" + "\n".join(changed)
