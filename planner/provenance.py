"""Provenance: what a plan was made from."""

from __future__ import annotations

import datetime as dt
import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from planner.data import data_set, path_of
from planner.scenario import Scenario, scenario_hash

_PACKAGES = (
    "numpy", "scipy", "numba", "geopandas", "shapely", "pyproj", "rasterio", "exactextract",
    "pyogrio", "folium",
)  # fmt: skip


def planner_version() -> str:
    """Return the version of the installed distribution."""
    try:
        return version("basestation-planner")
    except PackageNotFoundError:
        return "not installed"


def provenance(scenario: Scenario, area_code: str) -> dict[str, Any]:
    """Return version, scenario hash, seed, date, and each input with sha256, licence and source."""
    return {
        "planner_version": planner_version(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "scenario_file": scenario.file,
        "scenario_hash": scenario_hash(scenario),
        "measures": [measure.as_dict() for measure in scenario.measures],
        "seed": scenario.seed,
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "inputs": _inputs(scenario, area_code),
    }


def _inputs(scenario: Scenario, area_code: str) -> list[dict[str, Any]]:
    own = {
        "boundary": scenario.area.boundary,
        "zones": scenario.area.zones,
        "population": scenario.population.file,
        "existing sites": scenario.sites.existing,
        "must-have sites": scenario.sites.must_have,
        "candidates": scenario.candidates.file,
        "antenna": scenario.radio.antenna.file,
    }
    for index, exclusion in enumerate(scenario.exclusions):
        own[f"exclusion {index + 1}"] = exclusion.file
    for index, served in enumerate(scenario.must_serve):
        own[f"places to serve {index + 1}"] = served.file
    for index, raster in enumerate(scenario.weights.rasters):
        own[f"weights {index + 1}"] = raster.file
    for index, places in enumerate(scenario.weights.places):
        own[f"weighted places {index + 1}"] = places.file
    for index, section in enumerate(scenario.priority_places):
        own[f"priority places {index + 1}"] = section.file
    if scenario.terrain is not None:
        for role, tiles in (
            ("terrain", scenario.terrain.tiles),
            ("clutter", scenario.terrain.clutter),
        ):
            own |= {f"{role} {index + 1}": tile.file for index, tile in enumerate(tiles)}
    embedded = {}
    if own["boundary"] is None:
        embedded["boundary"] = "boundaries"
    if own["population"] is None:
        embedded["population"] = f"population_{area_code}"
    shipped = {section.shipped for section in scenario.priority_places}
    if "airports" in shipped:
        embedded["airports"] = "places_airports"
    if shipped & {"prefecture_seats", "county_seats"}:
        embedded["seats"] = "places_seats"
    inputs = [_own_input(role, given, scenario.path(given)) for role, given in own.items() if given]
    return [_embedded_input(role, key) for role, key in embedded.items()] + inputs


def _own_input(role: str, given: Path, path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "role": role,
        "file": str(given),
        "title": given.name,
        "sha256": digest,
        "licence": "the planner's own file",
        "attribution": "",
        "is_model": False,
    }


def _embedded_input(role: str, key: str) -> dict[str, Any]:
    known = data_set(key)
    digest = hashlib.sha256(path_of(key).read_bytes()).hexdigest()
    return {
        "role": role,
        "id": known.id,
        "title": known.title,
        "sha256": digest,
        "licence": known.licence,
        "attribution": known.attribution,
        "is_model": role == "population",
    }
