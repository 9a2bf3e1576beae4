"""The commands on a saved plan: its report in another language, its map again."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from planner.cli.options import examples, in_language


@examples("report out/qingzhen --lang zh", "report out/guangdong-2020 --lang zh --pdf")
@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@in_language("Language: report.html is in English, report.zh.html in Chinese.")
@click.option("--pdf", is_flag=True, help="Also print it to PDF, with Chromium or Chrome.")
def report(folder: Path, lang: str, pdf: bool) -> None:
    """Write the report of the plan in FOLDER again, in English or Chinese, without planning.

    For several networks: the report of each, and that of all.
    """
    from planner.outputs.language import Language
    from planner.saved import open as open_folder
    from planner.saved.rewriting import write_reports

    for path in write_reports(open_folder(folder), cast(Language, lang), pdf=pdf):
        click.echo(path)


@examples("map out/qingzhen")
@click.command("map")
@click.argument("folder", type=click.Path(path_type=Path))
def draw_map(folder: Path) -> None:
    """Draw the map of the plan in FOLDER again, without planning.

    For several networks: the map of each, and that of all.
    """
    from planner.saved import open as open_folder
    from planner.saved.rewriting import write_map

    click.echo(write_map(open_folder(folder)))


SAVED_COMMANDS = (report, draw_map)
