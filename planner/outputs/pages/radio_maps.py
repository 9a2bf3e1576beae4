"""The outputs of radio maps: a GeoTIFF for each layer, tables, summary and a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from planner.outputs.destination import Destination
from planner.outputs.earlier_run import Input, inputs_of
from planner.outputs.pages.radio_page import write_radio_page
from planner.outputs.population_text import population_en
from planner.outputs.tables.csv import write_table
from planner.outputs.tables.radio_geotiff import layer_style, write_best_server, write_layer
from planner.outputs.tables.summary_json import sha256, write_json
from planner.radio.radio_map_layers import LAYERS, Layer

if TYPE_CHECKING:
    from planner.radio.radio_map import RadioMaps

LAYER_FILES = {layer.key: f"{layer.key}.tif" for layer in LAYERS}
STYLE_FILES = {layer.key: f"{layer.key}.qml" for layer in LAYERS}
BEST_SERVER, SECTORS, SHARES = "best_server.tif", "sectors.csv", "shares.csv"
PAGE, SUMMARY = "radio_maps.html", "radio_summary.json"
RADIO_FILES = (
    *LAYER_FILES.values(),
    *STYLE_FILES.values(),
    BEST_SERVER,
    SECTORS,
    SHARES,
    PAGE,
    SUMMARY,
)
"""The last of them lists the others, so that a later run knows what an earlier one wrote."""

_DECIMALS = {
    "lon": 6,
    "lat": 6,
    "azimuth_deg": 2,
    "height_m": 2,
    "power_dbm": 2,
    "people": 1,
    "area_km2": 4,
}


def check_radio_folder(
    folder: str | Path,
    *,
    force: bool = False,
    inputs: Sequence[Input] = (),
    sites: str | Path | None = None,
) -> None:
    """Refuse an output folder before anything is computed, as :func:`save_radio_maps` would.

    Raises
    ------
    InputError
        When the folder holds anything and ``force`` is not given, is a file, or cannot be
        written; with ``force`` when a file in it with the name of an output is the file of
        ``sites`` or one of ``inputs``, or was not written by an earlier run.
    """
    _destination(folder, inputs, sites).check(force=force)


def _destination(
    folder: str | Path, inputs: Sequence[Input], sites: str | Path | None
) -> Destination:
    given = () if sites is None else (Input("the file of sites", Path(sites)),)
    return Destination(Path(folder), RADIO_FILES, SUMMARY, (*inputs, *given))


def save_radio_maps(
    maps: RadioMaps,
    folder: str | Path,
    *,
    force: bool = False,
    progress: Callable[[int], object] | None = None,
) -> Path:
    """Write all outputs of ``maps`` into ``folder``: complete, or not at all; return the folder.

    ``progress`` is called with 1 for each of :data:`RADIO_FILES` that is written.

    Raises
    ------
    InputError
        As :func:`check_radio_folder`, and when the disk is full.

    Examples
    --------
    >>> import pandas, planner, tempfile
    >>> from pathlib import Path
    >>> sites = Path(tempfile.mkdtemp()) / "sites.csv"
    >>> table = pandas.DataFrame({"lon": [106.47], "lat": [26.56], "name": ["centre"]})
    >>> table.to_csv(sites, index=False)
    >>> maps = planner.site_coverage(sites, "qingzhen", {"area.cell_size_m": 250})
    >>> folder = planner.save_radio_maps(maps, sites.parent / "maps")
    >>> any(path.suffix == ".tif" for path in folder.rglob("*"))
    True
    """
    source = maps.summary.get("sites_source", {})
    destination = _destination(folder, inputs_of(maps.scenario), source.get("file"))
    with destination.filled(force=force) as staging:
        for name, write in RADIO_WRITERS.items():
            write(maps, staging / name)
            if progress is not None:
                progress(1)
    return destination.folder


def radio_text(maps: RadioMaps, folder: Path) -> str:
    """Return the shares of people and area by class of each layer, and where the page is."""
    summary = maps.summary
    lines = [
        f"{summary['title']}: {summary['sites']:,} sites, {summary['sectors']:,} sectors",
        f"  {summary['terrain_note']}",
        f"  population: {population_en(summary)}",
    ]
    for layer in summary["layers"]:
        lines += [f"  {layer['name_en']:<40} {'people':>8} {'area':>8}"]
        lines += [
            f"    {known['label']:<38} {known['people_share']:>8.1%} {known['area_share']:>8.1%}"
            for known in reversed(layer["classes"])
        ]
    return "\n".join([*lines, f"  map     {folder / PAGE}"])


def _write_layer(layer: Layer, maps: RadioMaps, path: Path) -> None:
    write_layer(maps, layer, path)


def _write_style(layer: Layer, _: RadioMaps, path: Path) -> None:
    path.write_text(layer_style(layer), encoding="utf-8", newline="\n")


def _write_sectors(maps: RadioMaps, path: Path) -> None:
    write_table(maps.sectors, path, _DECIMALS)


def _write_shares(maps: RadioMaps, path: Path) -> None:
    """Write the shares; a class without a lower edge has none in the file."""
    write_table(maps.shares.replace({"from": {-np.inf: np.nan}}), path, _DECIMALS)


def _write_summary(maps: RadioMaps, path: Path) -> None:
    """Write the summary, with the checksums of the other files of the folder."""
    others = [path.parent / name for name in RADIO_FILES[:-1]]
    outputs = [{"file": f.name, "sha256": sha256(f)} for f in others if f.is_file()]
    write_json(path, {**maps.summary, "outputs": outputs})


RADIO_WRITERS: dict[str, Callable[[RadioMaps, Path], None]] = {
    **{LAYER_FILES[layer.key]: partial(_write_layer, layer) for layer in LAYERS},
    **{STYLE_FILES[layer.key]: partial(_write_style, layer) for layer in LAYERS},
    BEST_SERVER: write_best_server,
    SECTORS: _write_sectors,
    SHARES: _write_shares,
    PAGE: write_radio_page,
    SUMMARY: _write_summary,
}
"""The writer of each file, in the order of writing."""
