"""Reports and maps written again into the folder of a saved plan: nothing is planned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from planner.outputs import RUN, SUMMARY
from planner.outputs.destination import Destination
from planner.outputs.language import Language
from planner.outputs.map.offline_page import save_map
from planner.outputs.pages.networks_map import write_networks_map
from planner.outputs.pages.networks_report import write_networks_report
from planner.outputs.pdf import browser, print_pdf
from planner.outputs.report.page import REPORT_FILES, write_report
from planner.outputs.tables.summary_json import sha256, write_json
from planner.saved.saved_networks import SavedNetworks
from planner.saved.saved_plan import SavedPlan

Saved = SavedPlan | SavedNetworks
_MAP = "map.html"


def write_reports(saved: Saved, lang: Language, *, pdf: bool = False) -> tuple[Path, ...]:
    """Write the report in a language into the folder of a plan, or those of several networks.

    ``pdf``: print each to PDF, too. Returns the files of the whole plan, or of the comparison.

    Raises
    ------
    InputError
        There is no browser to print with; files are damaged; or as
        :meth:`planner.outputs.destination.Destination.filled`. Nothing is then written.
    """
    if pdf:
        browser()
    name = REPORT_FILES[lang]

    def report(one: Saved, path: Path) -> None:
        if isinstance(one, SavedPlan):
            write_report(one.plan, path, lang)
        else:
            write_networks_report(one.networks, path, lang)

    def printed(_: Saved, path: Path) -> None:
        print_pdf(path.with_suffix(".html"), path)

    writers: dict[str, Callable[[Saved, Path], None]] = {name: report}
    if pdf:
        writers[str(PurePosixPath(name).with_suffix(".pdf"))] = printed
    _rewrite(saved, writers)
    return tuple(saved.folder / file for file in writers)


def write_map(saved: Saved) -> Path:
    """Write the map into the folder of a plan again, or those of several networks and their switch.

    Raises
    ------
    InputError
        As :func:`write_reports`.
    """

    def drawn(one: Saved, path: Path) -> None:
        if isinstance(one, SavedPlan):
            save_map(one.map(), path)
        else:
            write_networks_map(one.networks, path)

    _rewrite(saved, {_MAP: drawn})
    return saved.folder / _MAP


def _rewrite(saved: Saved, writers: Mapping[str, Callable[[Any, Path], None]]) -> None:
    """Write files for each plan, then for the comparison, and the records that list them."""
    plans = list(_plans(saved))
    made = [f"{prefix}{name}" for prefix, _ in plans for name in writers]
    records = [f"{prefix}{RUN}" for prefix, _ in plans]
    destination = Destination(saved.folder, (*made, *records), RUN)
    with destination.filled(force=True) as staging:
        for prefix, one in plans:
            if isinstance(one, SavedNetworks):
                _beside(one, staging)
            for name, write in writers.items():
                write(one, staging / f"{prefix}{name}")
            outputs = {
                **one.run.files,
                **{name: sha256(staging / prefix / name) for name in writers},
                **{
                    file: sha256(staging / file)
                    for file in (*made, *records)
                    if not prefix and file != RUN and (staging / file).is_file()
                },
            }
            _write_record(one, outputs, staging / prefix, saved.folder / prefix)


def _beside(networks: SavedNetworks, staging: Path) -> None:
    """Put the summary of each plan, which the pages of all networks read, beside the new files."""
    for key, plan in networks.plans.items():
        write_json(staging / key / SUMMARY, plan.summary)


def _write_record(saved: Saved, outputs: Mapping[str, str], new: Path, old: Path) -> None:
    rows = []
    for name, checksum in outputs.items():
        path = next(where / name for where in (new, old) if (where / name).is_file())
        rows.append({"file": name, "bytes": path.stat().st_size, "sha256": checksum})
    write_json(new / RUN, {**saved.run.record, "outputs": rows})


def _plans(saved: Saved) -> Iterator[tuple[str, Saved]]:
    """Yield each plan with the folder in front of its files; the comparison comes last."""
    if isinstance(saved, SavedNetworks):
        for key, plan in saved.plans.items():
            yield f"{key}/", plan
    yield "", saved
