"""The outputs of radio maps: a GeoTIFF for each layer, tables, summary and a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from planner.errors import InputError, Problem
from planner.outputs.folder import check_output_folder, complete_or_nothing
from planner.outputs.radio_geotiff import write_best_server, write_layer
from planner.outputs.radio_page import write_radio_page
from planner.outputs.tables import harmless_text
from planner.radio.radio_map_layers import LAYERS

if TYPE_CHECKING:
    from planner.radio.radio_map import RadioMaps

LAYER_FILES = {layer.key: f"{layer.key}.tif" for layer in LAYERS}
BEST_SERVER, SECTORS, SHARES = "best_server.tif", "sectors.csv", "shares.csv"
PAGE, SUMMARY = "radio_maps.html", "radio_summary.json"
RADIO_FILES = (*LAYER_FILES.values(), BEST_SERVER, SECTORS, SHARES, PAGE, SUMMARY)

_DECIMALS = {
    "lon": 6,
    "lat": 6,
    "azimuth_deg": 2,
    "height_m": 2,
    "power_dbm": 2,
    "people": 1,
    "area_km2": 4,
}


def check_radio_folder(folder: str | Path, *, force: bool = False) -> None:
    """Refuse an output folder before anything is computed, as :func:`save_radio_maps` would."""
    check_output_folder(Path(folder), RADIO_FILES, force=force)


def save_radio_maps(maps: RadioMaps, folder: str | Path, *, force: bool = False) -> Path:
    """Write all outputs of ``maps`` into ``folder``: complete, or not at all; return the folder.

    Raises
    ------
    InputError
        When the folder exists and ``force`` is not given, cannot be written, or the disk is full.
    """
    folder = Path(folder)
    check_radio_folder(folder, force=force)
    try:
        with complete_or_nothing(folder, RADIO_FILES) as staging:
            for layer in LAYERS:
                write_layer(maps, layer, staging / LAYER_FILES[layer.key])
            write_best_server(maps, staging / BEST_SERVER)
            _write_csv(maps.sectors, staging / SECTORS)
            _write_csv(maps.shares, staging / SHARES)
            write_radio_page(maps, staging / PAGE)
            text = json.dumps(maps.summary, indent=2, ensure_ascii=False, allow_nan=False)
            (staging / SUMMARY).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            Problem(f"the outputs cannot be written: {reason}", file=str(folder))
        ) from error
    return folder


def radio_text(maps: RadioMaps, folder: Path) -> str:
    """Return the shares of people and area by class of each layer, and where the page is."""
    summary = maps.summary
    lines = [
        f"{summary['title']}: {summary['sites']:,} sites, {summary['sectors']:,} sectors",
        f"  {summary['terrain_note']}",
    ]
    for layer in summary["layers"]:
        lines += [f"  {layer['name_en']:<40} {'people':>8} {'area':>8}"]
        lines += [
            f"    {known['label']:<38} {known['people_share']:>8.1%} {known['area_share']:>8.1%}"
            for known in reversed(layer["classes"])
        ]
    return "\n".join([*lines, f"  map     {folder / PAGE}"])


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as the other tables are: byte order mark, no cell a spreadsheet would run."""
    ready = table.round(_DECIMALS)
    for column in ready.columns:
        if not pd.api.types.is_numeric_dtype(ready[column]):
            ready[column] = harmless_text(ready[column])
    ready = ready.replace([float("-inf")], [""]) if "from" in ready else ready
    ready.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
