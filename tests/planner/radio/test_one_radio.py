"""Plan and radio maps on the same sites: people served differ by less than one point."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import planner
from kernels.footprints.served_share import served_share
from kernels.footprints.users import alike
from planner.radio.antenna import omni_pattern, sector_pattern
from planner.radio.expected_service import expected_shares
from planner.radio.graded_service import graded_links, shares_in_directions
from planner.radio.radio_sweep import sweep_carrier
from planner.radio.sectors import sector_table
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection
from tests.kernels.fractal_terrain import fractal_terrain_m
from tests.planner.hills import TERRAIN, write_hilly_study
from tests.planner.radio.cases import KEYS, make_grid
from tests.planner.study import SCENARIO

CELL_M, SIDE = 100.0, 90
PEOPLE = np.array([400.0, 150.0, 40.0, 4.0])


def town(grid):
    """Area classes in rings around the middle: all four, from dense urban to rural."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    far_m = np.hypot(y - SIDE / 2, x - SIDE / 2) * grid.cell_size_m
    return np.digitize(far_m, [800.0, 2000.0, 3300.0]).astype(np.uint8)


def stations(grid, spacing_m, seed=1):
    """Cells of a hexagonal lattice, each off its place by a tenth of the spacing."""
    rng = np.random.default_rng(seed)
    west, south, east, north = grid.bounds_m
    lattice = [
        (x, y)
        for number, y in enumerate(np.arange(south, north, spacing_m * 0.75**0.5))
        for x in np.arange(west + number % 2 * spacing_m / 2, east, spacing_m)
    ]
    x, y = (np.array(lattice) + rng.normal(0.0, 0.1 * spacing_m, (len(lattice), 2))).T
    cells = grid.cells(x, y)
    return np.unique(cells[cells >= 0])


def both(radio, spacing_m, pattern=None):
    """People served by the maps and as the plan expects, as shares."""
    pattern, service, grid = (
        pattern or sector_pattern(),
        ServiceSection(),
        make_grid(SIDE, SIDE, CELL_M),
    )
    classes, cells = town(grid), stations(grid, spacing_m)
    lon, lat = grid.lonlat(*grid.xy_m(cells))
    keys = [KEYS[code] for code in classes.ravel()[cells]]
    sites = pd.DataFrame({"site": "", "lon": lon, "lat": lat, "area_class": keys})
    sectors = sector_table(sites, radio, pattern=pattern)
    maps = sweep_carrier(sectors, radio, service, pattern=pattern, grid=grid, area_class=classes)
    plan = expected_shares(radio, service, classes, cells, CELL_M)
    people = PEOPLE[classes]
    return (people * maps.service).sum() / people.sum(), (people * plan).sum() / people.sum()


@pytest.mark.parametrize("spacing_m", [350.0, 700.0, 1400.0])
@pytest.mark.parametrize("band", ["n41", "n78"])
def test_less_than_one_point_apart(spacing_m, band):
    maps, plan = both(RadioSection(band=band), spacing_m)
    assert 0.2 < maps < 0.97
    assert maps == pytest.approx(plan, abs=0.01)


def test_an_antenna_without_directions_leaves_no_difference():
    radio = RadioSection(antenna={"pattern": "omni"})
    maps, plan = both(radio, 700.0, omni_pattern())
    assert maps == pytest.approx(plan, abs=0.001)


def test_the_main_direction_would_promise_more_than_the_maps_hold():
    maps, plan = both(RadioSection(antenna={"direction_in_budget": "main"}), 700.0)
    assert plan - maps > 0.05


def test_more_load_serves_fewer_people_in_both():
    low = both(RadioSection(cell_load=0.2), 700.0)
    high = both(RadioSection(cell_load=0.7), 700.0)
    assert high[0] < low[0]
    assert high[1] < low[1]


def test_radio_maps_of_a_plan_say_both():
    quick = {"area.cell_size_m": 200, "siting.improvement_rounds": 0, "target.stations_new": 200}
    plan = planner.run("qingzhen", quick | {"siting.certificate_iterations": 0})
    summary = planner.radio_maps(plan).summary
    maps, own = summary["people_served_share"], summary["people_served_share_by_plan"]
    assert maps > 0.05
    assert maps == pytest.approx(own, abs=0.01)


def test_radii_given_by_the_scenario_serve_everyone_within():
    classes = np.ones((1, 30), np.uint8)
    given = ServiceSection(radius_m={"urban": 500.0})
    shares = expected_shares(RadioSection(), given, classes, np.array([0]), 100.0)[0]
    assert shares.tolist() == [1.0] * 6 + [0.0] * 24


@pytest.mark.parametrize("spacing_m", [350.0, 900.0])
def test_users_that_differ_are_less_than_one_point_apart(spacing_m):
    """Any link may hold: the maps know where sectors face, the plan the mean of all directions."""
    radio, graded, grid = RadioSection(), ServiceSection(model="graded"), make_grid(90, 90, CELL_M)
    classes, cells = town(grid), stations(grid, spacing_m)
    kind = np.zeros(cells.size, np.int64)
    carriers = [(radio, radio.antenna.azimuths_deg)]
    maps = shares_in_directions(carriers, graded, sector_pattern(), classes, (cells, kind), CELL_M)
    plan = served_share(alike(classes), cells, kind, graded_links([(radio, graded)], CELL_M))
    people = PEOPLE[classes]
    served = [float((people * share).sum() / people.sum()) for share in (maps, plan)]
    assert 0.2 < served[1] < 0.97
    assert served[0] == pytest.approx(served[1], abs=0.01)
    assert np.abs(maps - plan).max() > 0.02


@pytest.mark.parametrize(("model", "relief_m"), [("disc", 600.0), ("graded", 300.0)])
def test_over_terrain_maps_and_plan_are_less_than_one_point_apart(tmp_path, model, relief_m):
    text = SCENARIO.split("[service.radius_m]")[0] + TERRAIN
    heights_m = fractal_terrain_m(140, relief_m=relief_m)[:100]
    path = write_hilly_study(tmp_path, heights_m.astype(np.float32), text)
    quick = {"service.model": model, "service.kind": "outdoor", "target.stations_new": 80,
             "siting.improvement_rounds": 0, "siting.certificate_iterations": 0}  # fmt: skip
    plan = planner.run(path, quick)
    summary = planner.radio_maps(plan).summary
    maps, own = summary["people_served_share"], summary["people_served_share_by_plan"]
    assert 0.2 < own < 0.97
    assert maps == pytest.approx(own, abs=0.01)
    smooth = planner.radio_maps(planner.run(path, quick | {"terrain": None})).summary
    assert own < smooth["people_served_share_by_plan"] - 0.003
    if model == "graded":
        assert own == pytest.approx(plan.summary["population_covered_share"], abs=0.002)


def test_radio_maps_of_a_graded_plan_agree_with_its_headline():
    quick = {"area.cell_size_m": 200, "siting.improvement_rounds": 0, "target.stations_new": 200,
             "siting.certificate_iterations": 0, "service.model": "graded"}  # fmt: skip
    plan = planner.run("qingzhen", quick)
    summary = planner.radio_maps(plan).summary
    headline = plan.summary["population_covered_share"]
    assert headline > 0.1
    assert summary["people_served_share_by_plan"] == pytest.approx(headline, abs=0.001)
    assert summary["people_served_share"] == pytest.approx(headline, abs=0.01)
