"""Radio maps of given sites: scenario, study area, demand, sites, maps, without any siting."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Transformer

from planner.errors import InputError, PlannerWarning, Problem
from planner.ground.area import StudyArea, study_area
from planner.ground.area_class import AREA_CLASSES
from planner.ground.demand import Demand, demand_on_grid
from planner.ground.grid import LONLAT
from planner.ground.ground import Ground
from planner.ground.terrain import terrain_on_grid
from planner.pipeline import scenario_radii
from planner.progress import Stages
from planner.provenance import provenance
from planner.radio.cell_size import cell_size_m
from planner.radio.radio_map import RadioMaps, maps_of_sites
from planner.radio.site_file import KEY, read_sites, site_antennas
from planner.scenario import Scenario, load_scenario

_LISTED = 10


def site_coverage(
    sites: str | Path,
    scenario: Scenario | str | Path,
    overrides: Sequence[str] | Mapping[str, object] = (),
    *,
    progress: bool | None = False,
) -> RadioMaps:
    """Return the radio maps of the sites in a file; no station is added or left out.

    Parameters
    ----------
    sites
        CSV with the columns lon and lat, or a vector file of points; its other columns as for
        :func:`planner.radio.site_file.read_sites`.
    scenario
        A loaded scenario, the name of a shipped one, or the path of a TOML file: for area,
        population, radio network and cell size.
    overrides
        As for :func:`planner.load_scenario`; only with a name or a path.
    progress
        Progress bars on stderr: on, off, or (None) on where stderr is a terminal.

    Raises
    ------
    InputError
        With all problems of the scenario or the file of sites; for sites outside the study area,
        unless the scenario drops them.

    Examples
    --------
    >>> import pandas, planner, tempfile
    >>> from pathlib import Path
    >>> sites = Path(tempfile.mkdtemp()) / "sites.csv"
    >>> table = pandas.DataFrame({"lon": [106.47], "lat": [26.56], "name": ["centre"]})
    >>> table.to_csv(sites, index=False)
    >>> maps = planner.site_coverage(sites, "qingzhen", {"area.cell_size_m": 250})
    >>> maps.summary["scenario"]
    'qingzhen'
    """
    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario, overrides)
    elif overrides:
        raise TypeError("overrides go with the name or the path of a scenario, not a loaded one")
    file = Path(sites)
    if not file.is_file():
        raise InputError(Problem("no such file", str(file), KEY, expected="a table of sites"))
    stages = Stages(shown=progress)
    with stages.stage("sites"):
        table = read_sites(file)
    with stages.stage("area"):
        radii = scenario_radii(scenario.radio, scenario.service, scenario.file)
        area = study_area(scenario, cell_size_m(scenario, radii))
    with stages.stage("demand"):
        demand = demand_on_grid(scenario, area)
        placed = _placed(table, area, demand, str(file), outside_area=scenario.sites.outside_area)
    with stages.stage("radio maps"):
        ground = Ground(area, demand, terrain_on_grid(scenario, area))
        carrier_mhz = scenario.radio.carrier_mhz
        antennas = site_antennas(file, placed, carrier_mhz=carrier_mhz)
        maps = maps_of_sites(scenario, ground, placed, antennas)
    sources: dict[str, dict[str, object]] = {
        "sites_source": {**_source(file, file), "sites_dropped": len(table) - len(placed)},
        "provenance": provenance(scenario, area.code),
    }
    antenna = scenario.radio.antenna.file
    if antenna is not None:
        sources["antenna_source"] = _source(antenna, scenario.path(antenna))
    return replace(maps, summary={**maps.summary, **sources})


def _source(shown: Path, path: Path) -> dict[str, object]:
    """Return the name of a file as given, and its checksum."""
    return {"file": str(shown), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _placed(
    table: pd.DataFrame, area: StudyArea, demand: Demand, shown: str, *, outside_area: str
) -> pd.DataFrame:
    """Return the sites with the area class of their cells; those outside are refused or dropped."""
    to_grid = Transformer.from_crs(LONLAT, area.grid.crs, always_xy=True)
    cell = area.grid.cells(*to_grid.transform(table["lon"].to_numpy(), table["lat"].to_numpy()))
    outside = (cell < 0) | (area.zone_index.ravel()[np.maximum(cell, 0)] < 0)
    if outside.any():
        problem = _outside_problem(table[outside], len(table), shown)
        if outside_area == "refuse" or outside.all():
            raise InputError(problem)
        warnings.warn(f"{problem}; dropped", PlannerWarning, stacklevel=3)
    kept = table[~outside].reset_index(drop=True)
    keys = np.array([known.key for known in AREA_CLASSES])
    kept["area_class"] = keys[demand.area_class.ravel()[cell[~outside]]]
    return kept


def _outside_problem(wrong: pd.DataFrame, count: int, shown: str) -> Problem:
    listing = "; ".join(
        f"{row.site} at {row.lon:.6f}, {row.lat:.6f}" for row in wrong.head(_LISTED).itertuples()
    )
    more = f"; and {len(wrong) - _LISTED} more" if len(wrong) > _LISTED else ""
    return Problem(
        f"{len(wrong)} of {count} sites outside the study area: {listing}{more}",
        shown,
        KEY,
        expected='sites inside, or sites.outside_area = "drop"',
    )
