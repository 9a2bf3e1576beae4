"""Saved plans, opened again: another language or layer needs no new run."""

from __future__ import annotations

from pathlib import Path

from planner.saved.run_folder import RunFolder
from planner.saved.saved_networks import SavedNetworks
from planner.saved.saved_plan import SavedPlan

__all__ = ["SavedNetworks", "SavedPlan", "open"]


def open(folder: str | Path) -> SavedPlan | SavedNetworks:
    """Open the folder of a run again: its results, tables and rasters, and the whole plan.

    Raises
    ------
    InputError
        The folder is not there, is not that of ``planner run``, or holds an unfinished save. Files
        that were damaged or changed since are refused when they are read.

    Examples
    --------
    >>> import planner, tempfile
    >>> from pathlib import Path
    >>> quick = {"area.cell_size_m": 250, "siting.improvement_rounds": 0}
    >>> folder = planner.run("qingzhen", quick).save(Path(tempfile.mkdtemp()) / "qingzhen")
    >>> saved = planner.open(folder)
    >>> saved.summary["stations_new"]
    120
    >>> len(saved.stations), saved.plan.coverage.phase.shape == saved.ground.demand.people.shape
    (120, True)
    """
    run = RunFolder.opened(folder)
    if "networks.csv" in run.files:
        return SavedNetworks(run)
    if not {"plan.gpkg", "residents.tif", "plan.npz"} <= set(run.files):
        raise run.odd("run.json", "is the record of other outputs, or of an older version")
    return SavedPlan(run)
