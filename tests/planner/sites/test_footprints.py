"""Footprints: discs on flat land, shadows behind a ridge, and siting that takes either."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import planner
from kernels.footprints.disc_spans import disc_spans
from planner.ground.area import study_area
from planner.ground.demand import demand_on_grid
from planner.ground.ground import Ground
from planner.ground.terrain import terrain_on_grid
from planner.radio.tiers import FAST_TIER, SMOOTH_EARTH_TIER, fast_tier
from planner.radio_comparison import compare_tiers
from planner.scenario import load_scenario
from planner.sites.candidates import candidate_sites
from planner.sites.equipment import network_kind
from planner.sites.footprints import DiscFootprints, SpanFootprints, footprints_of
from planner.siting import site_stations
from tests.planner.hills import RIDGE_LON, hills_m, write_hilly_study
from tests.planner.study import SCENARIO, points

CELL_M = 250.0
RADII_M = (800.0, 1000.0, 1500.0, 2000.0)


def study(path: Path, *overrides: str):
    scenario = load_scenario(path, overrides)
    area = study_area(scenario, CELL_M)
    demand = demand_on_grid(scenario, area)
    candidates = candidate_sites(scenario, area, demand, RADII_M)
    return scenario, Ground(area, demand, terrain_on_grid(scenario, area)), candidates


def shaped_and_discs(scenario, ground: Ground, candidates):
    kind = replace(network_kind(scenario.radio, scenario.service, scenario.cost), given_m=RADII_M)
    shaped = footprints_of(kind, ground, candidates)
    return shaped, footprints_of(kind, replace(ground, terrain=None), candidates)


def test_on_flat_land_terrain_serves_what_discs_serve(tmp_path: Path) -> None:
    path = write_hilly_study(tmp_path, np.full_like(hills_m(), 80.0))
    # Without a baseline: where gains tie, the two round people to different units.
    # Without improvement: the annealing of discs is not that of other shapes.
    greedy = ("target.stations_baseline=0", "siting.improvement_rounds=0")
    scenario, ground, candidates = study(path, *greedy)
    shaped, discs = shaped_and_discs(scenario, ground, candidates)
    assert isinstance(shaped, SpanFootprints)
    for cell in shaped.cell[::37]:
        by_terrain = np.zeros(ground.area.grid.shape, bool)
        by_disc = by_terrain.copy()
        shaped.cover(by_terrain, np.array([cell]))
        discs.cover(by_disc, np.array([cell]))
        assert (by_terrain == by_disc).all()
    first = site_stations(scenario, ground, candidates, RADII_M, shaped)
    second = site_stations(scenario, ground, candidates, RADII_M, discs)
    assert first.cell.tolist() == second.cell.tolist()
    assert first.people_gained == pytest.approx(second.people_gained)
    assert (first.radio_tier, second.radio_tier) == (FAST_TIER, SMOOTH_EARTH_TIER)


def test_spans_that_are_known_are_those_compiled_anew() -> None:
    random = np.random.default_rng(4)
    area_class = random.integers(0, 3, (40, 50), np.uint8)
    radii, every = np.array([[2.0, 3.0, 4.5], [0.0, 1.0, 2.0]]), random.permutation(2000)
    discs = DiscFootprints(area_class, radii)
    asked = (every[:50], every[:20], every[:90], every[:0], every[5:60], every[:90][::-1])
    for cells in (*asked, np.concatenate([every[:30], every[60:70]]), every[:31]):
        for found, expected in zip(
            discs.spans_of(cells), disc_spans(area_class, radii, cells), strict=True
        ):
            assert found.dtype == expected.dtype
            assert found.tolist() == expected.tolist()
    larger = replace(discs, radius_cells=radii + 1.0)
    anew = disc_spans(area_class, radii + 1.0, cells)
    for own, fresh in zip(larger.spans_of(cells), anew, strict=True):
        np.testing.assert_array_equal(own, fresh)


def test_a_ridge_keeps_its_far_side_from_being_served(tmp_path: Path) -> None:
    path = write_hilly_study(tmp_path)
    file = points(tmp_path / "s.csv", [(RIDGE_LON - 0.010, 23.08)])
    scenario, ground, candidates = study(path, f"sites.existing={file}")
    area = ground.area
    shaped, discs = shaped_and_discs(scenario, ground, candidates)
    served = np.zeros(area.grid.shape, bool)
    disc = served.copy()
    shaped.cover(served, candidates.existing.cell)
    discs.cover(disc, candidates.existing.cell)
    lon, _ = area.grid.lonlat(*area.grid.xy_m(np.arange(served.size)))
    far = (lon > RIDGE_LON + 0.004).reshape(served.shape)
    assert (disc & far).any()
    assert not (served & far).any()
    assert (served <= disc).all()
    near = (lon < RIDGE_LON - 0.006).reshape(served.shape)
    assert (served[near] == disc[near]).all()


def test_every_station_of_a_terrain_plan_is_a_candidate_and_recounted(tmp_path: Path) -> None:
    path = write_hilly_study(tmp_path)
    plan = planner.run(path)
    assert plan.summary["radio_tier"] == FAST_TIER
    assert {row["role"] for row in plan.provenance["inputs"]} >= {"terrain 1"}
    assert list(plan.stations["role"]) == ["baseline"] * 3 + ["new"] * 6
    people = float(np.nansum(plan.demand.people * plan.coverage.share, dtype=float))
    assert plan.summary["population_covered"] == pytest.approx(people, rel=1e-6)
    smooth = planner.run(write_hilly_study(tmp_path / "smooth", text=SCENARIO))
    assert smooth.summary["radio_tier"] == SMOOTH_EARTH_TIER
    assert plan.summary["population_covered"] <= smooth.summary["population_covered"]


def test_candidates_are_thinned_as_the_scenario_says(tmp_path: Path) -> None:
    path = write_hilly_study(tmp_path)
    half = study(path)[2].allowed.sum()
    whole = study(path, "terrain.candidate_spacing_share_of_radius=1.0")[2].allowed.sum()
    named = study(path, "candidates.spacing_share_of_radius=1.0")[2].allowed.sum()
    assert 0 < whole == named < half / 2


def test_building_in_tiles_tells_its_progress(tmp_path: Path) -> None:
    scenario, ground, candidates = study(write_hilly_study(tmp_path))
    counted: list[int] = []
    shaped = footprints_of(
        network_kind(scenario.radio, scenario.service, scenario.cost),
        ground,
        candidates,
        progress=counted.append,
    )
    assert sum(counted) == shaped.cell.size
    with pytest.raises(ValueError, match="no footprint"):
        shaped.cover(np.zeros(ground.area.grid.shape, bool), np.array([1]))


def test_the_fast_tier_is_the_median_of_the_model_on_flat_land(tmp_path: Path) -> None:
    path = write_hilly_study(tmp_path, np.full_like(hills_m(), 80.0))
    scenario, ground, _ = study(path)
    area, terrain = ground.area, ground.terrain
    tier = fast_tier(scenario.radio, scenario.service, terrain, [RADII_M], 4000.0)
    cell = int(np.flatnonzero(area.zone_index.ravel() >= 0)[2000])
    losses_db = tier.losses_db(terrain, cell, 3, 3)
    known = np.isfinite(losses_db)
    np.testing.assert_allclose(losses_db[known], tier.medians_db(3)[known], atol=0.2)


def test_terrain_error_sees_what_terrain_explains(tmp_path: Path) -> None:
    scenario = load_scenario(write_hilly_study(tmp_path), ["area.cell_size_m=250", "seed=4"])
    error = compare_tiers(scenario, stations=3, reach_m=3000.0)
    by_what = {(one.what, one.area_class): one for one in error.deviations}
    fast = by_what["fast less reference", ""]
    smooth = by_what["smooth Earth less reference", ""]
    own = by_what["fast diffraction less profile's own", ""]
    assert fast.pixels == smooth.pixels > 500
    assert fast.sigma_db < 0.7 * smooth.sigma_db
    assert abs(own.bias_db) < 0.5
    assert own.sigma_db < 2.0
    assert error == compare_tiers(scenario, stations=3, reach_m=3000.0)
    assert "fast less reference" in error.as_text()


def test_a_smooth_earth_has_no_terrain_error(tmp_path: Path) -> None:
    scenario = load_scenario(write_hilly_study(tmp_path, text=SCENARIO))
    with pytest.raises(planner.InputError, match="the scenario has no terrain"):
        compare_tiers(scenario, stations=3, reach_m=3000.0)


def test_a_radius_between_two_cells_serves_nothing_beyond_it(tmp_path: Path) -> None:
    path = write_hilly_study(tmp_path, np.full_like(hills_m(), 80.0))
    scenario = load_scenario(path, [])
    area = study_area(scenario, 170.0)
    demand = demand_on_grid(scenario, area)
    candidates = candidate_sites(scenario, area, demand, RADII_M)
    ground = Ground(area, demand, terrain_on_grid(scenario, area))
    shaped, discs = shaped_and_discs(scenario, ground, candidates)
    assert shaped.cell.size > 11
    for cell in shaped.cell[::11]:
        by_terrain = np.zeros(area.grid.shape, bool)
        by_disc = by_terrain.copy()
        shaped.cover(by_terrain, np.array([cell]))
        discs.cover(by_disc, np.array([cell]))
        assert (by_terrain == by_disc).all()
