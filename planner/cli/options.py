"""What commands share: options, the argument SCENARIO, examples in the help."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from planner.safe_inputs import remote_allowed

_Command = TypeVar("_Command", bound=Callable[..., Any])


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


def writing_a_folder(default: str, printed: str = "summary") -> Callable[[_Command], _Command]:
    """Add the options of every command that writes a folder: where, over what, and what it prints.

    ``default``: the folder below ``out``, in words; ``printed``: the content of ``--json``.
    """
    options = (
        click.option("--out", type=click.Path(path_type=Path), help=f"Folder [out/{default}]."),
        click.option("--force", is_flag=True, help="Replace earlier outputs in that folder."),
        click.option(
            "--json", "as_json", is_flag=True, help=f"Print the {printed} as one JSON object."
        ),
        click.option("--quiet", is_flag=True, help="Print neither progress nor result text."),
    )

    def added(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return added


def in_language(of_what: str) -> Callable[[_Command], _Command]:
    """Add the option that says the language of what is written, ``of_what`` in words."""
    languages = click.Choice(["en", "zh"])
    return click.option("--lang", type=languages, default="en", show_default=True, help=of_what)


WITH = click.option(
    "--with",
    "measures",
    multiple=True,
    metavar="OVERLAY",
    help="Apply a measure of the directive (shipped name or TOML file), or a calibration.toml.",
)
