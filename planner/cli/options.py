"""What commands share: options, the argument SCENARIO, examples in the help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

from planner.safe_inputs import remote_allowed


def examples(*lines: str) -> Callable[[click.Command], click.Command]:
    """Show command lines at the end of a command's help, each as it is typed after ``planner``."""

    def shown(command: click.Command) -> click.Command:
        command.epilog = "\n".join(["\b", "Examples:", *(f"  planner {line}" for line in lines)])
        return command

    return shown


def _scenarios(_context: click.Context, _given: click.Parameter, so_far: str) -> list[Any]:
    """Complete a shipped name, or else a file."""
    from planner.scenario import scenario_names

    names = [CompletionItem(name) for name in scenario_names() if name.startswith(so_far)]
    return [CompletionItem(so_far, type="file"), *names]


SCENARIO = click.argument("scenario", shell_complete=_scenarios)


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
