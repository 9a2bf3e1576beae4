"""The command ``planner``: thin, and slow imports only in the commands that need them."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from planner.cli.compare import compare
from planner.cli.data import data
from planner.cli.exit_codes import BAD_INPUT, DONE, FAILED, INTERRUPTED, TARGET_NOT_MET
from planner.cli.fetch import fetch_by_name
from planner.cli.measurements import MEASUREMENT_COMMANDS
from planner.cli.national import national, run_national_scenario
from planner.cli.options import SCENARIO, WITH, examples, reading_a_scenario, writing_a_folder
from planner.cli.saved import SAVED_COMMANDS
from planner.cli.scenarios import SCENARIO_COMMANDS
from planner.cli.sensitivity import sensitivity
from planner.cli.sweep import sweep
from planner.cli.words import complain, flush_streams, reason, show_warning, with_usable_streams
from planner.errors import InputError, PlannerError
from planner.freed_memory import give_back_freed_memory
from planner.interruption import ended_like_an_interrupt
from planner.output_folder import check_free


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; exits 0 done, 1 failed, 2 bad input, 3 target not met."""
    with_usable_streams()
    give_back_freed_memory()
    status = exit_code(arguments)
    flush_streams()
    sys.exit(status)


def exit_code(arguments: list[str] | None) -> int:
    """Run the command line and return its exit code; errors become lines on stderr."""
    try:
        with ended_like_an_interrupt():
            status = cli.main(args=arguments, prog_name="planner", standalone_mode=False)
    except InputError as error:
        complain(*(f"error: {problem}" for problem in error.problems))
        return BAD_INPUT
    except click.UsageError as error:
        with suppress(OSError):
            error.show()
        return BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        complain("interrupted; no half-written output is left")
        return INTERRUPTED
    except BrokenPipeError:
        return FAILED
    except Exception as error:
        known = isinstance(error, PlannerError | OSError | MemoryError)
        if not known and os.environ.get("PLANNER_DEBUG") == "1":
            raise
        complain(f"failed: {reason(error, known=known)}")
        return FAILED
    return status if isinstance(status, int) else DONE


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="basestation-planner", prog_name="planner")
def cli() -> None:
    """Plan mobile base stations: sites, coverage, gaps, map and report."""
    warnings.showwarning = show_warning


@examples(
    "run qingzhen",
    "run guizhou-2020 --set target.stations_new=9000 --out out/fewer",
    "run my-study.toml --with sharing --json",
)
@cli.command()
@SCENARIO
@writing_a_folder("NAME")
@click.option("--fetch", is_flag=True, envvar="PLANNER_DATA_FETCH", help="Fetch missing data sets.")
@reading_a_scenario
@WITH
def run(
    scenario: str,
    out: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    fetch: bool,
    measures: tuple[str, ...],
    overrides: tuple[str, ...],
) -> int:
    """Plan SCENARIO (a shipped name or a TOML file) and write map, report and tables."""
    _leave_cores_to_networks()

    from planner.scenario import load_scenario
    from planner.scenario.national import is_national

    if is_national(scenario):
        if measures:
            raise InputError("--with cannot be used with a national scenario")
        return run_national_scenario(
            scenario, overrides, out, force=force, as_json=as_json, quiet=quiet
        )

    loaded = load_scenario(scenario, overrides, measures)
    folder = out or Path("out") / loaded.name
    check_free(folder, force=force)
    if fetch:
        fetch_by_name(loaded.data_names, loaded.origin.area)
    if loaded.networks:
        from planner.networks.save import run_and_save

        shown = False if quiet else None
        networks = run_and_save(loaded, folder, force=force, progress=shown)
        return _say_networks(networks.summary, folder, as_json=as_json, quiet=quiet)

    from planner.outputs import check_output_folder, output_files
    from planner.outputs.earlier_run import inputs_of

    files = output_files(loaded)
    check_output_folder(folder, files, inputs_of(loaded), force=force)

    from planner.outputs.lock import locked
    from planner.pipeline import run as run_scenario
    from planner.progress import Stages

    shown = False if quiet else None
    with locked(folder):
        plan = run_scenario(loaded, progress=shown)
        with Stages(shown=shown).stage("outputs", len(files), "files") as update:
            plan.save(folder, force=force, progress=update)
    if as_json:
        click.echo((folder / "summary.json").read_text(encoding="utf-8").strip())
    elif not quiet:
        from planner.outputs.terminal.run_text import run_text

        click.echo(run_text(plan, folder))
    return DONE if plan.summary["target_met"] else TARGET_NOT_MET


