"""The command ``planner sweep``: many runs of a scenario, compared."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.exit_codes import DONE, FAILED
from planner.cli.options import SCENARIO, examples

if TYPE_CHECKING:
    from planner.sweep.workers import Workers


def swept_into(default: str, listed: str) -> Callable[..., Any]:
    """Add the options of every sweep: runs of a file, their folder, and who computes them.

    ``default``: the folder below ``out``, in words; ``listed``: what the file of runs has.
    """
    runs = click.option(
        "--runs", "listed", type=click.Path(path_type=Path, dir_okay=False), help=listed
    )
    out = click.option("--out", type=click.Path(path_type=Path), help=f"Folder [out/{default}].")
    processes = click.option(
        "--processes", type=click.IntRange(1, 1024), help="Processes on this machine [its cores]."
    )
    scheduler = click.option(
        "--scheduler", metavar="ADDRESS", help="Dask scheduler (needs the extra cluster)."
    )
    quiet = click.option("--quiet", is_flag=True, help="Print neither progress nor result text.")
    return lambda command: runs(out(processes(scheduler(quiet(command)))))


@contextmanager
def sweep_folder(
    folder: Path,
    count: int,
    *,
    processes: int | None,
    scheduler: str | None,
    quiet: bool,
) -> Iterator[tuple[Workers, Callable[[int], object]]]:
    """Lock the folder of a sweep; give its workers and what is called with runs that are done.

    Of a sweep that is refused, nothing stays.

    Raises
    ------
    InputError
        The folder holds anything that no sweep has made, or another run writes into it.
    """
    from planner.outputs.lock import locked
    from planner.progress import Stages
    from planner.sweep.folder import check_sweep_folder
    from planner.sweep.workers import Cluster, Processes

    check_sweep_folder(folder)
    workers = Cluster(scheduler) if scheduler else Processes(processes or os.cpu_count() or 1)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        shown = False if quiet else None
        with locked(folder), Stages(shown=shown).stage("sweep", count, "runs") as update:
            yield workers, update
    finally:
        with suppress(OSError):
            folder.rmdir()


@examples(
    "sweep qingzhen --vary target.stations_new=60:180:60",
    "sweep my-study.toml --vary radio.band=n41,n78 --vary target.stations_new=200,400",
)
@click.command()
@SCENARIO
@click.option(
    "--vary",
    multiple=True,
    metavar="KEY=A:B:C",
    help="Vary a key from A to B in steps of C, or over the values of KEY=X,Y; repeat for more.",
)
@click.option(
    "--full",
    is_flag=True,
    help="Do all the work of planner run, with ranges; by default a twentieth of it, without.",
)
@click.option("--no-cache", is_flag=True, help="Recompute every stage of every run.")
@click.option("--yes", is_flag=True, help="Do not ask before more than 500 runs.")
@swept_into(
    "NAME-sweep", "Runs listed in a CSV file (a column for each key) or a TOML file ([[runs]])."
)
def sweep(
    scenario: str,
    vary: tuple[str, ...],
    listed: Path | None,
    out: Path | None,
    *,
    full: bool,
    no_cache: bool,
    yes: bool,
    **given: Any,
) -> int:
    """Plan SCENARIO with each variation and compare the plans.

    Finished runs are not repeated; a failure does not stop the others.
    """
    from planner.scenario import load_scenario
    from planner.sweep.variations import MOST_UNASKED, variations

    runs = variations(vary, listed, most=sys.maxsize if yes else MOST_UNASKED)
    folder = out or Path("out") / f"{load_scenario(scenario).name}-sweep"

    from planner.outputs.pages.sweep import save_sweep, sweep_text
    from planner.run_key import code_digest
    from planner.sweep import FULL, SMALL, run_sweep

    with sweep_folder(folder, len(runs), **given) as (workers, update):
        done = run_sweep(
            scenario, runs, folder, workers=workers, keep_stages=not no_cache,
            spent=FULL if full else SMALL,
            progress=update,
        )  # fmt: skip
        origin = {"scenario": done.scenario, "code": code_digest(), "runs": len(done.table)}
        save_sweep(done.table, folder, title=done.title, changed=done.changed, origin=origin)
    if not given["quiet"]:
        click.echo(sweep_text(done.table, folder, done.computed))
    return FAILED if done.failed else DONE
