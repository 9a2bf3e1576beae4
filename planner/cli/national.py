"""National scenarios: the split by ``planner run``, the plan of each province by ``national``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli.exit_codes import DONE, FAILED
from planner.cli.options import SCENARIO, examples, reading_a_scenario
from planner.cli.sweep import swept_into
from planner.output_folder import check_free


def run_national_scenario(
    scenario: str,
    overrides: tuple[str, ...],
    out: Path | None,
    *,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Split the programmes of a national scenario over provinces, and write report and tables."""
    from planner.scenario.national import load_national

    loaded = load_national(scenario, overrides)
    folder = out or Path("out") / loaded.name
    check_free(folder, force=force)

    from planner.outputs.pages.folder import check_page_folder
    from planner.outputs.pages.national import FILES, SUMMARY, national_text

    check_page_folder(folder, FILES, force=force)

    from planner.national import run_national
    from planner.outputs.lock import locked

    with locked(folder):
        plan = run_national(loaded)
        plan.save(folder, force=force)
    if as_json:
        click.echo((folder / SUMMARY).read_text(encoding="utf-8").strip())
    elif not quiet:
        click.echo(national_text(plan, folder))
    return 0


@examples(
    "national china-2020 --processes 2",
    "national china-2020 --province Hainan --province 540000 --set area.cell_size_m=2000",
    "national my-china.toml --runs provinces.csv --scheduler tcp://head:8786 --out /shared/china",
)
@click.command()
@SCENARIO
@click.option(
    "--province",
    "only",
    multiple=True,
    metavar="PROVINCE",
    help="Plan only this province; repeat for more.",
)
@swept_into(
    "NAME-provinces",
    "CSV file with the column adcode and a column for each key that differs by province.",
)
@reading_a_scenario
def national(
    scenario: str,
    only: tuple[str, ...],
    listed: Path | None,
    out: Path | None,
    overrides: tuple[str, ...],
    **given: Any,
) -> int:
    """Plan each province of a national SCENARIO; write a map of the country, a page and tables.

    Finished provinces are not repeated; a failure does not stop the others. --set changes the
    scenario of every province, for example population.file.
    """
    from planner.cli.sweep import sweep_folder
    from planner.scenario.national import load_national
    from planner.scenario.overrides import parse_overrides
    from planner.sweep.variations import listed_runs

    loaded = load_national(scenario)
    rows = listed_runs(listed) if listed is not None else []
    folder = out or Path("out") / f"{loaded.name}-provinces"

    from planner.outputs.pages.provinces import provinces_text, save_provinces
    from planner.run_key import code_digest
    from planner.sweep.provinces import plan_provinces

    with sweep_folder(folder, len(only) or 31, **given) as (workers, update):
        done = plan_provinces(
            loaded, folder, only=only, changes=parse_overrides(overrides), listed=rows,
            workers=workers, progress=update,
        )  # fmt: skip
        origin = {"scenario": loaded.name, "code": code_digest(), "provinces": len(done.table)}
        save_provinces(done, folder, origin=origin)
    if not given["quiet"]:
        click.echo(provinces_text(done, folder))
    return FAILED if done.failed else DONE
