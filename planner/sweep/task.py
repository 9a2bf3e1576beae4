"""One run of a sweep, in a process of its own: it reads its task from a folder and answers there.

A task is a folder with ``task.json``; the result is ``result.json``, a failure ``failed.json``.
Nothing else passes between the processes, so that a cluster needs a shared folder only.
"""

from __future__ import annotations

import json
import os
import resource
import time
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TASK, RESULT, FAILED, TIMES = "task.json", "result.json", "failed.json", "times.json"
CELLS = "cells.csv"
"""File that a run writes for the map of the country, where the sweep asks for it."""

_CHANGING = ("runtime_s", "provenance", "warnings")


def run_task(folder: str) -> str:
    """Compute the run of a task's folder, unless it is done; return ``done`` or ``failed``.

    Failures of the run end in ``failed.json``; only the end of the process is not caught.
    """
    home = Path(folder)
    if (home / RESULT).is_file():
        return "done"
    started = time.perf_counter()
    task: dict[str, Any] = json.loads((home / TASK).read_text(encoding="utf-8"))
    try:
        result = _result(task, home)
    except Exception as error:
        _write(home / FAILED, {"error": _text(error), "changes": task["changes"]})
        return "failed"
    _write(home / RESULT, result)
    (home / FAILED).unlink(missing_ok=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    seconds = round(time.perf_counter() - started, 3)
    _write(home / TIMES, {"seconds": seconds, "peak_bytes": peak, "process": os.getpid()})
    return "done"


def scalars(summary: Mapping[str, Any], key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the numbers, texts and switches of a summary by dotted key, but what changes by itself.

    Examples
    --------
    >>> from planner.sweep.task import scalars
    >>> dict(scalars({"a": 1, "b": {"c": "x"}, "runtime_s": {"d": 2}, "e": [1, 2]}))
    {'a': 1, 'b.c': 'x'}
    """
    for name, value in summary.items():
        if not key and name in _CHANGING:
            continue
        dotted = f"{key}.{name}" if key else str(name)
        if isinstance(value, Mapping):
            yield from scalars(value, dotted)
        elif isinstance(value, bool | int | float | str):
            yield dotted, value


def _result(task: Mapping[str, Any], home: Path) -> dict[str, Any]:
    from planner.national.cells import on_national_grid
    from planner.networks import run_networks
    from planner.pipeline import run
    from planner.run_key import code_digest
    from planner.scenario import load_scenario

    if code_digest() != task["code"]:
        raise RuntimeError("this process has another version of the code than the sweep")
    scenario = load_scenario(task["scenario"], task["changes"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # A run shows its own warnings, whatever the filter: the table of the sweep has them.
        warnings.showwarning = lambda *_args, **_more: None
        if scenario.networks:
            plans = run_networks(scenario, keep_plans=False, store=_store(task))
            summary: Mapping[str, Any] = _of_all(plans.summary)
            texts = plans.warnings
        else:
            plan = run(scenario, store=_store(task))
            if CELLS in task["leaves"]:
                _write_text(home / CELLS, on_national_grid(plan).to_csv(index=False))
            summary, texts = plan.summary, plan.warnings
    return {"changes": task["changes"], "results": dict(scalars(summary)),
            "warnings": sorted(texts)}  # fmt: skip


def _of_all(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return the summary of several networks with the names that a single plan has.

    Covered is who has any network; stations and money are those of all networks together.
    """
    said = summary["comparison"][0]
    share = summary["population_covered_by_any"] / summary["population_total"]
    totals = {name: said[name] for name in ("stations_new", "cost_cny") if name in said}
    return {**summary, **totals, "population_covered_share": share}


_stores: dict[str, Any] = {}
"""Stores of this process, so that the last result of each stage stays in memory from run to run."""


def _store(task: Mapping[str, Any]) -> Any:
    from planner.stage_store import StageStore

    folder = task["stages"]
    if folder is None:
        return None
    store = _stores.setdefault(folder, StageStore(Path(folder)))
    store.made_from = (task["code"], task["inputs"])
    return store


def _text(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _write(path: Path, content: Mapping[str, Any]) -> None:
    _write_text(path, json.dumps(content, ensure_ascii=False, sort_keys=True))


def _write_text(path: Path, text: str) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
