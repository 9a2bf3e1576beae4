"""Rate and error of the fast terrain tier, beside per-pixel profiles and the reference tier.

Run from the repository's root: ``python -m tests.benchmarks.bench_terrain``. The terrain is a
deterministic fractal of 1000 x 1000 cells of 100 m, the station a 30 m mast in its middle.
Rates on one core are by processor time, so that other work on the machine does not count.
"""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import numba
import numpy as np
import rasterio

from kernels.covering.greedy_list import greedy_list
from kernels.footprints.terrain_spans import ServiceTerms, terrain_footprints
from kernels.radio.models.p526 import VERTICAL
from kernels.radio.p1812.raster import raster_losses_db
from kernels.radio.p1812.terms import Conditions
from kernels.radio.terrain.fast_tier import terrain_diffraction_db, terrain_diffraction_parallel_db
from kernels.radio.terrain.rays import rays_of
from kernels.radio.terrain.tables import flat_losses_db, terrain_medium
from tests.kernels.fractal_terrain import fractal_terrain_m, naive_diffraction_db

MAST_M, RX_M, GHZ, EARTH_KM = 30.0, 1.5, 2.6, 8495.0
SIDE, CELL_KM = 1000, 0.1
REPEATS = 5
PIXELS_CHECKED = 6000
REFERENCE = Path(os.environ.get("PLANNER_REFERENCE_DATA", "../shared/reference"))


def best_s(function, clock=time.process_time):
    """Return the least time of some calls, the first (which may compile) not counted."""
    function()
    times = []
    for _ in range(REPEATS):
        started = clock()
        function()
        times.append(clock() - started)
    return min(times)


def pixels(radius_cells):
    """Number of cells within a radius, without the station's own."""
    y, x = np.mgrid[-radius_cells : radius_cells + 1, -radius_cells : radius_cells + 1]
    return int(np.count_nonzero(y**2 + x**2 <= radius_cells**2)) - 1


def print_error(name, terrain_m, station, losses_db, cell_km, radius_cells):
    """Print bias and spread of the excess against straight profiles to random pixels."""
    rng = np.random.default_rng(2020)
    errors, excesses, naive_s = [], [], 0.0
    for y, x in rng.integers(-radius_cells, radius_cells + 1, (PIXELS_CHECKED, 2)).tolist():
        receiver = (station[0] + y, station[1] + x)
        if not 4 <= y * y + x * x <= radius_cells**2:
            continue
        distance_km = math.hypot(y, x) * cell_km
        started = time.process_time()
        exact = naive_diffraction_db(
            terrain_m,
            station,
            receiver,
            mast_m=MAST_M,
            rx_height_m=RX_M,
            cell_km=cell_km,
            radius_km=EARTH_KM,
            frequency_ghz=GHZ,
        )
        naive_s += time.process_time() - started
        flat = flat_losses_db(
            np.array([distance_km]), MAST_M, RX_M, EARTH_KM, cell_km, GHZ, VERTICAL
        )[0]
        fast = losses_db[y + radius_cells, x + radius_cells]
        excesses.append(max(exact - flat, 0.0))
        errors.append(max(fast - flat, 0.0) - excesses[-1])
    low, high = np.percentile(errors, [5, 95])
    print(
        f"{name}: {len(errors):,} pixels, mean excess {np.mean(excesses):.1f} dB; error bias "
        f"{np.mean(errors):+.2f} dB, sigma {np.std(errors):.2f} dB, 5 % {low:+.1f}, "
        f"95 % {high:+.1f} (profile by profile: {len(errors) / naive_s:,.0f} pixels/s)"
    )


