"""Error of the fast terrain tier relative to the reference tier, on a scenario's own terrain.

Two questions are kept apart. *Median loss*: fast tier (and smooth Earth) minus P.1812, for every
pixel. The bias includes the loss by buildings, which the statistical model contains and P.1812
does not (unless there is a clutter layer); the spread shows the terrain that the model misses.
*Diffraction*: the fast tier's excess loss minus that of the straight profile to the same pixel,
point by point. This is the price of its speed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kernels.radio.models.p526 import VERTICAL, delta_bullington_loss_db
from kernels.radio.profile import profile_heights_m, profile_points
from kernels.radio.terrain.tables import flat_losses_db
from planner.errors import InputError, Problem
from planner.ground.area_class import AREA_CLASSES
from planner.ground.demand import Demand
from planner.ground.ground import Ground
from planner.ground.terrain import Terrain
from planner.radio.tiers import FAST_TIER, REFERENCE_TIER, FastTier, fast_tier, reference_losses_db
from planner.scenario.radio import RadioSection
from planner.sites.candidates import Candidates
from planner.sites.equipment import StationKind

_PIXELS_CHECKED = 200
_STREAM = 526
"""Keeps the random numbers of this comparison apart from those of other stages."""

Raster = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Deviation:
    """One result minus another, over pixels: mean, standard deviation and tails in dB."""

    what: str
    area_class: str
    pixels: int
    bias_db: float
    sigma_db: float
    percentile_5_db: float
    percentile_95_db: float


@dataclass(frozen=True)
class TerrainError:
    """Deviations over all pixels within the reach of some stations of a scenario."""

    stations: int
    reach_m: float
    cell_size_m: float
    fast_tier: str
    reference_tier: str
    deviations: tuple[Deviation, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values, for JSON."""
        return asdict(self)

    def as_text(self) -> str:
        """Return a table for the terminal."""
        lines = [
            f"{self.stations} stations, every pixel of {self.cell_size_m:g} m within "
            f"{self.reach_m / 1000:g} km",
            f"fast:      {self.fast_tier}",
            f"reference: {self.reference_tier}",
            f"{'':42}{'pixels':>10}{'bias dB':>10}{'sigma dB':>10}{'5 %':>8}{'95 %':>8}",
        ]
        lines += [
            f"{one.what + (', ' + one.area_class if one.area_class else ''):<42}"
            f"{one.pixels:>10,}{one.bias_db:>10.2f}{one.sigma_db:>10.2f}"
            f"{one.percentile_5_db:>8.1f}{one.percentile_95_db:>8.1f}"
            for one in self.deviations
        ]
        return "\n".join(lines)


@dataclass(frozen=True)
class _Pixels:
    """Results around one station, float32 each, NaN where there is none; class by pixel."""

    area_class: npt.NDArray[np.uint8]
    smooth_db: Raster
    fast_db: Raster
    reference_db: Raster


def terrain_error(
    network: StationKind,
    ground: Ground,
    candidates: Candidates,
    *,
    seed: int,
    stations: int = 10,
    reach_m: float = 5000.0,
) -> TerrainError:
    """Compare the tiers around stations of a network, drawn from the candidates with a seed.

    Raises
    ------
    InputError
        A scenario without terrain, a reach of less than two cells, no station; values outside
        the validity of a propagation model.
    """
    demand, terrain = ground.demand, ground.terrain
    if terrain is None:
        raise InputError(
            Problem(
                "the scenario has no terrain, so its result is that of a smooth Earth",
                key="terrain.tiles",
                expected="at least one tile",
            )
        )
    if stations < 1 or reach_m < 2.0 * terrain.grid.cell_size_m:
        expected = f"at least one station and a reach of two cells of {terrain.grid.cell_size_m} m"
        raise InputError(Problem("nothing to compare", expected=expected))
    tier = fast_tier(network.radio, network.service, terrain, network.radii_m, reach_m)
    allowed = np.flatnonzero(candidates.allowed)
    rng = np.random.default_rng([seed, _STREAM])
    cells = np.sort(rng.choice(allowed, min(stations, allowed.size), replace=False))
    around = [
        _pixels(network.radio, terrain, demand, tier, cell, reach_m) for cell in cells.tolist()
    ]
    excess = [
        error
        for cell in cells.tolist()
        for error in _excess_errors(terrain, demand, tier, cell, rng)
    ]
    deviations = [
        _deviation("fast less reference", _differences(around, "fast_db")),
        _deviation("smooth Earth less reference", _differences(around, "smooth_db")),
        *_by_class(around),
        _deviation("fast diffraction less profile's own", np.array(excess)),
    ]
    return TerrainError(
        stations=cells.size,
        reach_m=reach_m,
        cell_size_m=terrain.grid.cell_size_m,
        fast_tier=FAST_TIER,
        reference_tier=REFERENCE_TIER,
        deviations=tuple(deviations),
    )


