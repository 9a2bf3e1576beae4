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
from kernels.bound_check_within import check_bound_within
from kernels.bound_within import Kind, Limits
from kernels.cover import cover, covered_weight
from kernels.run_bound_check import check_run_bound
from planner.area import StudyArea, study_area
from planner.candidates import Candidates, candidate_sites, with_upgrades
from planner.certificate_limits import bound_limits
from planner.demand import Demand, demand_on_grid
from planner.equipment import station_kinds
from planner.errors import InputError, Problem
from planner.footprints import TerrainFootprints, footprints_of
from planner.grid import LONLAT
from planner.pipeline import cell_size_m, scenario_radii
from planner.scenario import Scenario, load_scenario
from planner.siting import BASELINE, MUST_HAVE
from planner.terrain import terrain_on_grid

_WHOLE = 65535
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
    :mod:`kernels.bound_check` or, with footprints over terrain, built again too, by
    :mod:`kernels.run_bound_check`: neither shares code with the search.

    Raises
    ------
    InputError
        When a file is not there, or the plan has no certificate with multipliers.
    """
    folder = Path(folder)
    multipliers, bound, worth = _certificate(folder)
    scenario = load_scenario(folder / "scenario.toml")
    radii = scenario_radii(scenario)
    area = study_area(scenario, cell_size_m(scenario, radii))
    demand = demand_on_grid(scenario, area)
    radius_m = [radius.radius_m for radius in radii]
    sites = candidate_sites(scenario, area, demand, radius_m)
    where = with_upgrades(scenario, sites)
    stated = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    cell, fixed, equipment = _stations(folder, area)
    allowed = where.allowed.copy()
    allowed.ravel()[cell[~fixed]] = True
    plan = _Plan(cell, fixed, allowed, multipliers, bound.size - 1)
    missed = [one["constraint"] for one in stated["infeasible"]]
    limits = bound_limits(scenario, area, demand, sites, cell[~fixed], missed)
    if limits is not None:
        within = limits.for_plan(scenario.objective.kind, bound.size - 1)
        radius_cells = _radii_by_name(scenario, radius_m, area.grid.cell_size_m)
        summed, people = _within_limits(
            plan, demand, limits.kinds, within, worth, equipment, radius_cells
        )
    elif scenario.terrain is None:
        summed, people = _over_discs(plan, demand, np.asarray(radius_m) / area.grid.cell_size_m)
    else:
        summed, people = _over_terrain(plan, scenario, area, demand, where, radius_m)
    return CertificateCheck(
        upper_bound_people_stated=float(bound[-1]),
        upper_bound_people_summed=summed,
        people_stated=float(stated["population_covered"]),
        people_summed=people,
    )


@dataclass(frozen=True)
class _Plan:
    """Stations of a plan, ``fixed`` those taken as given, and what is to prove its bound."""

    cell: npt.NDArray[np.int64]
    fixed: npt.NDArray[np.bool_]
    allowed: npt.NDArray[np.bool_]
    multipliers: npt.NDArray[np.uint16]
    n_new: int


def _over_discs(
    plan: _Plan, demand: Demand, radius_cells: npt.NDArray[np.float64]
) -> tuple[float, float]:
    """Return the bound and the people covered, by discs."""
    covered = np.zeros(demand.people.shape, dtype=bool)
    cover(covered, demand.area_class, radius_cells, plan.cell[plan.fixed])
    place = (demand.people, demand.area_class, radius_cells)
    # Multipliers equal to the weights prove the sum of the best single stations.
    bound = min(
        check_bound(shares, *place, plan.allowed, covered, plan.n_new)
        for shares in (plan.multipliers, np.full_like(plan.multipliers, _WHOLE))
    )
    return bound, covered_weight(*place, plan.cell)


def _within_limits(
    plan: _Plan,
    demand: Demand,
    kinds: tuple[Kind, ...],
    limits: Limits,
    worth: float,
    equipment: npt.NDArray[np.str_],
    radius_cells: dict[str, npt.NDArray[np.float64]],
) -> tuple[float, float]:
    """Return the bound and the people covered, by discs of several kinds and within limits."""
    covered = np.zeros(demand.people.shape, dtype=bool)
    for fixed in (True, False):
        for name in np.unique(equipment):
            cells = plan.cell[(plan.fixed == fixed) & (equipment == name)]
            cover(covered, demand.area_class, radius_cells[str(name)], cells)
        if fixed:
            before = covered.copy()
    whole = np.full_like(plan.multipliers, _WHOLE)
    place = (demand.people, demand.area_class, kinds, before, limits)
    proofs = [(plan.multipliers, 0.0), (whole, 0.0)]
    if worth > 0:
        proofs.append((plan.multipliers, worth))
    bound = min(check_bound_within(shares, *place, yuan) for shares, yuan in proofs)
    return bound, float(demand.people[covered].sum(dtype=np.float64))


def _radii_by_name(
    scenario: Scenario, radius_m: list[float], cell_m: float
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the radii in cells of each equipment, and of the network, whose name is empty."""
    radii = {kind.name: kind.radius_m for kind in station_kinds(scenario)}
    return {name: np.asarray(r) / cell_m for name, r in {**radii, "": tuple(radius_m)}.items()}


def _over_terrain(
    plan: _Plan,
    scenario: Scenario,
    area: StudyArea,
    demand: Demand,
    where: Candidates,
    radius_m: list[float],
) -> tuple[float, float]:
    """Return the bound and the people covered, by footprints built again from the terrain."""
    ground = terrain_on_grid(scenario, area)
    serving = footprints_of(scenario, area, demand, where, radius_m, ground)
    if not isinstance(serving, TerrainFootprints):
        raise TypeError(f"no check of a bound for {type(serving).__name__}")
    covered = np.zeros(demand.people.shape, dtype=bool)
    serving.cover(covered, plan.cell[plan.fixed])
    bound = check_run_bound(
        plan.multipliers,
        demand.people,
        serving.runs,
        serving.allowed_numbers(plan.allowed),
        covered,
        plan.n_new,
    )
    serving.cover(covered, plan.cell)
    return bound, float(demand.people[covered].sum(dtype=np.float64))


def _certificate(folder: Path) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float64], float]:
    path = folder / "certificate.npz"
    if not path.is_file():
        raise InputError(Problem("is no folder of a plan's outputs", str(path)))
    with np.load(path, allow_pickle=False) as data:
        multipliers, bound = data["multipliers"], data["upper_bound_people"]
        worth = float(data["worth_per_yuan"]) if "worth_per_yuan" in data else 0.0
    if not multipliers.size:
        reason = "everybody is covered" if bound.size else "the plan has no certificate"
        raise InputError(Problem(f"holds no multipliers: {reason}", str(path)))
    return multipliers, bound, worth


def _stations(
    folder: Path, area: StudyArea
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.str_]]:
    """Return cells of the stations, which of them the bound takes as given, and their equipment."""
    with (folder / "stations.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    to_grid = Transformer.from_crs(LONLAT, area.grid.crs, always_xy=True)
    x, y = to_grid.transform(
        [float(row["lon"]) for row in rows], [float(row["lat"]) for row in rows]
    )
    fixed = np.array([row["role"] in (BASELINE, MUST_HAVE) for row in rows], dtype=bool)
    equipment = np.array([row["equipment"] for row in rows], dtype=np.str_)
    return area.grid.cells(x, y), fixed, equipment
