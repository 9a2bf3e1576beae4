"""The command ``planner sweep``: many runs of a scenario, compared."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from planner.cli_options import SCENARIO, examples

DONE, FAILED = 0, 1


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
    help="Vary a key from A to B in steps of C, or over the values of KEY=X,Y. Several combine.",
)
@click.option(
    "--runs",
    "listed",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Runs listed in a CSV file (a column for each key) or a TOML file ([[runs]]).",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder [out/NAME-sweep].")
@click.option(
    "--processes", type=click.IntRange(1, 1024), help="Processes of this machine [its cores]."
)
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler (extra cluster).")
@click.option("--no-cache", is_flag=True, help="Compute every stage of every run anew.")
@click.option("--yes", is_flag=True, help="Do not ask before more than 500 runs.")
@click.option("--quiet", is_flag=True, help="Print neither progress nor result text.")
def sweep(
    scenario: str, vary: tuple[str, ...], listed: Path | None, out: Path | None, **given: Any
) -> int:
    """Plan SCENARIO with each variation and compare the plans.

    Done runs are not repeated; one that fails stops no other.
    """
    from planner.scenario import load_scenario
    from planner.sweep.variations import MOST_UNASKED, variations

    runs = variations(vary, listed, most=sys.maxsize if given["yes"] else MOST_UNASKED)
    folder = out or Path("out") / f"{load_scenario(scenario).name}-sweep"

    from planner.outputs.lock import locked
    from planner.outputs.pages.sweep import save_sweep, sweep_text
    from planner.progress import Stages
    from planner.run_key import code_digest
    from planner.sweep import run_sweep
    from planner.sweep.workers import Cluster, Processes

    count = given["processes"] or os.cpu_count() or 1
    workers = Cluster(given["scheduler"]) if given["scheduler"] else Processes(count)
    shown = False if given["quiet"] else None
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with locked(folder), Stages(shown=shown).stage("sweep", len(runs), "runs") as update:
            done = run_sweep(
                scenario, runs, folder, workers=workers, keep_stages=not given["no_cache"],
                progress=update,
            )  # fmt: skip
            origin = {"scenario": done.scenario, "code": code_digest(), "runs": len(done.table)}
            save_sweep(done.table, folder, title=done.title, changed=done.changed, origin=origin)
    finally:
        # Of a sweep that is refused, nothing stays.
        with suppress(OSError):
            folder.rmdir()
    if not given["quiet"]:
        click.echo(sweep_text(done.table, folder, done.computed))
    return FAILED if done.failed else DONE
