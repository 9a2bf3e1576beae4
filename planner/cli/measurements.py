"""The commands that read measurements: what they hold, calibration, audits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from planner.cli.options import SCENARIO, examples, reading_a_scenario
from planner.output_folder import check_free

_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
_OUT = click.option("--out", type=click.Path(path_type=Path), help="Folder of the outputs.")
_FORCE = click.option("--force", is_flag=True, help="Replace earlier outputs in that folder.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_CRS = click.option("--crs", help="CRS of columns x and y, such as EPSG:32648.")
_GCJ02 = click.option("--gcj02", is_flag=True, help="Longitudes and latitudes are GCJ-02.")
_CELLS = click.option(
    "--cells", required=True, type=click.Path(path_type=Path), help="Table of the cells."
)
_FLOOR = click.option("--floor-dbm", type=float, help="RSRP that a receiver reports at its floor.")
_MEASURED = click.option(
    "--measurements", "files", required=True, multiple=True, type=click.Path(path_type=Path),
    help="File of samples; may be given several times.",
)  # fmt: skip
_THRESHOLD = click.option(
    "--threshold-dbm", default=-105.0, show_default=True, help="RSRP from which a place is covered."
)


@examples(
    "measurements drive.csv --cells cells.csv",
    "measurements drive.csv --cells cells.csv --gcj02 --out out/bins",
)
@click.command()
@_FILES
@_CELLS
@_CRS
@_GCJ02
@_FLOOR
@_OUT
@_FORCE
@_JSON
def measurements(
    files: tuple[Path, ...],
    cells: Path,
    crs: str | None,
    gcj02: bool,
    floor_dbm: float | None,
    out: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Read and clean measurements in FILES; report what was dropped, and why.

    With --out, means over squares of 50 m are written; single rows never are.
    """
    if out is not None:
        check_free(out, force=force)

    from planner.measurements.cleaning import read_measurements
    from planner.measurements.reading import PositionFormat

    found = read_measurements(
        files, cells, positions=PositionFormat(crs, gcj02), floor_dbm=floor_dbm
    )
    if out is not None:
        from planner.outputs.pages.measured import save_bins

        save_bins(found, out, force=force)
    click.echo(json.dumps(found.as_dict(), indent=2) if as_json else found.as_text())


@examples(
    "calibrate my-study.toml --measurements drive.csv --cells cells.csv",
    "calibrate my-study.toml --measurements drive.csv --cells cells.csv --set radio.band=n78",
    "calibrate my-study.toml --measurements drive.csv --cells cells.csv "
    "--hold radio.antenna.pattern_weight",
)
@click.command()
@SCENARIO
@reading_a_scenario
@_MEASURED
@_CELLS
@_CRS
@_GCJ02
@_FLOOR
@click.option(
    "--hold", multiple=True, metavar="KEY",
    help="Leave a key as the scenario has it: radio.antenna.pattern_weight (the effective antenna),"
    " radio.carrier_loss_db, terrain.land_cover.measured_loss_db or terrain.diffraction_weight.",
)  # fmt: skip
@_OUT
@_FORCE
@_JSON
def calibrate(
    scenario: str,
    overrides: tuple[str, ...],
    files: tuple[Path, ...],
    cells: Path,
    out: Path | None,
    **given: Any,
) -> None:
    """Calibrate the radio of SCENARIO; write an overlay for --with and a page of errors."""
    from planner.scenario import load_scenario

    folder = out or Path("out") / f"{load_scenario(scenario, overrides).name}-calibration"
    check_free(folder, force=given["force"])

    from planner.outputs.pages.calibration import check_calibration_folder, save_calibration

    check_calibration_folder(folder, force=given["force"])

    from planner.calibrated_scenario import calibrate_scenario
    from planner.measurements.reading import PositionFormat

    found = calibrate_scenario(
        scenario,
        files,
        cells,
        positions=PositionFormat(given["crs"], given["gcj02"]),
        floor_dbm=given["floor_dbm"],
        overrides=overrides,
        hold=given["hold"],
    )
    save_calibration(found, folder, force=given["force"])
    if given["as_json"]:
        click.echo(json.dumps(found.as_dict(), indent=2))
    else:
        click.echo(f"{found.as_text()}\nwritten: use it as --with {folder}/calibration.toml")


@examples(
    "audit claim.tif --measurements drive.csv",
    "audit claim.gpkg --measurements drive.csv --threshold-dbm -110",
)
@click.command()
@click.argument("claim", type=click.Path(path_type=Path))
@_MEASURED
@_CRS
@_GCJ02
@_THRESHOLD
@click.option(
    "--zones",
    type=click.Path(path_type=Path),
    help="Polygons with a column zone, by which a raster is judged.",
)
@_JSON
def audit(
    claim: Path,
    files: tuple[Path, ...],
    crs: str | None,
    gcj02: bool,
    threshold_dbm: float,
    zones: Path | None,
    as_json: bool,
) -> None:
    """Compare a CLAIM of coverage (raster, or polygons with shares) with measurements."""
    from planner.measurements.audit import audit as audited
    from planner.measurements.reading import PositionFormat

    found = audited(
        claim, files, threshold_dbm=threshold_dbm, positions=PositionFormat(crs, gcj02),
        zones=zones,
    )  # fmt: skip
    click.echo(json.dumps(found.as_dict(), indent=2) if as_json else found.as_text())


@examples("audit-design claim.tif --out places.csv")
@click.command("audit-design")
@click.argument("claim", type=click.Path(path_type=Path))
@click.option("--claimed-share", default=0.95, show_default=True, help="Claimed share.")
@click.option(
    "--wrong-by", default=0.1, show_default=True, help="Amount by which a wrong claim is too high."
)
@click.option("--places-m", default=200.0, show_default=True, help="Side of a place to measure.")
@_THRESHOLD
@click.option("--out", type=click.Path(path_type=Path), help="CSV of the places to measure.")
@_JSON
def audit_design(
    claim: Path,
    claimed_share: float,
    wrong_by: float,
    places_m: float,
    threshold_dbm: float,
    out: Path | None,
    as_json: bool,
) -> None:
    """Choose the fewest places to measure that expose a wrong CLAIM (raster or polygons)."""
    from planner.measurements.audit_design import audit_design as designed
    from planner.measurements.claim import claimed_places, write_places

    places = claimed_places(claim, place_m=places_m, threshold_dbm=threshold_dbm)
    found = designed(places.places, claimed_share=claimed_share, wrong_by=wrong_by)
    if out is not None:
        write_places(places, found.rows, out)
    click.echo(json.dumps(found.as_dict(), indent=2) if as_json else found.as_text())


MEASUREMENT_COMMANDS = (measurements, calibrate, audit, audit_design)
"""The commands of this file, for ``planner``."""
