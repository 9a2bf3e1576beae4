"""Plans brought onto one grid and the same people, where the caller asks for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rasterio.warp import Resampling, reproject

from planner.errors import InputError, Problem
from planner.ground.grid import Grid
from planner.plan import Plan
from planner.saved import SavedPlan

ALIGNMENTS = ("refuse", "grid", "people")
"""How plans may differ: not at all; in their grids; in their people and zones too."""
Floats = npt.NDArray[np.float32]

_SAME_PEOPLE = 1e-3
_LEAST_OVERLAP = 0.95


def shares_of(plans: Sequence[Plan | SavedPlan]) -> tuple[Floats, ...]:
    """Return the shares of all plans; in whole per cents where the file of any has only these."""
    shares = [plan.coverage.share for plan in plans]
    if any(isinstance(plan, SavedPlan) for plan in plans):
        shares = [np.floor(100.0 * share + np.float32(1e-4)) / np.float32(100) for share in shares]
    return tuple(share.astype(np.float32) for share in shares)


def check_same(names: Sequence[str], plans: Sequence[Plan | SavedPlan], align: str) -> None:
    """Refuse plans of another grid, other zones or other people than the first, as ``align`` says.

    Raises
    ------
    InputError
        Naming each plan that differs, in what, and the option that compares it all the same.
    """
    first, problems = plans[0], []
    for name, plan in zip(names[1:], plans[1:], strict=True):
        text, option = _difference(first, plan)
        allowed = ALIGNMENTS.index(align) >= ALIGNMENTS.index(option) if option else False
        if text and not allowed:
            other = f"plans of the same grid and people, or --align {option}" if option else ""
            expected = other or "plans of the same area"
            problems.append(Problem(f"{text} than {names[0]}", file=name, expected=expected))
    if problems:
        raise InputError(problems)


def _difference(first: Plan | SavedPlan, other: Plan | SavedPlan) -> tuple[str, str]:
    """Return how a plan differs from the first, and the least alignment that takes it."""
    area, its_area = first.ground.area, other.ground.area
    its_share = on_grid(other.coverage.share, its_area.grid, area.grid)
    inside = area.zone_index >= 0
    if np.isfinite(its_share[inside]).mean() < _LEAST_OVERLAP:
        return "is of another area", ""
    if list(area.zones["adcode"]) != list(its_area.zones["adcode"]):
        return "has other zones", "people"
    population = first.zones["population"].to_numpy(float)
    its_population = other.zones["population"].to_numpy(float)
    if not np.allclose(population, its_population, rtol=_SAME_PEOPLE, atol=1.0):
        return "has other people", "people"
    if not same_grid(area.grid, its_area.grid):
        sizes = f"{its_area.grid.cell_size_m:g} m, not {area.grid.cell_size_m:g} m"
        return f"has another grid (cells of {sizes})", "grid"
    people, its_people = first.ground.demand.people, other.ground.demand.people
    if not np.allclose(people, its_people, rtol=_SAME_PEOPLE, atol=0.01):
        return "has people in other cells", "people"
    return "", ""


def same_grid(grid: Grid, other: Grid) -> bool:
    """Whether two grids have the same cells."""
    here = (grid.shape, tuple(grid.transform), grid.proj4)
    return here == (other.shape, tuple(other.transform), other.proj4)


def coarsest(plans: Sequence[Plan | SavedPlan]) -> int:
    """Return the place of the plan with the largest cells, the first of several."""
    return int(np.argmax([plan.ground.area.grid.cell_size_m for plan in plans]))


def on_grid(share: Floats, grid: Grid, wanted: Grid) -> Floats:
    """Return shares on another grid: the mean over the land in each cell, NaN where there is none.

    Examples
    --------
    >>> from affine import Affine
    >>> from planner.ground.grid import fitted_albers
    >>> crs = fitted_albers(106.0, 26.0, 107.0, 27.0)
    >>> fine = Grid(crs, Affine(100, 0, 0, 0, -100, 0), 2, 2)
    >>> coarse = Grid(crs, Affine(200, 0, 0, 0, -200, 0), 1, 1)
    >>> share = np.array([[0.0, 1.0], [0.5, np.nan]], np.float32)
    >>> float(on_grid(share, fine, coarse)[0, 0])
    0.5
    """
    if same_grid(grid, wanted):
        return share
    found = np.full(wanted.shape, np.nan, dtype=np.float32)
    finer = grid.cell_size_m < wanted.cell_size_m
    reproject(
        share, found, src_transform=grid.transform, src_crs=grid.crs.to_wkt(),
        dst_transform=wanted.transform, dst_crs=wanted.crs.to_wkt(),
        src_nodata=np.nan, dst_nodata=np.nan,
        resampling=Resampling.average if finer else Resampling.nearest,
    )  # fmt: skip
    return found
