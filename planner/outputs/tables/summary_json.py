"""The answer and its provenance as JSON: strict, UTF-8, one object each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.plan import Plan


def write_summary(plan: Plan, path: Path, outputs_s: float) -> None:
    """Write ``plan.summary``, with ``outputs_s``, the seconds of writing, among its runtimes."""
    runtime_s = {**plan.summary["runtime_s"], "outputs": round(outputs_s, 3)}
    write_json(path, {**plan.summary, "runtime_s": runtime_s})


def write_run(made_from: Mapping[str, Any], path: Path, names: Iterable[str]) -> None:
    """Write the provenance of a run, with size and sha256 of its other files.

    ``names``: those files, in the folder of ``path``.
    """
    outputs = [
        {"file": name, "bytes": file.stat().st_size, "sha256": sha256(file)}
        for name, file in ((name, path.parent / name) for name in names)
    ]
    write_json(path, {**made_from, "outputs": outputs})


def sha256(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write one object."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
