"""A sweep: its tasks, their workers, and the table of their results."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.data.cache import is_data_name
from planner.errors import InputError, Problem
from planner.memory import asked_stages, needed_bytes
from planner.networks import check_networks
from planner.networks.cases import common_cell_size_m
from planner.pipeline import check_scenario, scenario_radii
from planner.radio.cell_size import cell_size_m
from planner.run_key import code_digest, input_digests, key_of
from planner.scenario import load_scenario
from planner.sweep.task import FAILED, RESULT, TASK, run_task
from planner.sweep.variations import Changes
from planner.sweep.workers import ThisProcess, Workers

if TYPE_CHECKING:
    import pandas as pd

RUNS, STAGES = "runs", "stages"
SMALL: Changes = {"siting.effort": 0.05, "range_draws": 0, "gaps.max_listed": 0}
"""Effort of a run of a sweep: a twentieth of the automatic work, no ranges of its numbers, and
no polygons of gaps, which nobody sees; so that twenty runs cost little more than one."""

FULL: Changes = {}
"""Each run of a sweep as a run alone."""


@dataclass(frozen=True)
class Sweep:
    """Runs of a scenario and what came of them.

    ``table``: a row for each run, in their order: its key, its state (done or failed), what was
    changed, and the numbers of its summary. ``computed``: how many runs were computed now; the
    others were done before.
    """

    scenario: str
    title: str
    changed: tuple[str, ...]
    table: pd.DataFrame
    computed: int

    @property
    def failed(self) -> int:
        """Number of runs without a result."""
        return int((self.table["state"] == "failed").sum())


def run_sweep(
    scenario: str | Path,
    runs: Sequence[Changes],
    folder: Path,
    *,
    workers: Workers | None = None,
    keep_stages: bool = True,
    leaves: Sequence[str] = (),
    spent: Changes = SMALL,
    progress: Callable[[int], object] = lambda _count: None,
) -> Sweep:
    """Compute runs of a scenario that are not done yet; a run that fails stops no other.

    A run is done when its key, a hash of scenario, inputs and code, has a result in the folder.
    An interrupted sweep goes on where it was.

    Parameters
    ----------
    scenario
        Name or path, as :func:`planner.load_scenario`.
    runs
        Changes of each run: dotted keys with their values.
    folder
        Where tasks, results and kept stages lie; on a cluster, one that all workers see.
    workers
        Default: this process, one run after the other.
    keep_stages
        Keep people on the grid, terrain and footprints, which a changed target does not change.
    leaves
        Files that each run leaves beside its result: :data:`planner.sweep.task.CELLS`.
    spent
        Effort of the runs that do not change it themselves: :data:`SMALL` or :data:`FULL`.
    progress
        Called with the number of runs that are newly done.

    Raises
    ------
    InputError
        A run that is not a valid scenario, before anything is computed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from planner.sweep import run_sweep
    >>> runs = [{"target.stations_new": n, "area.cell_size_m": 500} for n in (10, 20)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sweep = run_sweep("qingzhen", runs, Path(folder))
    >>> sweep.table["stations_new"].tolist()
    [10, 20]
    """
    changed = tuple(dict.fromkeys(key for run in runs for key in run))
    runs = [spent | run for run in runs]
    tasks = _tasks(scenario, runs, folder if keep_stages else None, leaves)
    homes = {key: folder / RUNS / key for key in tasks}
    for key, task in tasks.items():
        homes[key].mkdir(parents=True, exist_ok=True)
        text = json.dumps(task, ensure_ascii=False, sort_keys=True)
        (homes[key] / TASK).write_text(text, encoding="utf-8")
    # The largest first, so that none of them is left alone at the end.
    largest_first = sorted(tasks, key=lambda key: -tasks[key]["memory_bytes"])
    open_runs = [str(homes[key]) for key in largest_first if not (homes[key] / RESULT).is_file()]
    progress(len(runs) - len(open_runs))
    ended: dict[str, str] = {}
    if open_runs:
        memory_bytes = max(task["memory_bytes"] for task in tasks.values())
        try:
            for home, said in (workers or ThisProcess()).each(run_task, open_runs, memory_bytes):
                ended[home] = said
                progress(1)
        except InputError:
            # Of a sweep that its workers refuse, nothing stays.
            if not ended:
                _take_back(open_runs)
            raise
    loaded = load_scenario(scenario)
    rows = [
        _row(key, task["changes"], homes[key], ended.get(str(homes[key]), ""))
        for key, task in tasks.items()
    ]
    return Sweep(loaded.name, loaded.title, changed, _table(rows, changed), len(open_runs))


def _tasks(
    scenario: str | Path, runs: Sequence[Changes], folder: Path | None, leaves: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return the task of each run by its key; all runs are checked first."""
    name = str(Path(scenario).resolve()) if Path(scenario).is_file() else str(scenario)
    stages = str((folder / STAGES).resolve()) if folder is not None else None
    tasks: dict[str, dict[str, Any]] = {}
    problems: dict[str, Problem] = {}
    for changes in runs:
        try:
            loaded = load_scenario(scenario, changes)
            if loaded.networks:
                check_networks(loaded)
            else:
                check_scenario(loaded)
        except InputError as error:
            # What many runs have in common is said once.
            for one in error.problems:
                problems.setdefault(f"{one.file}|{one.key}|{one.message}", one)
            continue
        tables = loaded.model_dump()
        inputs = input_digests(tables, loaded.origin)
        key = key_of(loaded.model_dump(mode="json"), inputs, code_digest(), *leaves)
        tasks[key[:32]] = {
            "scenario": name,
            "changes": {at: _absolute(tables, at, value, loaded.path) for at, value in
                        changes.items()},
            "code": code_digest(),
            "inputs": inputs,
            "stages": stages,
            "leaves": list(leaves),
            "memory_bytes": _memory_bytes(scenario, changes),
        }  # fmt: skip
    if problems:
        raise InputError(problems.values())
    return tasks


def _take_back(homes: Sequence[str]) -> None:
    """Remove tasks that nobody has begun, and the folder of all tasks if it is empty then."""
    for home in map(Path, homes):
        (home / TASK).unlink(missing_ok=True)
        with suppress(OSError):
            home.rmdir()
            home.parent.rmdir()


def _absolute(
    tables: Mapping[str, Any], key: str, value: object, path: Callable[[Path], Path]
) -> object:
    """Return a changed value, a path from the root: workers stand in another folder."""
    here: Any = tables
    for part in key.split("."):
        if isinstance(here, Mapping):
            here = here.get(part)
        elif isinstance(here, list | tuple) and part.isdigit() and int(part) < len(here):
            here = here[int(part)]
        else:
            return value
    if isinstance(here, Path) and not is_data_name(here):
        return str(path(here).resolve())
    return value


def _memory_bytes(scenario: str | Path, changes: Changes) -> int:
    """Return the memory that one run is expected to need."""
    from planner.data.data_area import area_of

    loaded = load_scenario(scenario, changes)
    if loaded.networks:
        cell_m = common_cell_size_m(loaded.networks, loaded.area.cell_size_m, loaded.file)
    else:
        cell_m = cell_size_m(loaded, scenario_radii(loaded.radio, loaded.service, loaded.file))
    west, south, east, north = area_of(loaded.origin.area).bounds
    # A degree is at most 111.7 km on a meridian and 111.4 km on the equator.
    cells = (east - west) * 111.4e3 * (north - south) * 111.7e3 / cell_m**2
    services = [one.service for one in loaded.networks] or [loaded.service]
    situations = max(service.n_situations for service in services)
    stages = asked_stages(
        terrain=loaded.terrain is not None,
        certificate=loaded.siting.certificate_iterations != 0,
        radio_maps=bool(loaded.radio.maps.include),
    )
    return int(max(needed_bytes(cells, stages, situations=situations).values()))


def _row(key: str, changes: Mapping[str, object], home: Path, said: str) -> dict[str, Any]:
    row: dict[str, Any] = {"key": key, "state": "done", "error": "", **changes}
    if (home / RESULT).is_file():
        result = json.loads((home / RESULT).read_text(encoding="utf-8"))
        return row | {k: v for k, v in result["results"].items() if k not in row}
    row["state"] = "failed"
    if (home / FAILED).is_file():
        row["error"] = json.loads((home / FAILED).read_text(encoding="utf-8"))["error"]
    else:
        row["error"] = said.removeprefix("error: ") or "no result"
    return row


def _table(rows: Sequence[dict[str, Any]], changed: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    names = dict.fromkeys(["key", "state", "error", *changed])
    for row in rows:
        names |= dict.fromkeys(row)
    table = pd.DataFrame(rows, columns=list(names))
    # A column of texts and numbers (a changed key may hold both) is written as text.
    for name in table:
        kinds = {
            "number" if type(one) in (int, float) else type(one) for one in table[name].dropna()
        }
        if len(kinds) > 1:
            table[name] = table[name].map(str, na_action="ignore")
    return table
