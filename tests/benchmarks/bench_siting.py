"""Time and memory of the siting kernel, beside the naive twin.

Run from the repository's root: ``python -m tests.benchmarks.bench_siting``. The population is
synthetic (a log-normal field, drawn at 1 km, repeated to 100 m); with the reference folder,
its largest raster is run too.
"""

from __future__ import annotations

import os
import resource
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter

from kernels.covering.greedy_raster import greedy_order
from kernels.footprints.field import Field
from tests.kernels.cases import covered_weight
from tests.kernels.naive import naive_greedy_order

RADII_M = np.array([283.0, 400.0, 700.0, 1700.0])
CLASS_FROM_PEOPLE_PER_KM2 = (10_000, 3_000, 500)
CELL_M = 100.0
REFERENCE = Path(os.environ.get("PLANNER_REFERENCE_DATA", "../shared/reference"))


@dataclass(frozen=True)
class RasterCase:
    """One raster to plan on; the arrays are those of ``greedy_order``."""

    name: str
    weight: np.ndarray
    area_class: np.ndarray
    radius_cells: np.ndarray
    candidate: np.ndarray
    n_stations: int

    def order(self, planner=greedy_order, n_stations=None):
        covered = np.zeros(self.weight.shape, bool)
        field = Field(self.weight, self.area_class, self.radius_cells, self.candidate, covered)
        return planner(field, n_stations or self.n_stations)

    @property
    def land(self):
        return int((self.area_class != 255).sum())


def clustered_case(name, shape_km, people, n_stations, land_share=0.4, thinned=False):
    """Towns on a log-normal field over as much land as asked for, classes by smoothed density."""
    rng = np.random.default_rng(2020)

    def field(sigma_km):
        values = gaussian_filter(rng.normal(size=shape_km), sigma_km)
        return values / values.std()

    relief = field(60)
    land = relief > np.quantile(relief, 1 - land_share)
    density = np.exp(1.5 * field(8) + 1.3 * field(1)) * land
    density *= people / density.sum()
    cells_per_km = int(1000 / CELL_M)

    def at_cells(raster):
        return np.repeat(np.repeat(raster, cells_per_km, axis=0), cells_per_km, axis=1)

    area_class = np.where(land, 3, 255).astype(np.uint8)
    smooth = uniform_filter(density, 3)
    for rank, threshold in reversed(list(enumerate(CLASS_FROM_PEOPLE_PER_KM2))):
        area_class[land & (smooth > threshold)] = rank
    area_class = at_cells(area_class)
    candidate = area_class != 255
    if thinned:
        candidate = _every_quarter_radius(area_class)
    weight = at_cells(density / cells_per_km**2).astype(np.float32)
    return RasterCase(name, weight, area_class, RADII_M / CELL_M, candidate, n_stations)


def _every_quarter_radius(area_class):
    row, column = np.ogrid[: area_class.shape[0], : area_class.shape[1]]
    candidate = np.zeros(area_class.shape, bool)
    for rank, radius in enumerate(RADII_M / CELL_M):
        step = max(1, int(radius // 4))
        candidate |= (area_class == rank) & (row % step == 0) & (column % step == 0)
    return candidate


def reference_case():
    """Raster06 of the reference: 2000 x 2000 cells, 20,000 stations, every cell a candidate."""
    path = REFERENCE / "siting" / "raster" / "raster06_2000x2000_p20000.npz"
    if not path.is_file():
        print(f"raster06 left out: no {path} (set PLANNER_REFERENCE_DATA)")
        return None
    with np.load(path) as data:
        weight, radius, count = data["pop"].astype(np.float32), data["radius_cells"], data["p"]
    everywhere = np.ones(weight.shape, bool)
    area_class = np.zeros(weight.shape, np.uint8)
    return RasterCase("raster06", weight, area_class, radius.reshape(1), everywhere, int(count))


def timed(call):
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def print_kernel(case):
    """Print one line: size, seconds, cells per second, covered share, peak memory."""
    seconds, (sites, _) = timed(case.order)
    recount, covered = timed(
        lambda: covered_weight(case.weight, case.area_class, case.radius_cells, sites)
    )
    share = covered / case.weight.sum(dtype=np.float64)
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{case.name:28}{case.land:>12,}{int(case.candidate.sum()):>12,}{sites.size:>10,}"
        f"{share:>9.2%}{seconds:>9.2f}{case.land / seconds:>13,.0f}{recount:>9.2f}{peak_gb:>8.2f}"
    )


def print_against_naive(case, n_stations):
    """Print the naive twin's seconds for a few stations, and the kernel's for the same few."""
    naive_s, (expected, _) = timed(
        lambda: case.order(lambda field, n: naive_greedy_order(*field, n), n_stations)
    )
    kernel_s, (sites, _) = timed(lambda: case.order(n_stations=n_stations))
    same = "same sites" if np.array_equal(sites, expected) else "OTHER SITES"
    print(
        f"naive twin, {case.land:,} cells, {n_stations} stations: {naive_s:.2f} s; "
        f"kernel {kernel_s:.5f} s; {naive_s / kernel_s:,.0f} times as fast, {same}"
    )


def main():
    """Compile on a small raster, then print the table."""
    small = clustered_case("20 x 20 km", (20, 20), 400_000, 300, land_share=1.0)
    covered_weight(small.weight, small.area_class, small.radius_cells, small.order()[0])
    print_against_naive(small, 50)
    print(
        f"{'case':28}{'land cells':>12}{'candidates':>12}{'stations':>10}{'covered':>9}"
        f"{'s':>9}{'cells/s':>13}{'recount':>9}{'peak GB':>8}"
    )
    raster06 = reference_case()
    if raster06 is not None:
        print_kernel(raster06)
    province = {"shape_km": (620, 730), "people": 126e6, "n_stations": 97_000}
    print_kernel(clustered_case("province, thinned", **province, thinned=True))
    print_kernel(clustered_case("province, every land cell", **province))


if __name__ == "__main__":
    main()