def print_sweep(terrain_m, radius_cells):
    """Print the rates of both tiers around the middle of the fractal, and the error."""
    middle = SIDE // 2
    ground_m = float(terrain_m[middle, middle])
    station = (middle, middle, ground_m + MAST_M)
    rays = rays_of(float(radius_cells), CELL_KM)
    medium = terrain_medium(GHZ, VERTICAL, EARTH_KM, radius_cells * CELL_KM, CELL_KM)
    fast_s = best_s(lambda: terrain_diffraction_db(terrain_m, station, RX_M, rays, medium))
    wall_s = best_s(
        lambda: terrain_diffraction_parallel_db(terrain_m, station, RX_M, rays, medium),
        time.perf_counter,
    )
    one_s = best_s(
        lambda: terrain_diffraction_db(terrain_m, station, RX_M, rays, medium), time.perf_counter
    )
    conditions = Conditions(GHZ, VERTICAL, MAST_M, RX_M)
    nothing, zones = np.zeros((0, 0), np.float32), np.zeros((0, 0), np.int8)
    full_s = best_s(
        lambda: raster_losses_db(
            terrain_m, nothing, zones, (middle, middle), 1000 * CELL_KM,
            1000 * CELL_KM * radius_cells, conditions,
        )
    )  # fmt: skip
    count = pixels(radius_cells)
    print(
        f"{radius_cells * CELL_KM:g} km, {count:,} pixels: fast tier {count / fast_s / 1e6:.2f} "
        f"million pixels/s on one core ({one_s / wall_s:.2f} times on "
        f"{numba.get_num_threads()} cores by the clock); P.1812 {count / full_s / 1e6:.2f}"
    )
    losses_db = terrain_diffraction_db(terrain_m, station, RX_M, rays, medium)
    name = f"  fractal to {radius_cells * CELL_KM:g} km"
    print_error(name, terrain_m, (middle, middle), losses_db, CELL_KM, radius_cells)


def print_mountains():
    """Print the error on the reference folder's mountains, at 30 m and averaged to 90 m."""
    path = REFERENCE / "terrain" / "srtm_30m.tif"
    if not path.is_file():
        print("no reference terrain: mountains left out")
        return
    with rasterio.open(path) as source:
        fine_m = source.read(1).astype(np.float32)
    rows, columns = (size // 3 * 3 for size in fine_m.shape)
    coarse_m = fine_m[:rows, :columns].reshape(rows // 3, 3, columns // 3, 3).mean((1, 3))
    for name, heights_m, cell_km in (("30 m", fine_m, 0.03), ("90 m", coarse_m, 0.09)):
        terrain_m = np.ascontiguousarray(heights_m, np.float32)
        radius_cells = min(terrain_m.shape) // 2 - 1
        row, column = terrain_m.shape[0] // 2, terrain_m.shape[1] // 2
        rays = rays_of(float(radius_cells), cell_km)
        medium = terrain_medium(GHZ, VERTICAL, EARTH_KM, radius_cells * cell_km, cell_km)
        station = (row, column, float(terrain_m[row, column]) + MAST_M)
        losses_db = terrain_diffraction_db(terrain_m, station, RX_M, rays, medium)
        text = f"  mountains of {name} to {radius_cells * cell_km:.1f} km"
        print_error(text, terrain_m, (row, column), losses_db, cell_km, radius_cells)


def print_footprints(terrain_m):
    """Print the rate at which footprints are built, and that of the greedy over them."""
    radius_cells = 17.0
    rays = rays_of(radius_cells, CELL_KM)
    medium = terrain_medium(GHZ, VERTICAL, EARTH_KM, radius_cells * CELL_KM, CELL_KM)
    distances = np.sqrt(np.arange(rays.reach**2 + 1))
    spare = 40.0 * np.log10(radius_cells / np.maximum(distances, 0.1))
    terms = ServiceTerms(np.array([MAST_M]), np.array([RX_M]), spare[None, None, None])
    area_class = np.zeros(terrain_m.shape, np.uint8)
    cells = np.arange(terrain_m.size, dtype=np.int64).reshape(terrain_m.shape)[4::8, 4::8].ravel()
    some = np.ascontiguousarray(cells[:4000])
    build_s = best_s(lambda: terrain_footprints(terrain_m, area_class, some, terms, rays, medium))
    runs = terrain_footprints(terrain_m, area_class, cells, terms, rays, medium)
    weight = np.random.default_rng(1).gamma(0.3, 30.0, terrain_m.shape)
    allowed, covered = np.ones(cells.size, bool), np.zeros(terrain_m.shape, bool)
    order_s = best_s(lambda: greedy_list(weight, runs, allowed, covered, 2000))
    print(
        f"footprints to 1.7 km: {some.size / build_s:,.0f} a second on one core, "
        f"{some.size * pixels(17) / build_s / 1e6:.1f} million pixels/s; {cells.size:,} of them "
        f"take {sum(part.nbytes for part in runs) / 1e6:.1f} MB; "
        f"2,000 stations of them in greedy order {order_s:.2f} s"
    )


def main():
    """Print every table."""
    terrain_m = fractal_terrain_m(SIDE)
    for radius_cells in (50, 200, 499):
        print_sweep(terrain_m, radius_cells)
    print_mountains()
    print_footprints(terrain_m)


if __name__ == "__main__":
    main()
