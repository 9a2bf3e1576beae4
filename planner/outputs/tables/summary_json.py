"""The answer and its provenance as JSON: strict, UTF-8, one object each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.scenario import resolved

if TYPE_CHECKING:
    from planner.networks.plan import NetworksPlan
    from planner.plan import Plan


def write_summary(plan: Plan, path: Path, outputs_s: float) -> None:
    """Write ``plan.summary``; ``outputs_s``, the seconds that writing took, joins its runtimes."""
    runtime_s = {**plan.summary["runtime_s"], "outputs": round(outputs_s, 3)}
    write_json(path, {**plan.summary, "runtime_s": runtime_s})


def write_run(plan: Plan | NetworksPlan, path: Path, files: Iterable[Path]) -> None:
    """Write what a plan, or several, were made from, and the sha256 of every other output file."""
    outputs = listed(path.parent, files)
    write_json(path, {**plan.provenance, "scenario": resolved(plan.scenario), "outputs": outputs})


def listed(folder: Path, files: Iterable[Path]) -> list[dict[str, Any]]:
    """Return what run.json says of each file of a folder: its name in it, size and checksum."""
    return [
        {
            "file": file.relative_to(folder).as_posix(),
            "bytes": file.stat().st_size,
            "sha256": sha256(file),
        }
        for file in files
    ]


def sha256(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write one object."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
