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
from kernels.compiled import compiled
from kernels.radio.sweep.kept import nothing_served
from kernels.radio.sweep.sectors import TILE, row_span, sectors_by_tile
from kernels.radio.sweep.statistical import sweep
from kernels.radio.sweep.table import ANGLE_SEGMENTS, MANTISSA_SHIFT
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
PLAIN_TILES = 100
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


@compiled
def plain_sweep(cell_m, emitters, tables, tile_start, tile_sector, served):
    """Sweep sectors with all layers by the same tables, cell by cell; return the cells evaluated.

    Only antennas with a direction, users of the first class.
    """
    columns, path, lobe, around = -(-SIDE // TILE), tables.path, tables.lobe, tables.around
    count = 0
    for tile in range(tile_start.size - 1):
        top, left = tile // columns * TILE, tile % columns * TILE
        for i in tile_sector[tile_start[tile] : tile_start[tile + 1]]:
            east, north = emitters.facing[i]
            k0, p = emitters.range_table[i], emitters.pattern[i]
            for row in range(top, min(top + TILE, SIDE)):
                begin, end, v = row_span(emitters, i, cell_m, row, left, min(left + TILE, SIDE))
                for column in range(begin, end):
                    u = np.float32((column + 0.5) * cell_m - emitters.place_m[i, 0])
                    v = np.float32(v)
                    squared = np.float32(max(u * u + v * v, tables.least_m2))
                    k = (squared.view(np.int32) >> MANTISSA_SHIFT) - tables.first_segment
                    turn = np.float32(1.0) - (u * east + v * north) / (
                        abs(u * east + v * north) + abs(u * north - v * east) + np.float32(1e-20)
                    )
                    if u * north < v * east:
                        turn = np.float32(4.0) - turn
                    a = int(turn * np.float32(ANGLE_SEGMENTS / 4))
                    gain = around[p, a, 0] + around[p, a, 1] * turn
                    front = (lobe[k0, k, 0] + lobe[k0, k, 1] * squared) * gain
                    least = (path[k0, k, 0] + path[k0, k, 1] * squared) * tables.floor[p]
                    power = emitters.power_mw[i] * max(front, least)
                    served.servers[row, column] += power >= served.least_mw[row, column]
                    best = served.best_mw[row, column]
                    served.second_mw[row, column] = max(
                        served.second_mw[row, column], min(power, best)
                    )
                    if power > best:
                        served.others_mw[row, column] += served.loaded_mw[row, column]
                        served.loaded_mw[row, column] = power * emitters.load[i]
                        served.best_mw[row, column] = power
                        served.server[row, column] = i
                    else:
                        served.others_mw[row, column] += power * emitters.load[i]
                count += max(end - begin, 0)
    return count


def plain_rate() -> float:
    """Return the rate (M/s of processor time) of :func:`plain_sweep` on a part of the tiles.

    A yardstick for the machine: that of the sweep hangs on the same caches and tables.
    """
    emitters, tables, start, sector, _ = study(sector_pattern(), 0.0)
    work = []
    for _ in range(REPEATS + 1):
        served = nothing_served(SIDE, SIDE, np.full((SIDE, SIDE), 1e-10, np.float32))
        cpu = time.process_time()
        count = plain_sweep(CELL_M, emitters, tables, start[:PLAIN_TILES], sector, served)
        work.append(time.process_time() - cpu)
    return count / min(work[1:]) / 1e6


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
                sectors, radio, service, pattern=pattern, grid=grid,
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
    print(f"  {'sector: all, cell by cell':<52} {plain_rate():7,.0f} M/s of processor time")
    terrain_maps()
    for name in names:
        province(name)


if __name__ == "__main__":
    main(sys.argv[1:])
