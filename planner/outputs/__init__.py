"""Outputs: every file of a plan's folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from planner.outputs.destination import Destination
from planner.outputs.earlier_run import Input, inputs_of
from planner.outputs.map.offline_page import save_map
from planner.outputs.map.page import plan_map
from planner.outputs.pages.radio_maps import RADIO_WRITERS
from planner.outputs.report.page import LATER_FILES, write_report
from planner.outputs.tables.certificate import write_certificate
from planner.outputs.tables.csv import write_places_csv, write_stations_csv, write_zones_csv
from planner.outputs.tables.curve_table import write_curve_csv
from planner.outputs.tables.executive_table import write_executive_csv
from planner.outputs.tables.geopackage import write_geopackage
from planner.outputs.tables.geoparquet import write_geoparquet
from planner.outputs.tables.geotiff import (
    write_coverage,
    write_coverage_names,
    write_coverage_style,
    write_served_percent,
    write_served_percent_style,
)
from planner.outputs.tables.kmz import write_kmz
from planner.outputs.tables.money_table import write_costs_csv
from planner.outputs.tables.people_geotiff import write_people
from planner.outputs.tables.plan_arrays import write_plan_arrays
from planner.outputs.tables.qgis_project import write_project
from planner.outputs.tables.rollout_table import write_rollout_csv
from planner.outputs.tables.scenario_copy import write_scenario
from planner.outputs.tables.summary_json import write_run, write_summary
from planner.scenario import resolved

if TYPE_CHECKING:
    from planner.networks.plan import NetworksPlan
    from planner.plan import Plan
    from planner.radio.radio_map import RadioMaps
    from planner.scenario.base import ScenarioFile


@dataclass(frozen=True)
class Output:
    """One output file: its name in the folder, its meaning, and its writer.

    ``section``: dotted key of the scenario; the file is written if that key has a value.
    Empty: always.
    """

    file: str
    meaning_en: str
    write: Callable[[Plan, Path], None]
    section: str = ""


def _write_map(plan: Plan, path: Path) -> None:
    save_map(plan_map(plan), path)


def _write_radio(write: Callable[[RadioMaps, Path], None], plan: Plan, path: Path) -> None:
    if plan.radio is not None:
        write(plan.radio, path)


OUTPUTS = (
    Output("plan.gpkg", "stations, gaps and zones, styled for QGIS", write_geopackage),
    Output("coverage.tif", "served cells by class, before and by the plan", write_coverage),
    Output("coverage.tif.aux.xml", "names of its codes, for GDAL", write_coverage_names),
    Output("coverage.qml", "its style, for QGIS", write_coverage_style),
    Output(
        "served_percent.tif",
        "percentage of the people of each cell that is served",
        write_served_percent,
    ),
    Output(
        "served_percent.qml",
        "its style, for QGIS",
        write_served_percent_style,
    ),
    Output("residents.tif", "people, area class and zone of each cell", write_people),
    Output("plan.qgz", "QGIS project of all layers, with relative paths", write_project),
    Output("stations.csv", "stations in construction order", write_stations_csv),
    Output("zones.csv", "residents, coverage and stations of each zone", write_zones_csv),
    Output("executive.csv", "the table for decision makers, by zone", write_executive_csv),
    Output("map.html", "the map; opens without a network", _write_map),
    Output("report.html", "the report; opens without a network", write_report),
    Output("certificate.npz", "multipliers that prove the upper bound", write_certificate),
    Output("plan.npz", "arrays of build-out and money, for planner.open", write_plan_arrays),
    Output("scenario.toml", "the scenario with every default written out", write_scenario),
    Output(
        "curve.csv", "every number of stations with its bound", write_curve_csv, "siting.nested"
    ),
    Output("rollout.csv", "the build-out by month and zone", write_rollout_csv, "rollout"),
    Output(
        "priority_places.csv", "priority places, served or not", write_places_csv, "priority_places"
    ),
    Output("costs.csv", "costs by item and zone, whole yuan", write_costs_csv, "cost"),
    Output("plan.kmz", "stations, gaps and zones for virtual globes", write_kmz, "outputs.kmz"),
    *(
        Output(
            f"{name}.parquet",
            f"{name} as GeoParquet",
            partial(write_geoparquet, name),
            "outputs.geoparquet",
        )
        for name in ("stations", "gaps", "zones")
    ),
    *(
        Output(f"radio/{name}", "radio maps", partial(_write_radio, write), "radio.maps.include")
        for name, write in RADIO_WRITERS.items()
    ),
)
"""A new output is a module with one function, and a row here."""

SUMMARY, RUN = "summary.json", "run.json"
"""Written after the others: they hold the runtime of the rest, and the checksums of all."""

_DRAWING = Lock()
"""Held while pages are drawn: matplotlib has settings for the whole process."""

OUTPUT_FILES = (*(output.file for output in OUTPUTS if not output.section), SUMMARY, RUN)
"""Files that every run writes."""


def output_files(scenario: ScenarioFile | None = None) -> tuple[str, ...]:
    """Return the names of the files that a run of ``scenario`` writes; of any run without one."""
    asked = (
        output.file
        for output in OUTPUTS
        if scenario is None or not output.section or attrgetter(output.section)(scenario)
    )
    return (*asked, SUMMARY, RUN)


def is_output(name: str) -> bool:
    """Return whether a name is that of a file of any run, or one of ``planner report``."""
    return name in output_files() or name in LATER_FILES


def check_output_folder(
    folder: str | Path,
    names: tuple[str, ...],
    inputs: tuple[Input, ...] = (),
    *,
    force: bool = False,
) -> None:
    """Refuse an output folder that :func:`save_plan` would refuse, before anything is computed.

    ``names``: of the files that the run writes, as :func:`output_files` returns them; ``inputs``:
    files that it reads.

    Raises
    ------
    InputError
        As :meth:`planner.outputs.destination.Destination.check`.
    """
    _destination(folder, names, inputs).check(force=force)


def _destination(
    folder: str | Path, names: tuple[str, ...], inputs: tuple[Input, ...]
) -> Destination:
    return Destination(Path(folder), names, RUN, inputs, is_output)


def made_from(plan: Plan | NetworksPlan) -> dict[str, Any]:
    """Return the origin of a plan, as ``run.json`` records it."""
    scenario = plan.scenario
    changed = {"scenario": resolved(scenario), "overridden": list(scenario.overridden)}
    return {**plan.provenance, **changed}


def save_plan(
    plan: Plan,
    folder: str | Path,
    *,
    force: bool = False,
    progress: Callable[[int], object] | None = None,
) -> Path:
    """Write all outputs into ``folder``: complete, or not at all; return the folder.

    ``force`` replaces the outputs of an earlier run in an existing folder, and removes those
    that this plan does not have; other files in it are not touched.
    ``progress`` is called with the number of files written since its last call, of those that
    :func:`output_files` names.

    Raises
    ------
    InputError
        As :func:`check_output_folder`, and when the disk is full.
    """
    names = output_files(plan.scenario)
    destination = _destination(folder, names, inputs_of(plan.scenario))
    destination.check(force=force)
    if plan.scenario.radio.maps.include and plan.radio is None:
        plan = plan.with_radio_maps()
    step = progress or (lambda _count: None)
    with destination.filled(force=force) as staging:
        started = time.perf_counter()
        _write_outputs(plan, staging, names, step)
        write_summary(plan, staging / SUMMARY, time.perf_counter() - started)
        step(1)
        write_run(made_from(plan), staging / RUN, names[:-1])
        step(1)
    return destination.folder


def _write_outputs(
    plan: Plan, staging: Path, names: tuple[str, ...], step: Callable[[int], object]
) -> None:
    """Write all files but the last two: tables first while the pages of another plan are drawn."""
    asked = [output for output in OUTPUTS if output.file in names]
    pages = [output for output in asked if output.file.endswith(".html")]
    tables = [output for output in asked if output not in pages]

    def write(outputs: list[Output]) -> None:
        for output in outputs:
            output.write(plan, staging / output.file)
            step(1)

    first = _DRAWING.acquire(blocking=False)
    try:
        write(pages if first else tables)
    finally:
        if first:
            _DRAWING.release()
    if first:
        write(tables)
    else:
        with _DRAWING:
            write(pages)
