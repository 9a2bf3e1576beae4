"""The command ``planner sensitivity``: which assumptions change the result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from planner.cli.options import SCENARIO, examples, reading_a_scenario, writing_a_folder


@examples(
    "sensitivity guizhou-2020 --set area.cell_size_m=500",
    "sensitivity my-study.toml --draws 100 --anew-draws 0",
)
@click.command()
@SCENARIO
@writing_a_folder("NAME-sensitivity")
@click.option(
    "--draws",
    type=click.IntRange(0, 10_000),
    help="Joint draws of all assumptions, with the same stations [range_draws].",
)
@click.option(
    "--anew-draws",
    type=click.IntRange(0, 10_000),
    default=8,
    show_default=True,
    help="Joint draws with a new plan for each.",
)
@click.option(
    "--anew-cell-size",
    type=click.FloatRange(20.0, 5000.0),
    default=1000.0,
    show_default=True,
    help="Side of the cells of new plans, metres.",
)
@click.option("--only-standing", is_flag=True, help="Make no new plans.")
@reading_a_scenario
def sensitivity(scenario: str, out: Path | None, overrides: tuple[str, ...], **given: Any) -> None:
    """Vary every uncertain assumption of SCENARIO ([[uncertain]]), alone and all together.

    Once with the stations of the plan, once with a new plan for each value, on coarse cells.
    """
    from planner.scenario import load_scenario

    loaded = load_scenario(scenario, overrides)
    folder = out or Path("out") / f"{loaded.name}-sensitivity"

    from planner.outputs.pages.folder import check_page_folder
    from planner.outputs.pages.sensitivity import FILES, sensitivity_text

    check_page_folder(folder, FILES, force=given["force"])

    from planner.outputs.lock import locked
    from planner.sensitivity import run_sensitivity

    with locked(folder):
        table = run_sensitivity(
            loaded,
            draws=given["draws"],
            anew_cell_size_m=None if given["only_standing"] else given["anew_cell_size"],
            anew_draws=given["anew_draws"],
            progress=False if given["quiet"] else None,
        )
        table.save(folder, force=given["force"])
    if given["as_json"]:
        click.echo(json.dumps(table.as_dict(), ensure_ascii=False, indent=2))
    elif not given["quiet"]:
        click.echo(sensitivity_text(table.as_dict(), folder))
