"""Provenance: what a plan was made from."""

from __future__ import annotations

import datetime as dt
import hashlib
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from planner.data import data_set, path_of
from planner.data.cache import FetchedSet, is_data_name
from planner.data.recipe import recipe_of
from planner.data.registry import embedded_sets
from planner.scenario import Scenario, scenario_hash
from planner.scenario.area import AreaSection, PopulationSection
from planner.scenario.places import PriorityPlacesSection

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
    terrain = scenario.terrain
    own = {
        "boundary": scenario.area.boundary,
        "zones": scenario.area.zones,
        "population": scenario.population.file or scenario.population.points,
        "existing sites": scenario.sites.existing,
        "must-have sites": scenario.sites.must_have,
        "candidates": scenario.candidates.file,
        "antenna": scenario.radio.antenna.file,
        "roads": scenario.base_map.roads,
        "railways": scenario.base_map.railways,
        **_numbered("exclusion", (one.file for one in scenario.exclusions)),
        **_numbered("places to serve", (one.file for one in scenario.must_serve)),
        **_numbered("weights", (one.file for one in scenario.weights.rasters)),
        **_numbered("weighted places", (one.file for one in scenario.weights.places)),
        **_numbered("priority places", (one.file for one in scenario.priority_places)),
        **_numbered("terrain", (one.file for one in terrain.tiles) if terrain else ()),
        **_numbered("clutter", (one.file for one in terrain.clutter) if terrain else ()),
    }
    embedded = _embedded(scenario.area, scenario.population, scenario.priority_places, area_code)
    return {
        "planner_version": planner_version(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "scenario_file": scenario.file,
        "scenario_hash": scenario_hash(scenario),
        "measures": [measure.as_dict() for measure in scenario.measures],
        "seed": scenario.seed,
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "inputs": [
            *(_embedded_input(role, key) for role, key in embedded.items()),
            *(
                _named_input(role, scenario.origin.data_set(given))
                if is_data_name(given)
                else _own_input(role, given, scenario.path(given))
                for role, given in own.items()
                if given
            ),
        ],
    }


def _numbered(role: str, files: Iterable[Path | None]) -> dict[str, Path | None]:
    """Return files of one role by the role and their number, from 1."""
    return {f"{role} {number}": file for number, file in enumerate(files, start=1)}


def _embedded(
    area: AreaSection,
    population: PopulationSection,
    priority_places: Sequence[PriorityPlacesSection],
    area_code: str,
) -> dict[str, str]:
    """Return the keys of the shipped data sets that a scenario uses, by their roles."""
    embedded = {}
    if area.boundary is None:
        embedded["boundary"] = embedded_sets(area_code, area.detail)[0]
    if population.file is None and population.points is None:
        embedded["population"] = embedded_sets(area_code, area.detail)[1]
    shipped = {section.shipped for section in priority_places}
    if "airports" in shipped:
        embedded["airports"] = "places_airports"
    if shipped & {"prefecture_seats", "county_seats"}:
        embedded["seats"] = "places_seats"
    return embedded


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


def _named_input(role: str, fetched: FetchedSet) -> dict[str, Any]:
    recipe = recipe_of(fetched.name)
    return {
        "role": role,
        "id": fetched.name,
        "title": recipe.title,
        "source": recipe.url,
        "fetched": fetched.fetched,
        "sha256": fetched.digest,
        "licence": fetched.licence,
        "attribution": fetched.attribution,
        "is_model": recipe.is_model,
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
