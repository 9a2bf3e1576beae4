"""Rates of P.1812 on a fractal terrain of 1000 x 1000 cells of 100 m, mast of 30 m, at 2.6 GHz.

Run from the repository's root: ``python -m tests.benchmarks.bench_p1812``. Pixels are the cells
within the radius, each computed once. One core: by processor time, so that a busy machine does
not count, and by the clock. All cores: by the clock.
"""

from __future__ import annotations

import time

import numba
import numpy as np

from kernels.radio.p1812.path import path_loss_db
from kernels.radio.p1812.radial import radial_losses_db
from kernels.radio.p1812.raster import raster_losses_db, raster_losses_parallel_db
from kernels.radio.p1812.terms import INLAND, Conditions
from tests.benchmarks.radio_peers import print_beside_peers

SIZE = 1000
CELL_M = 100.0
HURST = 0.8
RELIEF_M = 200.0
NO_CLUTTER = np.empty((0, 0))
NO_ZONES = np.empty((0, 0), np.int8)
# Whole P.1812 on every pixel: pixels a second that the project asks of one core.
TARGETS = {20_000.0: 500_000, 50_000.0: 170_000}


def fractal_terrain(size=SIZE, seed=1812):
    """Heights in m whose spectrum falls with the wave number to the power -(Hurst + 1)."""
    rng = np.random.default_rng(seed)
    wave = np.hypot(*np.meshgrid(np.fft.fftfreq(size), np.fft.rfftfreq(size), indexing="ij"))
    wave[0, 0] = 1.0
    spectrum = wave ** -(HURST + 1.0) * np.exp(2j * np.pi * rng.random(wave.shape))
    spectrum[0, 0] = 0.0
    heights = np.fft.irfft2(spectrum, (size, size))
    heights *= RELIEF_M / heights.std()
    return heights - heights.min()


def seconds(call, repeats=3):
    """Return the least processor time and the least time by the clock, and the result."""
    processor, clock = [], []
    for _ in range(repeats):
        start = time.process_time(), time.perf_counter()
        result = call()
        processor.append(time.process_time() - start[0])
        clock.append(time.perf_counter() - start[1])
    return min(processor), min(clock), result


def sweep(kernel, terrain, radius_m, percent, rays_per_cell=2):
    """One station in the middle of the terrain."""
    conditions = Conditions(2.6, 2, 30.0, 1.5, percent)
    middle = terrain.shape[0] // 2
    return kernel(
        terrain, NO_CLUTTER, NO_ZONES, (middle, middle), CELL_M, radius_m, conditions, rays_per_cell
    )


def print_rasters(terrain):
    """Print pixels a second to 20 and 50 km, for the median and for 10 percent of time."""
    print(
        f"{'whole P.1812, every pixel':28}{'pixels':>10}{'px/s one core':>15}{'by clock':>12}"
        f"{'target':>10}{'all cores':>12}{'times':>7}"
    )
    for radius_m, target in TARGETS.items():
        for percent in (50.0, 10.0):
            core_s, clock_s, losses = seconds(
                lambda r=radius_m, p=percent: sweep(raster_losses_db, terrain, r, p)
            )
            _, all_s, _ = seconds(
                lambda r=radius_m, p=percent: sweep(raster_losses_parallel_db, terrain, r, p)
            )
            count = int(np.isfinite(losses).sum())
            print(
                f"{f'{radius_m / 1e3:.0f} km, {percent:.0f} % of time':28}{count:>10,}"
                f"{count / core_s:>15,.0f}{count / clock_s:>12,.0f}{target:>10,}"
                f"{count / all_s:>12,.0f}{clock_s / all_s:>7.2f}"
            )
    print(f"all cores: {numba.get_num_threads()}")


