"""Options that commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from planner.trust import remote_allowed


def _allow_remote(context: click.Context, _option: click.Parameter, given: bool) -> None:
    if given:
        context.with_resource(remote_allowed())


def reading_a_scenario(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every command that reads a scenario and the files that it names."""
    overridden = click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="KEY=VALUE",
        help="Override a value of the scenario, for example target.stations_new=50000.",
    )
    remote = click.option(
        "--allow-remote",
        is_flag=True,
        expose_value=False,
        callback=_allow_remote,
        help="Let data files name addresses on the network and files of other folders.",
    )
    return overridden(remote(command))


WITH = click.option(
    "--with",
    "measures",
    multiple=True,
    metavar="OVERLAY",
    help="Apply a measure of the directive (shipped name or TOML file), or a calibration.toml.",
)
