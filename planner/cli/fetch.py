"""The commands ``planner data fetch`` and ``planner data verify``: data sets by name."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import click

from planner.cli.options import examples
from planner.errors import InputError, Problem, all_results

if TYPE_CHECKING:
    from planner.data.recipe import Recipe


@examples("data fetch", "data fetch worldpop-100m --area 520000")
@click.command("fetch")
@click.argument("name", required=False)
@click.option("--area", help="Six-digit code, English name of a province, or a polygon file.")
@click.option("--accept-licence", is_flag=True, help="Accept a licence with conditions.")
@click.option("--offline", is_flag=True, help="Contact no server; use the cache only.")
@click.option("--again", is_flag=True, help="Fetch again what is in the cache.")
def fetch_data(
    name: str | None, area: str | None, accept_licence: bool, offline: bool, again: bool
) -> None:
    """Fetch the data set NAME for an area into the cache; without NAME, list the names."""
    from dataclasses import replace

    from planner.data.cache import fetched_sets
    from planner.data.recipe import recipe_names, recipe_of
    from planner.data.settings import data_settings

    settings = data_settings()
    if name is None:
        held = [(one.name, one.area) for one in fetched_sets(settings.cache)]
        for known in recipe_names():
            recipe = recipe_of(known)
            there = ", ".join(area for which, area in held if which == known)
            click.echo(f"{known:<26} {recipe.licence.name:<22} {recipe.title}")
            click.echo(f"{'':<26} {'in the cache: ' + there if there else 'not in the cache'}")
        return
    recipe = recipe_of(name)
    if area is None:
        raise InputError(
            Problem("is missing", key="--area", expected="a six-digit code, or a polygon file")
        )

    from planner.data.fetching import fetch

    _show_licence(recipe)
    fetched = fetch(
        name,
        area,
        accept=(lambda _recipe: True) if accept_licence else _asked,
        settings=replace(settings, offline=settings.offline or offline),
        again=again,
    )
    for path in fetched.files:
        click.echo(str(path))


@examples("data verify")
@click.command("verify")
def verify_data() -> None:
    """Check the embedded data sets and those in the cache against their checksums."""
    from planner.data import data_sets, verify
    from planner.data.cache import fetched_sets
    from planner.data.fetching import checked
    from planner.data.settings import data_settings

    fetched = list(fetched_sets(data_settings().cache))
    all_results(verify, *(partial(checked, one) for one in fetched))
    embedded = sum(bool(one.file) for one in data_sets())
    click.echo(f"{embedded} embedded and {len(fetched)} fetched data sets are as recorded")


def fetch_by_name(names: Iterable[tuple[str, str]], area: str) -> None:
    """Fetch what a scenario names: pairs of its key and the name of a data set."""
    from planner.data.cache import holding
    from planner.data.data_area import area_of
    from planner.data.fetching import fetch
    from planner.data.recipe import recipe_of
    from planner.data.settings import data_settings

    for name in dict.fromkeys(name for _, name in names):
        if holding(name, area_of(area), data_settings().cache) is None:
            _show_licence(recipe_of(name))
            fetch(name, area, accept=_asked)


def _show_licence(recipe: Recipe) -> None:
    licence = recipe.licence
    click.echo(f"{recipe.name}: {recipe.title}", err=True)
    click.echo(f"  {recipe.attribution}", err=True)
    click.echo(f"  licence: {licence.name}, {licence.url}", err=True)


def _asked(recipe: Recipe) -> bool:
    """Ask whether a licence with conditions is accepted; without a terminal it is not."""
    if not sys.stdin.isatty():
        return False
    click.echo(f"  conditions: {recipe.licence.binds}", err=True)
    return click.confirm("  accept it?", err=True)
