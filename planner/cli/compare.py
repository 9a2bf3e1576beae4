"""The command ``planner compare``: plans of earlier runs side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.options import examples, in_language, writing_a_folder
from planner.output_folder import check_free

if TYPE_CHECKING:
    from planner.outputs.language import Language


@examples(
    "compare out/guizhou-2020 out/fewer",
    "compare out/a out/b out/c --network mobile --lang zh",
    "compare out/fine out/coarse --align grid --json",
)
@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@writing_a_folder("A-compared", "comparison")
@click.option(
    "--align",
    type=click.Choice(["refuse", "grid", "people"]),
    default="refuse",
    show_default=True,
    help="Compare different grids (grid), or count all on the people of one plan (people).",
)
@click.option("--network", help="Compare this network of each plan only.")
@in_language("Language of the page.")
def compare(
    folders: tuple[Path, ...],
    out: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    align: str,
    network: str | None,
    lang: Language,
) -> None:
    """Compare the plans in FOLDERS of earlier runs with the first of them.

    Writes one page with maps in the same view, the table by zone, and JSON.
    """
    folder = out or Path("out") / f"{folders[0].resolve().name}-compared"
    check_free(folder, force=force)

    from planner.comparison import compare as compared
    from planner.outputs.pages.comparison import FILES, comparison_text
    from planner.outputs.pages.folder import check_page_folder

    check_page_folder(folder, FILES, force=force)
    found = compared(*folders, align=align, network=network)
    found.save(folder, force=force, lang=lang)
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
    elif not quiet:
        click.echo(comparison_text(found, folder))
