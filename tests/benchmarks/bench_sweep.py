"""Rates of the sweep over a raster, and the radio maps of a whole province.

    python -m tests.benchmarks.bench_sweep [SCENARIO]

A rate is evaluations of one sector at one cell over seconds of wall clock; beside it the same over
seconds of processor time, which other work on the machine does not slow down. With a scenario, the
radio maps of its whole plan: time and peak memory.
"""

from __future__ import annotations

import resource
import sys
import time

import numba
import numpy as np
import pandas as pd
from affine import Affine

import planner
from kernels.radio.sweep.kept import nothing_served
from kernels.radio.sweep.sectors import TILE, sectors_by_tile
from kernels.radio.sweep.statistical import sweep
from planner.ground.grid import Grid, fitted_albers
from planner.ground.terrain import Terrain
from planner.radio.antenna import AntennaPattern, omni_pattern, sector_pattern
from planner.radio.radio_sweep import sweep_carrier, sweep_inputs
from planner.radio.sectors import sector_table
from planner.radio.terrain_sweep import TerrainSweep
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection
from tests.kernels.fractal_terrain import fractal_terrain_m

STATIONS, SIDE, CELL_M = 1000, 5000, 20.0
MASTS = 200
REPEATS = 3


def study(pattern: AntennaPattern, tilt_deg: float):
    """Return sectors, tables and tiles of 1,000 stations of one sector on 100 x 100 km."""
    crs = fitted_albers(113.0, 23.0, 114.0, 24.0)
    grid = Grid(crs, Affine(CELL_M, 0.0, -5e4, 0.0, -CELL_M, 5e4), SIDE, SIDE)
    rng = np.random.default_rng(2020)
    lon, lat = grid.lonlat(*rng.uniform(-5e4, 5e4, (2, STATIONS)))
    sites = pd.DataFrame({"site": "", "lon": lon, "lat": lat, "area_class": "urban"})
    sites["azimuths_deg"] = [(float(azimuth),) for azimuth in rng.uniform(0, 360, STATIONS)]
    radio = RadioSection(antenna={"mechanical_tilt_deg": tilt_deg})
    sectors = sector_table(sites, radio, pattern=pattern)
    emitters, tables = sweep_inputs(
        sectors, radio, ServiceSection(), patterns={"": pattern}, grid=grid, users=["urban"]
    )
    tiles = -(-SIDE // TILE)
    start, sector = sectors_by_tile(emitters.place_m, emitters.reach_m, CELL_M, tiles, tiles)
    return emitters, tables, start, sector, np.ones(tiles * tiles, np.bool_)


def rates(
    pattern: AntennaPattern, *, full: bool, tilt_deg: float = 0.0
) -> dict[int, tuple[float, float]]:
    """Return the best rates of some repeats by number of cores: of the clock, of the processor."""
    emitters, tables, start, sector, wanted = study(pattern, tilt_deg)
    cores = numba.config.NUMBA_NUM_THREADS
    shown = {}
    for threads in sorted({1, cores}):
        numba.set_num_threads(threads)
        walls, work = [], []
        for _ in range(REPEATS + 1):
            least = np.full((SIDE, SIDE), 1e-10, np.float32) if full else None
            served = nothing_served(SIDE, SIDE, least)
            wall, cpu = time.perf_counter(), time.process_time()
            count = sweep(CELL_M, emitters, tables, start, sector, wanted, served).sum()
            walls.append(time.perf_counter() - wall)
            work.append(time.process_time() - cpu)
        # The first compiles, or reads what was compiled.
        shown[threads] = count / min(walls[1:]) / 1e6, count / min(work[1:]) / 1e6
    numba.set_num_threads(cores)
    return shown


def numpy_rate() -> float:
    """Return the rate (M/s of processor time) of the same layers by NumPy, whole arrays at a time.

    A yardstick for the machine: logarithm, arc tangent and power at every cell of the squares
    around some sectors.
    """
    side, sectors = int(2 * 5000 / CELL_M), 10
    best, second, others, loaded = np.zeros((4, side, side), np.float32)
    servers, server = np.zeros((2, side, side), np.int32)
    north, east = np.indices((side, side), np.float32) * CELL_M - 5000.0
    began = time.process_time()
    for i, (x, y, facing) in enumerate(
        np.random.default_rng(2020).uniform(-500, 500, (sectors, 3))
    ):
        away = np.hypot(east - x, north - y) + 10.0
        azimuth = np.remainder(np.degrees(np.arctan2(east - x, north - y)) - facing, 360.0) - 180.0
        down = np.degrees(np.arctan(23.5 / away)) - 6.0
        loss = np.minimum(12 * (azimuth / 65) ** 2 + 12 * (down / 10) ** 2, 30.0)
        power = 10.0 ** (-0.1 * (loss + 13.5 + 39.1 * np.log10(away)))
        better = power > best
        others += np.where(better, loaded, power * np.float32(0.5))
        loaded = np.where(better, power * np.float32(0.5), loaded)
        second = np.maximum(second, np.minimum(power, best))
        servers += power >= 1e-10
        server = np.where(better, i, server)
        best = np.maximum(best, power)
    return sectors * side * side / (time.process_time() - began) / 1e6


def rate(name: str, pattern: AntennaPattern, *, full: bool, tilt_deg: float = 0.0) -> None:
    """Print the best rates for one core and for all."""
    shown, cores = rates(pattern, full=full, tilt_deg=tilt_deg), numba.config.NUMBA_NUM_THREADS
    one, both = shown[1], shown[cores]
    print(
        f"  {name:<52} {one[0]:7,.0f} M/s one core ({one[1]:,.0f} of processor time)   "
        f"{both[0]:7,.0f} M/s on {cores} ({both[0] / one[0]:.2f} times)",
        flush=True,
    )


def terrain_maps() -> None:
    """Print the rates of the maps of 200 sites of three sectors by each tier, all included."""
    crs = fitted_albers(113.0, 23.0, 114.0, 24.0)
    grid = Grid(crs, Affine(100.0, 0.0, -5e4, 0.0, -100.0, 5e4), 1000, 1000)
    rng = np.random.default_rng(2020)
    lon, lat = grid.lonlat(*rng.uniform(-4.5e4, 4.5e4, (2, MASTS)))
    sites = pd.DataFrame({"site": "", "lon": lon, "lat": lat, "area_class": "rural"})
    radio, service, pattern = RadioSection(), ServiceSection(), sector_pattern()
    sectors = sector_table(sites, radio, pattern=pattern)
    height_m, everywhere = fractal_terrain_m(1000), np.ones(grid.shape, np.bool_)
    terrain = Terrain(grid, height_m, everywhere, ~everywhere, None, 4.0 / 3.0, 0)
    cells = MASTS * np.pi * (radio.maps.reach_m / grid.cell_size_m) ** 2
    print(f"{MASTS} sites of 3 sectors, 5 km, 100 m, fractal terrain; cells around sites, all maps")
    for tier in ("smooth earth", "fast", "reference"):
        over = TerrainSweep(terrain, tier, radio.frequency_ghz, service.outdoor_ue_height_m)
        walls, work = [], []
        for _ in range(REPEATS + 1):
            wall, cpu = time.perf_counter(), time.process_time()
            sweep_carrier(
                sectors, radio, service, patterns={"": pattern}, grid=grid,
                area_class=np.full(grid.shape, 3, np.uint8),
                terrain=None if tier == "smooth earth" else over,
            )  # fmt: skip
            walls.append(time.perf_counter() - wall)
            work.append(time.process_time() - cpu)
        wall, cpu = min(walls[1:]), min(work[1:])
        print(
            f"  {tier:<52} {cells / cpu / 1e6:7.2f} M/s of processor time "
            f"({cells / wall / 1e6:.2f} by the clock, {numba.get_num_threads()} cores)",
            flush=True,
        )


def province(name: str) -> None:
    """Print time and memory of the radio maps of a whole plan."""
    plan = planner.run(name)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wall, cpu = time.perf_counter(), time.process_time()
    maps = planner.radio_maps(plan)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    height, width = maps.grid.shape
    print(
        f"{name}: {len(maps.sectors):,} sectors on {height} x {width} cells of "
        f"{maps.grid.cell_size_m:g} m: RSRP, best server, SINR, throughput, servers and shares in "
        f"{wall:.1f} s ({cpu:.1f} s of processor time); peak {peak:,.0f} MB, plan alone "
        f"{before:,.0f} MB"
    )


def main(names: list[str]) -> None:
    """Print the rates; with names of scenarios, their radio maps as well."""
    print(f"{STATIONS:,} sectors, 5 km, {SIDE} x {SIDE} cells of {CELL_M:g} m, urban macro")
    rate("omni: running maximum and best server", omni_pattern(), full=False)
    rate("omni: all (second, interference, servers)", omni_pattern(), full=True)
    rate("sector: running maximum and best server", sector_pattern(), full=False)
    rate("sector: all (second, interference, servers)", sector_pattern(), full=True)
    rate("sector with mechanical tilt: all", sector_pattern(), full=True, tilt_deg=5.0)
    print(f"  {'sector: all, by NumPy':<52} {numpy_rate():7,.0f} M/s of processor time")
    terrain_maps()
    for name in names:
        province(name)


if __name__ == "__main__":
    main(sys.argv[1:])
