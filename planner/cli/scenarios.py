"""The commands about scenario files: a new one, the shipped ones, validation, schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from planner.cli.options import WITH, examples, reading_a_scenario


@examples(
    "new my-study",
    "new my-study --province Yunnan",
    "new my-county --boundary county.gpkg --population people.tif",
)
@click.command()
@click.argument("name", type=click.Path(path_type=Path))
@click.option(
    "--province", default="Guizhou", show_default=True, help="Embedded province, name or adcode."
)
@click.option("--boundary", type=click.Path(path_type=Path), help="Polygon file of the area.")
@click.option(
    "--population", type=click.Path(path_type=Path), help="Raster of people, or worldpop-100m."
)
def new(name: Path, province: str, boundary: Path | None, population: Path | None) -> None:
    """Write a commented scenario NAME.toml that is valid as it stands."""
    from planner.scenario.new import NewGround, new_scenario

    path = new_scenario(name, NewGround(province, boundary, population))
    click.echo(f"{path} written; then: planner validate {path}; planner run {path}")


@examples("scenarios", "scenarios --json")
@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def scenarios(as_json: bool) -> None:
    """List the shipped scenarios with area and target."""
    rows = list(_shipped())
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    heads = ("name", "area", "new stations", "by", "title")
    texts = [[_shown(row[head.replace(" ", "_")]) for head in heads] for row in rows]
    for line in _columns([list(heads), *texts]):
        click.echo(line)


def _shipped() -> Iterator[dict[str, Any]]:
    from planner.data.registry import province_names
    from planner.scenario import load_scenario, scenario_names
    from planner.scenario.national import load_national, national_names

    for name in scenario_names():
        one = load_scenario(name)
        province = one.area.province
        area = province_names()[province][1] if province else Path(one.area.boundary or "").stem
        date = one.target.date.isoformat() if one.target.date else None
        yield _row(name, area, one.target.stations_new, date, one.title)
    for name in national_names():
        country = load_national(name)
        yield _row(name, "China", country.programmes[0].stations, None, country.title)


def _row(name: str, area: str, stations: int, date: str | None, title: str) -> dict[str, Any]:
    return {"name": name, "area": area, "new_stations": stations, "by": date, "title": title}


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value or "")


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows of text in columns: numbers to the right, the last column as it is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    number = 2
    for row in rows:
        cells = [
            text.rjust(width) if place == number else text.ljust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


@examples("validate my-study.toml", "validate guizhou-2020 --set area.cell_size_m=500")
@click.command()
@click.argument("file")
@reading_a_scenario
@WITH
def validate(file: str, measures: tuple[str, ...], overrides: tuple[str, ...]) -> None:
    """Check a scenario FILE (or shipped name) with its area and places, and list all problems."""
    from planner.scenario.national import is_national, load_national

    if is_national(file):
        country = load_national(file, overrides)

        from planner.national import check_national

        check_national(country)
        click.echo(f"{file}: valid national scenario {country.name}: {country.title}")
        return
    from planner.pipeline import area_and_places, check_scenario, scenario_radii
    from planner.radio.cell_size import cell_size_m
    from planner.scenario import load_scenario

    loaded = load_scenario(file, overrides, measures)
    check_scenario(loaded)
    if loaded.networks:
        from planner.networks import check_networks
        from planner.networks.cases import common_cell_size_m

        check_networks(loaded)
        cell_m = common_cell_size_m(loaded.networks, loaded.area.cell_size_m, loaded.file)
    else:
        radii = scenario_radii(loaded.radio, loaded.service, loaded.file)
        cell_m = cell_size_m(loaded, radii)
    area, _ = area_and_places(loaded, cell_m)
    click.echo(f"{file}: valid scenario {loaded.name}: {loaded.title}")

    from planner.memory import asked_stages, needed_text

    stages = asked_stages(
        terrain=loaded.terrain is not None,
        certificate=loaded.siting.certificate_iterations != 0,
        radio_maps=bool(loaded.radio.maps.include),
    )
    cells, situations = area.grid.height * area.grid.width, loaded.service.n_situations
    click.echo(f"needs about {needed_text(cells, stages, situations=situations)}")


@examples("schema > scenario.schema.json", "schema --kind national")
@click.command()
@click.option(
    "--kind",
    type=click.Choice(["scenario", "national", "hindcast"]),
    default="scenario",
    show_default=True,
    help="Which schema to print: plan scenarios, national splits or hindcasts.",
)
def schema(kind: str) -> None:
    """Print the JSON schema of scenario files."""
    from planner.scenario import schema_json

    click.echo(schema_json(kind), nl=False)


SCENARIO_COMMANDS = (new, scenarios, validate, schema)
"""The commands of this file, for ``planner``."""