@examples(
    "compare-sharing guizhou-2020", "compare-sharing my-networks.toml --out out/sharing --json"
)
@cli.command("compare-sharing")
@SCENARIO
@writing_a_folder("NAME-sharing")
@reading_a_scenario
def compare_sharing(
    scenario: str,
    out: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    overrides: tuple[str, ...],
) -> int:
    """Plan the networks of SCENARIO as they are, each alone, and all sharing."""
    _leave_cores_to_networks()

    from planner.scenario import load_scenario

    loaded = load_scenario(scenario, overrides)
    folder = out or Path("out") / f"{loaded.name}-sharing"
    check_free(folder, force=force)

    from planner.networks import SHARING_CASES
    from planner.networks.save import run_and_save

    shown = False if quiet else None
    networks = run_and_save(loaded, folder, cases=SHARING_CASES, force=force, progress=shown)
    return _say_networks(networks.summary, folder, as_json=as_json, quiet=quiet)


def _leave_cores_to_networks() -> None:
    """Have no threads for products of matrices, which are small: networks have a core each.

    On two busy cores a product for the range of what is served took 24 ms with two threads, 4 ms
    with one. Read when NumPy is loaded, which no command does before.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _say_networks(summary: Mapping[str, Any], folder: Path, *, as_json: bool, quiet: bool) -> int:
    """Print the result of several networks; return the code that the command ends with."""
    from planner.outputs.terminal.networks_text import networks_result

    if as_json:
        click.echo((folder / "summary.json").read_text(encoding="utf-8").strip())
    elif not quiet:
        click.echo(networks_result(summary, folder))
    return DONE if summary["target_met"] else TARGET_NOT_MET


@examples("measures guizhou-2020", "measures qingzhen --with sharing --with power-price")
@cli.command()
@SCENARIO
@writing_a_folder("NAME-measures", "table")
@click.option(
    "--with",
    "names",
    multiple=True,
    metavar="MEASURE",
    help="Compare only these measures (shipped names or TOML files); default: all shipped ones.",
)
@reading_a_scenario
def measures(
    scenario: str,
    out: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    names: tuple[str, ...],
    overrides: tuple[str, ...],
) -> None:
    """Plan SCENARIO without and with each measure; rank them by coverage, cost and date."""
    from planner.scenario import load_scenario

    folder = out or Path("out") / f"{load_scenario(scenario, overrides).name}-measures"
    check_free(folder, force=force)

    from planner.outputs.pages.folder import check_page_folder
    from planner.outputs.pages.measures import FILES, measures_text

    check_page_folder(folder, FILES, force=force)

    from planner.measures import run_measures
    from planner.outputs.lock import locked

    with locked(folder):
        table = run_measures(scenario, overrides, names or None, progress=False if quiet else None)
        table.save(folder, force=force)
    if as_json:
        click.echo(json.dumps(table.as_dict(), ensure_ascii=False, indent=2))
    elif not quiet:
        click.echo(measures_text(table.as_dict(), folder))


@examples("link-budget guizhou-2020", "link-budget my-study.toml --set radio.band=n28 --json")
@cli.command("link-budget")
@SCENARIO
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@reading_a_scenario
@WITH
def link_budget(
    scenario: str, as_json: bool, measures: tuple[str, ...], overrides: tuple[str, ...]
) -> None:
    """Print the link budget of SCENARIO by area class, with the service radii."""
    from planner.scenario import load_scenario

    loaded = load_scenario(scenario, overrides, measures)

    from planner.radio.sectors import scenario_budgets

    budgets = scenario_budgets(loaded.radio, loaded.service, loaded.origin, as_json=as_json)
    click.echo(budgets)


@examples("coverage sites.csv --scenario guizhou-2020 --out out/sites")
@cli.command()
@click.argument("sites", type=click.Path(path_type=Path))
@click.option(
    "--scenario", required=True, help="Shipped name or TOML file that gives area and network."
)
@writing_a_folder("NAME-coverage")
@reading_a_scenario
@WITH
def coverage(
    sites: Path,
    scenario: str,
    out: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    measures: tuple[str, ...],
    overrides: tuple[str, ...],
) -> None:
    """Make radio maps of given SITES (CSV with lon, lat), without siting."""
    from planner.scenario import load_scenario

    loaded = load_scenario(scenario, overrides, measures)
    folder = out or Path("out") / f"{loaded.name}-coverage"
    check_free(folder, force=force)

    from planner.outputs.earlier_run import inputs_of
    from planner.outputs.pages.radio_maps import (
        RADIO_FILES,
        check_radio_folder,
        radio_text,
        save_radio_maps,
    )

    check_radio_folder(folder, force=force, inputs=inputs_of(loaded), sites=sites)

    from planner.outputs.lock import locked
    from planner.progress import Stages
    from planner.site_coverage import site_coverage

    shown = False if quiet else None
    with locked(folder):
        maps = site_coverage(sites, loaded, progress=shown)
        with Stages(shown=shown).stage("outputs", len(RADIO_FILES), "files") as update:
            save_radio_maps(maps, folder, force=force, progress=update)
    if as_json:
        click.echo(json.dumps(maps.summary, ensure_ascii=False, indent=2))
    elif not quiet:
        click.echo(radio_text(maps, folder))


@examples("terrain-error guizhou-terrain --stations 20")
@cli.command("terrain-error")
@SCENARIO
@click.option(
    "--stations", default=10, show_default=True, help="Number of stations, drawn with the seed."
)
@click.option(
    "--reach-km", default=5.0, show_default=True, help="Distance around each station, km."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@reading_a_scenario
@WITH
def terrain_error(
    scenario: str,
    stations: int,
    reach_km: float,
    as_json: bool,
    measures: tuple[str, ...],
    overrides: tuple[str, ...],
) -> None:
    """Compare the fast terrain tier with P.1812 on the terrain of SCENARIO."""
    from planner.scenario import load_scenario

    loaded = load_scenario(scenario, overrides, measures)

    from planner.radio_comparison import compare_tiers

    error = compare_tiers(loaded, stations=stations, reach_m=1000.0 * reach_km)
    click.echo(json.dumps(error.as_dict(), indent=2) if as_json else error.as_text())


# A longitude of -0.5 looks like an option; a mistyped option is refused as an extra argument.
@examples("path 106.60 26.40 106.65 26.45 --scenario guizhou-terrain --area-class rural")
@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("start", nargs=2, type=float, metavar="LON LAT")
@click.argument("end", nargs=2, type=float, metavar="TO_LON TO_LAT")
@click.option("--scenario", required=True, help="Shipped name or TOML file with terrain.")
@click.option(
    "--area-class",
    type=click.Choice(["dense_urban", "urban", "suburban", "rural"]),
    default="rural",
    show_default=True,
    help="Area class that sets mast height, terminal height and propagation model.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@reading_a_scenario
@WITH
def path(
    start: tuple[float, float],
    end: tuple[float, float],
    scenario: str,
    area_class: str,
    as_json: bool,
    measures: tuple[str, ...],
    overrides: tuple[str, ...],
) -> None:
    """Print path loss from LON LAT (base station) to TO_LON TO_LAT (terminal) by each model."""
    from planner.scenario import load_scenario

    loaded = load_scenario(scenario, overrides, measures)

    from planner.radio_comparison import compare_models

    found = compare_models(loaded, start, end, area_class=area_class)
    click.echo(json.dumps(found.as_dict(), indent=2) if as_json else found.as_text())


@examples("check-certificate out/qingzhen", "check-certificate out/guizhou-2020 --json")
@cli.command("check-certificate")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check_certificate(folder: Path, as_json: bool) -> int:
    """Verify the certificate of the plan in FOLDER, or of each of its networks.

    The upper bound is recomputed from the files of the plan, with independent code.
    """
    from planner.certificate_check import check_certificates

    checks = check_certificates(folder)
    for name, found in checks.items():
        said = json.dumps(found.as_dict(), indent=2) if as_json else found.as_text()
        click.echo(said if as_json or not name else f"{name}: {said}")
    return DONE if all(found.holds for found in checks.values()) else FAILED


@examples("hindcast", "hindcast china-2020 --out out/hindcast")
@cli.command()
@click.argument("name", default="china-2020")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for page and table.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@reading_a_scenario
def hindcast(name: str, out: Path | None, as_json: bool, overrides: tuple[str, ...]) -> None:
    """Simulate a past build-out (NAME or file) and compare it with published figures."""
    from planner.scenario.hindcast import load_hindcast

    loaded = load_hindcast(name, overrides)

    from planner.rollout.hindcast import hindcast as simulated

    found = simulated(loaded)
    if out is not None:
        from planner.outputs.pages.hindcast import save_hindcast

        save_hindcast(found, out)
    text = json.dumps(found.as_dict(), ensure_ascii=False, indent=2) if as_json else found.as_text()
    click.echo(text)


@examples("recover out/guizhou-2020")
@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
def recover(folder: Path) -> None:
    """Complete or roll back the save that a killed run left in FOLDER, as the next run would."""
    from planner.outputs.lock import recover as recovered

    click.echo(f"{folder}: {recovered(folder) or 'nothing is left of an unfinished save'}")


for _command in (
    compare, data, national, sensitivity, sweep,
    *MEASUREMENT_COMMANDS, *SAVED_COMMANDS, *SCENARIO_COMMANDS,
):  # fmt: skip
    cli.add_command(_command)
