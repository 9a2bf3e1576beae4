"""Covered people over terrain, counted again with footprints on a grid nine times finer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import Transformer

import planner
from kernels.footprints.spans import cover_spans
from kernels.footprints.terrain_spans import terrain_footprints
from planner.ground.grid import LONLAT
from planner.ground.terrain import terrain_on_grid
from planner.radio.tiers import fast_tier
from planner.sites.equipment import network_kind
from tests.kernels.fractal_terrain import fractal_terrain_m
from tests.planner.results.test_fine_recount import (
    fine_people,
    fine_raster,
    square_kilometres,
    written,
)

__all__ = ["square_kilometres"]

FINER = 9
"""Odd, so that stations stand in the middle of a fine cell too."""

OVER_HILLS = """
target = { stations_new = 25 }
terrain = { tiles = [{ file = "hills.tif" }] }
service = { kind = "outdoor" }
"""


def write_hills(path: Path, relief_m: float) -> None:
    """Heights on pixels of about 70 m."""
    heights_m = fractal_terrain_m(256, relief_m=relief_m).astype(np.float32)
    step = 0.16 / 256
    with rasterio.open(
        path, "w", driver="GTiff", height=256, width=256, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(step, 0, 112.985, 0, -step, 23.15),
    ) as target:  # fmt: skip
        target.write(heights_m, 1)


def covered(plan: planner.Plan) -> np.ndarray:
    """Return which cells of the fine grid lie in the footprint of a station there."""
    grid, scenario = plan.area.grid, plan.scenario
    zone = np.repeat(np.repeat(plan.area.zone_index, FINER, axis=0), FINER, axis=1)
    area = replace(plan.area, grid=grid.finer(FINER), zone_index=zone)
    terrain = terrain_on_grid(scenario, area)
    kind = network_kind(scenario.radio, scenario.service, scenario.cost)
    tier = fast_tier(scenario.radio, scenario.service, terrain, kind.radii_m)
    to_grid = Transformer.from_crs(LONLAT, grid.crs, always_xy=True)
    x_m, y_m = to_grid.transform(plan.stations["lon"], plan.stations["lat"])
    classes = fine_raster(plan, plan.demand.area_class, FINER)
    spans = terrain_footprints(
        terrain.height_m,
        classes,
        area.grid.cells(x_m, y_m),
        tier.terms,
        tier.rays,
        tier.medium,
    )
    found = np.zeros(classes.shape, np.bool_)
    cover_spans(found, spans)
    return found.ravel()


def test_covered_people_over_terrain_agree(tmp_path: Path, square_kilometres: Path) -> None:
    write_hills(tmp_path / "hills.tif", 400.0)
    plan = planner.run(written(tmp_path, square_kilometres, (113.0, 23.0), 0.09, OVER_HILLS))
    _, here = fine_people(plan.area, square_kilometres, FINER)
    share = plan.summary["population_covered"] / plan.summary["population_total"]
    assert share == pytest.approx(here[covered(plan)].sum() / here.sum(), rel=3e-3)
    assert 0.3 < share < 0.9
    # Siting takes the heights of whole cells, which are smoother.
    assert plan.summary["people_by_siting"] > plan.summary["population_covered"] * 1.02
