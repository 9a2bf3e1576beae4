"""The certificate of a plan checked from its files: bound and people summed again by other code."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import Transformer

from kernels.bound_check import check_bound
from kernels.cover import cover, covered_weight
from planner.area import StudyArea, study_area
from planner.candidates import candidate_sites, with_upgrades
from planner.demand import demand_on_grid
from planner.errors import InputError, Problem
from planner.grid import LONLAT
from planner.pipeline import cell_size_m, scenario_radii
from planner.scenario import load_scenario
from planner.siting import BASELINE, MUST_HAVE

_SAME = 1e-6
"""Share by which numbers may differ: people are summed in another order."""


@dataclass(frozen=True)
class CertificateCheck:
    """What the files say, and what was summed from them afresh.

    ``upper_bound_people``: most people that any plan can cover; ``people``: those that the plan's
    stations cover; each ``_stated`` by the files and ``_summed`` again.
    """

    upper_bound_people_stated: float
    upper_bound_people_summed: float
    people_stated: float
    people_summed: float

    @property
    def holds(self) -> bool:
        """Whether both agree, and the plan is not above its bound."""
        bound = abs(self.upper_bound_people_summed - self.upper_bound_people_stated)
        people = abs(self.people_summed - self.people_stated)
        room = _SAME * max(1.0, self.upper_bound_people_stated)
        return bound <= room and people <= room and self.gap >= -_SAME

    @property
    def gap(self) -> float:
        """Share of the bound by which the plan falls short of it, from what was summed."""
        if self.upper_bound_people_summed == 0:
            return 0.0
        return 1 - self.people_summed / self.upper_bound_people_summed

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON holds it."""
        return {**asdict(self), "gap": self.gap, "holds": self.holds}


def check_certificate(folder: str | Path) -> CertificateCheck:
    """Sum the bound of a plan again from the files of its outputs.

    The demand is built again from the scenario's copy, the stations are those of
    ``stations.csv``, the multipliers those of ``certificate.npz``; the bound is summed by
    :mod:`kernels.bound_check`, which shares no code with the search.

    Raises
    ------
    InputError
        When a file is not there, or the plan has no certificate with multipliers.
    """
    folder = Path(folder)
    multipliers, bound = _certificate(folder)
    scenario = load_scenario(folder / "scenario.toml")
    radii = scenario_radii(scenario)
    area = study_area(scenario, cell_size_m(scenario, radii))
    demand = demand_on_grid(scenario, area)
    radius_m = [radius.radius_m for radius in radii]
    where = with_upgrades(scenario, candidate_sites(scenario, area, demand, radius_m))
    radius_cells = np.asarray(radius_m) / area.grid.cell_size_m
    cell, fixed = _stations(folder, area)
    covered = np.zeros(area.grid.shape, dtype=bool)
    cover(covered, demand.area_class, radius_cells, cell[fixed])
    allowed = where.allowed.copy()
    allowed.ravel()[cell[~fixed]] = True
    place = (demand.people, demand.area_class, radius_cells)
    stated = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return CertificateCheck(
        upper_bound_people_stated=float(bound[-1]),
        upper_bound_people_summed=check_bound(
            multipliers, *place, allowed, covered, bound.size - 1
        ),
        people_stated=float(stated["population_covered"]),
        people_summed=covered_weight(*place, cell),
    )


def _certificate(folder: Path) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float64]]:
    path = folder / "certificate.npz"
    if not path.is_file():
        raise InputError(Problem("is no folder of a plan's outputs", str(path)))
    with np.load(path, allow_pickle=False) as data:
        multipliers, bound = data["multipliers"], data["upper_bound_people"]
    if not multipliers.size:
        reason = "everybody is covered" if bound.size else "the plan has no certificate"
        raise InputError(Problem(f"holds no multipliers: {reason}", str(path)))
    return multipliers, bound


def _stations(folder: Path, area: StudyArea) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return cells of the stations, and which of them the bound takes as given."""
    with (folder / "stations.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    to_grid = Transformer.from_crs(LONLAT, area.grid.crs, always_xy=True)
    x, y = to_grid.transform(
        [float(row["lon"]) for row in rows], [float(row["lat"]) for row in rows]
    )
    fixed = np.array([row["role"] in (BASELINE, MUST_HAVE) for row in rows], dtype=bool)
    return area.grid.cells(x, y), fixed