def radial_rates(terrain, percent=10.0):
    """Return receivers a second path by path and along one radial of 20 km; largest difference."""
    heights = terrain[SIZE // 2, SIZE // 2 :][:201].copy()
    clutter, zones = np.zeros(heights.size), np.full(heights.size, INLAND, np.int8)
    conditions = Conditions(2.6, 2, 30.0, 1.5, percent)
    d = CELL_M / 1e3 * np.arange(heights.size)

    def one_by_one():
        losses = np.full(heights.size, np.nan)
        for i in range(2, heights.size):
            cut = slice(0, i + 1)
            losses[i] = path_loss_db(d[cut], heights[cut], clutter[cut], zones[cut], conditions)
        return losses

    def along():
        return radial_losses_db(CELL_M / 1e3, heights, clutter, zones, conditions)

    one_by_one(), along()
    path_s, _, paths = seconds(one_by_one)
    radial_s, _, radial = seconds(along)
    return heights.size / path_s, heights.size / radial_s, np.nanmax(np.abs(paths - radial))


def print_paths(terrain):
    """Print receivers a second along one radial, and path by path, and their difference."""
    one_by_one, along, error_db = radial_rates(terrain)
    print(
        f"one radial of 20 km: path by path {one_by_one:,.0f} receivers/s, together {along:,.0f}; "
        f"largest difference {error_db:.1e} dB"
    )


def own_line_loss_db(terrain, offset, conditions):
    """Loss to a cell over the straight line to its centre, a point in every column."""
    count = max(abs(x) for x in offset)
    along = np.arange(count + 1) / count
    row, column = (SIZE // 2 + along * x for x in offset)
    low_row, low_column = np.floor(row).astype(int), np.floor(column).astype(int)
    up, right = row - low_row, column - low_column
    heights = (1 - up) * (
        (1 - right) * terrain[low_row, low_column] + right * terrain[low_row, low_column + 1]
    ) + up * (
        (1 - right) * terrain[low_row + 1, low_column]
        + right * terrain[low_row + 1, low_column + 1]
    )
    d = along * np.hypot(*offset) * CELL_M / 1e3
    zones = np.full(count + 1, INLAND, np.int8)
    return path_loss_db(d, heights, np.zeros(count + 1), zones, conditions)


def print_against_own_lines(terrain, n_cells=3000):
    """Print how far shared rays are from each cell's own line, and what more rays cost."""
    rng = np.random.default_rng(20)
    reach = 200
    angle, far = rng.uniform(0, 2 * np.pi, n_cells), reach * np.sqrt(rng.random(n_cells))
    offsets = np.rint(np.stack([far * np.sin(angle), far * np.cos(angle)], axis=1)).astype(int)
    size = np.hypot(*offsets.T)
    offsets = offsets[(size <= reach) & (np.abs(offsets).max(axis=1) >= 2)]
    conditions = Conditions(2.6, 2, 30.0, 1.5, 50.0)
    exact = np.array([own_line_loss_db(terrain, tuple(x), conditions) for x in offsets])
    print("shared rays against each cell's own line, to 20 km, 50 % of time:")
    for rays in (1, 2, 4):
        core_s, _, losses = seconds(
            lambda n=rays: sweep(raster_losses_db, terrain, 20_000.0, 50.0, n)
        )
        error = losses[offsets[:, 0] + reach, offsets[:, 1] + reach] - exact
        print(
            f"  {rays} to a rim cell: mean {error.mean():+.3f} dB, standard deviation "
            f"{error.std():.2f} dB, median {np.median(np.abs(error)):.3f} dB; "
            f"{np.isfinite(losses).sum() / core_s:,.0f} px/s"
        )


def main():
    """Compile, then print the tables."""
    terrain = fractal_terrain()
    for kernel in (raster_losses_db, raster_losses_parallel_db):
        sweep(kernel, terrain, 1000.0, 50.0)
    print_paths(terrain)
    print_rasters(terrain)
    print_against_own_lines(terrain)
    print_beside_peers(terrain)


if __name__ == "__main__":
    main()