def _by_class(around: Sequence[_Pixels]) -> Iterator[Deviation]:
    for known in AREA_CLASSES:
        differences = _differences(around, "fast_db", known.code)
        if differences.size:
            yield _deviation("fast less reference", differences, known.key)


def _differences(around: Sequence[_Pixels], tier: str, code: int | None = None) -> Floats:
    """Return one tier minus the reference over all pixels (of one class)."""
    parts = []
    for one in around:
        difference = getattr(one, tier).astype(np.float64) - one.reference_db
        kept = np.isfinite(difference)
        if code is not None:
            kept &= one.area_class == code
        parts.append(difference[kept])
    return np.concatenate(parts)


def _deviation(what: str, differences: Floats, area_class: str = "") -> Deviation:
    if not differences.size:
        return Deviation(what, area_class, 0, 0.0, 0.0, 0.0, 0.0)
    low, high = np.percentile(differences, [5, 95])
    return Deviation(
        what,
        area_class,
        differences.size,
        float(differences.mean()),
        float(differences.std()),
        float(low),
        float(high),
    )


def _pixels(
    radio: RadioSection, terrain: Terrain, demand: Demand, tier: FastTier, cell: int, reach_m: float
) -> _Pixels:
    """Work out both tiers around a station, each pixel by the radio of its own class."""
    area_class = _window(demand.area_class, cell, tier.rays.reach)
    own = int(demand.area_class.ravel()[cell])
    smooth_db = np.full(area_class.shape, np.nan, dtype=np.float32)
    fast_db, reference_db = smooth_db.copy(), smooth_db.copy()
    mast_m = tier.environments[own].link.base_height_m
    for known in AREA_CLASSES:
        here = area_class == known.code
        if not here.any():
            continue
        rx_m = tier.environments[known.code].link.ue_height_m
        fast = tier.losses_db(terrain, cell, own, known.code)
        fast_db[here] = fast[here]
        smooth_db[here] = np.where(np.isnan(fast), np.nan, tier.medians_db(known.code))[here]
        reference = reference_losses_db(radio, terrain, cell, mast_m, rx_m, reach_m)
        reference_db[here] = reference[here]
    return _Pixels(area_class, smooth_db, fast_db, reference_db)


def _window(raster: npt.NDArray[np.uint8], cell: int, reach: int) -> npt.NDArray[np.uint8]:
    """Cut the square around a cell, 255 beyond the raster."""
    row, column = divmod(cell, raster.shape[1])
    top, left = max(0, row - reach), max(0, column - reach)
    part = raster[top : row + reach + 1, left : column + reach + 1]
    square = np.full((2 * reach + 1, 2 * reach + 1), 255, dtype=np.uint8)
    y, x = top - row + reach, left - column + reach
    square[y : y + part.shape[0], x : x + part.shape[1]] = part
    return square


def _excess_errors(
    terrain: Terrain, demand: Demand, tier: FastTier, cell: int, rng: np.random.Generator
) -> Iterator[float]:
    """Yield the error of the excess at random pixels, compared with the profile to each of them."""
    reach, cell_km = tier.rays.reach, tier.rays.cell_km
    row, column = divmod(cell, terrain.grid.width)
    own = int(demand.area_class.ravel()[cell])
    mast_m, rx_m = (
        tier.environments[own].link.base_height_m,
        tier.environments[own].link.ue_height_m,
    )
    excess_db = tier.losses_db(terrain, cell, own, own) - tier.medians_db(own)
    start = (float(row), float(column))
    for y, x in rng.integers(-reach, reach + 1, (_PIXELS_CHECKED, 2)).tolist():
        if not np.isfinite(excess_db[y + reach, x + reach]) or abs(y) + abs(x) < 2:
            continue
        end = (float(row + y), float(column + x))
        heights_m = profile_heights_m(terrain.height_m, start, end, profile_points(start, end))
        distance_km = float(np.hypot(y, x)) * cell_km
        radius_km, frequency_ghz = (
            terrain.effective_radius_km,
            tier.environments[own].link.frequency_ghz,
        )
        loss_db = delta_bullington_loss_db(
            np.linspace(0.0, distance_km, heights_m.size),
            heights_m,
            heights_m[0] + mast_m,
            heights_m[-1] + rx_m,
            radius_km,
            frequency_ghz,
            VERTICAL,
        )
        flat_db = flat_losses_db(
            np.array([distance_km]), mast_m, rx_m, radius_km, cell_km, frequency_ghz, VERTICAL
        )[0]
        yield float(excess_db[y + reach, x + reach] - max(loss_db - flat_db, 0.0))
