"""Time, memory and gap of the improved plan and of its upper bound.

Run from the repository's root: ``python -m tests.benchmarks.bench_certificate``; with
``--province`` also a synthetic province of 45 million cells (minutes). The gap is
(bound - plan) / bound. The rasters are those of the reference folder.
"""

from __future__ import annotations

import json
import resource
import sys

import numpy as np

from kernels.covering.bound_check import CheckedKind, check_bound, price_in_discs
from kernels.covering.bound_curve import tightest
from kernels.covering.bound_limits import Limits
from kernels.covering.bound_search import Start, upper_bound, upper_bounds
from kernels.covering.bound_value import Kind, ToCover
from kernels.covering.cooling import Cooling
from kernels.covering.greedy_raster import greedy_order
from kernels.covering.improve_raster import improve
from kernels.footprints.disc_sums import DiscSums
from kernels.footprints.field import Field
from planner.certificate.certificate import WORK_ALONG, automatic_steps
from planner.certificate.limits import ALONG
from planner.sites.footprints import DiscFootprints
from planner.siting.effort import Improvement
from planner.siting.nested import improved_nested
from tests.benchmarks.bench_siting import REFERENCE, clustered_case, timed

NESTED = 50_000


def raster(name):
    """Return the row of a reference raster in its index, and the arrays of its problem."""
    folder = REFERENCE / "siting" / "raster"
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    row = next(row for row in rows if row["name"] == name)
    with np.load(folder / f"{name}.npz") as data:
        weight, radius = data["pop"].astype(np.float32), [float(data["radius_cells"])]
    return row, place_of(weight, np.zeros(weight.shape, np.uint8), radius)


def place_of(weight, area_class, radius_cells):
    nothing = np.zeros(weight.shape, bool)
    return Field(weight, area_class, radius_cells, area_class != 255, nothing)


def problem_of(place):
    """Return what there is to cover, and the stations that may cover it."""
    weight, area_class, radius_cells, candidate, covered = place
    sums = DiscSums(area_class, np.asarray(radius_cells, float), candidate)
    return ToCover(weight, covered), Kind(candidate, sums)


def checked(place, multipliers, limits):
    """Return the bound by code that shares nothing with the search."""
    weight, area_class, radius_cells, candidate, covered = place
    kind = CheckedKind(
        candidate, lambda price: price_in_discs(price, area_class, radius_cells, candidate)
    )
    # Multipliers equal to the weights prove the sum of the best single stations.
    whole = np.full_like(multipliers, 65535)
    return min(
        check_bound(shares, weight, covered, (kind,), limits) for shares in (multipliers, whole)
    )


def print_case(name, place, n_stations, cooling, iterations, best_known=None):
    """Print one line: shares of the greedy, the improved plan and the bound; gap; seconds."""
    total = place[0].sum(dtype=np.float64)
    greedy_s, (start, start_gain) = timed(lambda: greedy_order(place, n_stations))
    improve_s, (_, gain) = timed(lambda: improve(start, place, cooling))
    to_cover, kind = problem_of(place)
    limits, known = Limits.none(n_stations), Start.of_order(start, start_gain, n_stations)
    bound_s, bound = timed(
        lambda: upper_bound(to_cover, (kind,), limits, known, iterations=iterations)
    )
    check_s, value = timed(lambda: checked(place, bound.multipliers, limits))
    against = f"{gain.sum() / best_known - 1:+.3%}" if best_known else "-"
    same = "" if value == bound.value else " CHECK DIFFERS"
    print(
        f"{name:12}{n_stations:>8,}{start_gain.sum() / total:>9.3%}{gain.sum() / total:>9.3%}"
        f"{value / total:>9.3%}{1 - gain.sum() / value:>8.3%}{against:>9}"
        f"{greedy_s:>8.1f}{improve_s:>9.1f}{bound_s:>8.1f}{check_s:>7.1f}{peak_gb():>8.2f}{same}"
    )


def print_nested(place, n_stations):
    """Print the curve of one nested plan, as ``siting.nested`` makes it, under its bound."""
    total = place.weight.sum(dtype=np.float64)
    discs = DiscFootprints(place.area_class, np.atleast_2d(np.asarray(place.radius_cells)))
    given = (discs, place.weight, place.candidate, place.covered)

    def planned():
        greedy = discs.order(place.weight, place.candidate, place.covered, n_stations)
        return improved_nested(*given, greedy, Improvement("auto", 0))

    plan_s, sites = timed(planned)
    gain = place.gains(sites)
    to_cover, kind = problem_of(place)
    numbers = [round(share * sites.size) for share in (*ALONG, 1.0)]
    steps, coarse = automatic_steps(place.weight > 0, (kind,), WORK_ALONG / len(numbers), 1.0)
    bound_s, bounds = timed(
        lambda: upper_bounds(
            to_cover, kind, numbers, (sites, gain), iterations=steps, coarse=coarse
        )
    )
    plan, least = np.cumsum(gain), tightest(bounds)
    print(
        f"nested plan of {n_stations:,}: {plan_s:.1f} s, {len(numbers)} bounds of {steps} steps "
        f"{bound_s:.1f} s"
    )
    for share in (0.5, 0.6, 0.7, 0.8, 0.9, 0.92, 0.94, 0.96, 0.97, 0.98, 0.99, 0.995, 0.999, 1.0):
        n = min(int(np.searchsorted(plan, share * total)) + 1, plan.size)
        print(
            f"{n:>8,}{plan[n - 1] / total:>9.3%}{least[n] / total:>9.3%}"
            f"{1 - plan[n - 1] / least[n]:>8.3%}"
        )


def peak_gb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main():
    """Compile on the smallest raster, then print the table."""
    print(
        f"{'case':12}{'stations':>8}{'greedy':>9}{'plan':>9}{'bound':>9}{'gap':>8}{'v. known':>9}"
        f"{'greedy s':>8}{'improve s':>9}{'bound s':>8}{'check':>7}{'peak GB':>8}"
    )
    for name, cooling, iterations in (
        ("raster01_30x30_R3", Cooling(100, 100), 3000),
        ("raster03_30x30_R2", Cooling(100, 100), 3000),
        ("raster05_500x500_p2000", Cooling(), 800),
        ("raster06_2000x2000_p20000", Cooling(), 400),
    ):
        row, place = raster(name)
        print_case(name[:8], place, row["p"], cooling, iterations, row["lower"])
    print_nested(place, NESTED)
    if "--province" in sys.argv:
        case = clustered_case("province", shape_km=(620, 730), people=126e6, n_stations=60_000)
        place = place_of(case.weight, case.area_class, case.radius_cells)
        print_case("province", place, case.n_stations, Cooling(12, 2), 60)


if __name__ == "__main__":
    main()
