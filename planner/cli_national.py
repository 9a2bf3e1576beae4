"""The command ``planner run`` for a national scenario."""

from __future__ import annotations

from pathlib import Path

import click

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

    from planner.outputs.pages.national import SUMMARY, check_national_folder, national_text

    check_national_folder(folder, force=force)

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
