"""Stations on another network's sites: who moves, what it costs, and that the rest stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import planner
from planner.ground.terrain import terrain_on_grid
from planner.networks.colocation import on_shared_sites
from planner.sites.equipment import network_kind
from planner.sites.footprints import footprints_of
from planner.siting import NEW
from tests.planner.hills import write_hilly_study
from tests.planner.study import SCENARIO, write_study


def sited(path: Path, **changes):
    asked = {"siting.improvement_rounds": 0} | changes
    scenario = planner.load_scenario(path, {key.replace("__", "."): v for key, v in asked.items()})
    radii = planner.service_radii(scenario.radio, scenario.service)
    radius_m = [radius.radius_m for radius in radii]
    area = planner.study_area(scenario, planner.cell_size_m(scenario, radii))
    demand = planner.demand_on_grid(scenario, area)
    candidates = planner.candidate_sites(scenario, area, demand, radius_m)
    ground = planner.Ground(area, demand, terrain_on_grid(scenario, area))
    serving = footprints_of(
        network_kind(scenario.radio, scenario.service, scenario.cost), ground, candidates
    )
    siting = planner.site_stations(scenario, ground, candidates, radius_m, serving)
    reach = np.array(radius_m) / area.grid.cell_size_m
    return siting, demand, candidates, serving, reach


@pytest.fixture(scope="module", params=["discs", "terrain"])
def study(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    text = SCENARIO.replace("stations_new = 6", "stations_new = 25")
    if request.param == "discs":
        return sited(write_study(folder, text))
    return sited(
        write_hilly_study(folder, text=text + '[terrain]\ntiles = [{ file = "hills.tif" }]\n')
    )


def moved(study, sites, share=0.39):
    siting, demand, candidates, _, reach = study
    return on_shared_sites(
        siting, demand, candidates, np.asarray(sites, dtype=np.int64),
        reach_cells=reach, least_people_share=share, radio_share_of_cost=0.4,
    )  # fmt: skip


def sites_beside(study):
    """The nearest other place of every other station, where a station may stand."""
    siting, demand, candidates, _, _ = study
    width = demand.people.shape[1]
    allowed = np.setdiff1d(np.flatnonzero(candidates.allowed), siting.cell)
    rows, columns = np.divmod(allowed, width)
    beside = []
    for cell in siting.cell[::2]:
        row, column = divmod(int(cell), width)
        beside.append(allowed[np.argmin((rows - row) ** 2 + (columns - column) ** 2)])
    return np.unique(beside)


def test_without_sites_nothing_moves(study) -> None:
    assert moved(study, []) is study[0]


def test_a_network_on_its_own_sites_stays_where_it_is(study) -> None:
    same = moved(study, study[0].cell, share=1.0)
    assert np.array_equal(same.cell, study[0].cell)
    assert same.people_gained == pytest.approx(study[0].people_gained)


def test_as_many_stations_stand_and_the_baseline_stays(study) -> None:
    siting = study[0]
    after = moved(study, sites_beside(study))
    assert len(after) == len(siting)
    fixed = siting.role != NEW
    assert np.array_equal(after.cell[fixed], siting.cell[fixed])
    assert len(np.unique(after.cell)) == len(after.cell)
    assert after.people_gained.sum() == pytest.approx(
        study[1].people[after.covered].sum(dtype=float), rel=1e-9
    )


def test_more_stations_share_when_less_is_asked_for(study) -> None:
    sites = sites_beside(study)
    counts = [np.isin(moved(study, sites, share).cell, sites).sum() for share in (1.0, 0.6, 0.2)]
    assert counts == sorted(counts)
    assert counts[-1] > np.isin(study[0].cell, sites).sum()


def test_a_station_gives_up_no_more_than_its_share(study) -> None:
    siting, demand, _, serving, _ = study
    sites = sites_beside(study)
    share = 0.8
    covered = np.zeros(demand.people.shape, dtype=bool)
    after = moved(study, sites, share)
    first = int((siting.role != NEW).sum())
    serving.cover(covered, siting.cell[:first])
    own = serving.people_gained(demand.people, covered.copy(), siting.cell[first : first + 1])[0]
    best = after.people_gained[first:].max()
    assert best >= share * own - 1e-6


def test_listed_candidates_keep_their_rows(tmp_path: Path) -> None:
    text = SCENARIO + '\n[candidates]\nfile = "towers.csv"\n'
    path = write_study(tmp_path, text)
    lon = np.linspace(113.02, 113.22, 12)
    rows = "\n".join(f"{x:.4f},{y:.4f},t" for x in lon for y in (23.05, 23.1))
    (tmp_path / "towers.csv").write_text(f"lon,lat,name\n{rows}\n", encoding="utf-8")
    study = sited(path)
    listed = study[2].listed
    after = moved(study, listed.cell[::3])
    new = after.role == NEW
    assert np.array_equal(listed.cell[after.site[new]], after.cell[new])
    assert np.isin(after.cell[new], listed.cell[::3]).any()
