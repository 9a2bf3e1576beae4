"""People served by fixed stations, counted quickly on a sample of the people.

Links, buildings and people may differ from what is assumed. For each such case
:mod:`planner.sites.served_people` would compute all cells. Here a sample represents the people, and
the number of stations at each distance from a sample point is counted once. A hard disc is a
probability too: the part that it serves of a cell at that distance, with people spread evenly. A
station behind terrain counts as one at the distance with the same median loss over flat land.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from kernels.footprints.disc_links import PLACES
from kernels.footprints.terrain_spans import NEVER
from planner.ground.ground import Ground
from planner.radio.tiers import STEP_DB, STEPS_DB, radii_behind_terrain_m
from planner.radio.user_situations import cell_distances_m, user_strata
from planner.sites.equipment import StationKind
from planner.sites.terrain_loss import loss_steps
from planner.siting import BASELINE, Siting

Floats = npt.NDArray[np.float32]
Cells = npt.NDArray[np.int64]

_NEAR_CELLS = 8
"""Distances up to this are distinguished as finely as the cells of the grid."""

_RATIO = 1.04
"""Of a far distance to the one before it."""

_REACH_M = 5_000.0
_FARTHER = 2.0
"""Of the longest radius, how far the loss by terrain is known; no station farther serves anyone."""

_CHUNK = 2_000
_LEAST_MISS = 1e-12


@dataclass(frozen=True)
class TerrainLosses:
    """Factor of the loss by terrain, and what land cover adds at each of the sample, dB."""

    weight: float
    cover_db: Floats

    @classmethod
    def of(cls, ground: Ground) -> TerrainLosses:
        """Take those of the ground; without terrain they are not used."""
        terrain, cell = ground.terrain, ground.people_sample.cell
        if terrain is None or terrain.clutter_loss_db is None:
            cover_db = np.zeros(cell.size, np.float32)
        else:
            cover_db = terrain.clutter_loss_db.ravel()[cell]
        return cls(1.0 if terrain is None else terrain.waves.diffraction_weight, cover_db)


@dataclass(frozen=True)
class SampledService:
    """Stations around a sample of the people.

    ``place_m`` (float64[B, places]): distances in each class of distance, from a station's cell to
    places in a cell; ``square`` (float64[B]) the square of its distance in cells. ``counts``: of
    all stations by the name of their kind (float32[M, B]); ``before``: of those that stand before
    the plan.
    """

    place_m: npt.NDArray[np.float64]
    square: npt.NDArray[np.float64]
    cell_size_m: float
    counts: Mapping[str, Floats]
    before: Mapping[str, Floats]

    @classmethod
    def of(
        cls,
        ground: Ground,
        siting: Siting,
        kinds: Sequence[StationKind],
        losses: TerrainLosses | None = None,
    ) -> SampledService:
        """Count the stations of a plan around the sample of the people.

        ``kinds``: of all stations, by the name of their equipment; ``losses``: over terrain,
        default: those of the ground.
        """
        losses = losses or TerrainLosses.of(ground)
        people, cell_m = ground.people_sample.cell, ground.area.grid.cell_size_m
        known = {kind.name: kind for kind in kinds}
        square, place_m = _distance_classes(cell_m)
        old = siting.role == BASELINE
        width = ground.area.grid.width
        counts: dict[str, Floats] = {}
        before: dict[str, Floats] = {}
        for name in sorted(set(siting.equipment.tolist())):
            for found, here in ((counts, True), (before, old)):
                stations = siting.cell[(siting.equipment == name) & here]
                behind = _Terrain.around(known[name], ground, stations, losses)
                found[name] = _counts(people, stations, square, width, behind)
        return cls(place_m, square, cell_m, counts, before)

    def tables(self, kinds: Sequence[StationKind]) -> dict[str, Floats]:
        """Return the logarithm of the chance that one link fails, by the name of its kind.

        float32[classes, B, strata].
        """
        known = {kind.name: kind for kind in kinds}
        return {name: self._table(known[name]) for name in self.counts}

    def log_misses(
        self, tables: Mapping[str, Floats], area_class: npt.NDArray[np.uint8], *, before: bool
    ) -> Floats:
        """Return the logarithm of the chance that all links fail (float32[M, strata]).

        ``tables``: as :meth:`tables` returns them; ``area_class`` (uint8[M]): where the people
        live; ``before``: of the stations that stand before the plan.
        """
        counts = self.before if before else self.counts
        strata = next(iter(tables.values())).shape[2] if tables else 1
        logs = np.zeros((area_class.size, strata), np.float32)
        for code in np.unique(area_class):
            here = area_class == code
            for name, count in counts.items():
                logs[here] += count[here] @ tables[name][code]
        return logs

    def _table(self, kind: StationKind) -> Floats:
        if kind.service.model == "graded":
            chances = [
                one.at(self.place_m.ravel()).reshape(-1, *self.place_m.shape).mean(axis=2)
                for one in user_strata(kind.radio, kind.service)
            ]
            chance = np.array(chances).transpose(0, 2, 1)
        else:
            within = self.place_m[:, :, None] <= np.array(kind.radius_m)
            chance = within.mean(axis=1).T[:, :, None]
        return np.asarray(np.log(np.maximum(1.0 - chance, _LEAST_MISS)), np.float32)


def served_share(logs: Floats, weights: npt.NDArray[np.float64]) -> float:
    """Return the share of the people that is served, from logarithms of all links failing."""
    served = 1.0 - np.exp(logs).mean(axis=1, dtype=np.float64)
    return float((served * weights).sum() / weights.sum())


def served_by_every(logs: Sequence[Floats], weights: npt.NDArray[np.float64]) -> float:
    """Return the share of the people that every one of several networks serves."""
    served = np.prod([1.0 - np.exp(one) for one in logs], axis=0).mean(axis=1, dtype=np.float64)
    return float((served * weights).sum() / weights.sum())


def _distance_classes(
    cell_m: float,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return squares of distances in cells, and distances to places: exact where it is near."""
    near_m = cell_distances_m(_NEAR_CELLS, cell_m, PLACES)
    count = max(1, round(np.log(max(_RATIO, _REACH_M / (_NEAR_CELLS * cell_m))) / np.log(_RATIO)))
    far = _NEAR_CELLS * _RATIO ** (np.arange(count) + 0.5)
    square = np.concatenate([np.arange(len(near_m)), far**2])
    far_m = np.repeat(far[:, None] * cell_m, near_m.shape[1], axis=1)
    return square, np.concatenate([near_m, far_m])


@dataclass(frozen=True)
class _Terrain:
    """Loss by terrain around stations, and how much farther it moves them.

    ``step`` (uint8[n, side, side]) of the terrain alone; ``ratio`` (float64[classes, steps]) of the
    distance over flat land with the same median loss, infinite in the last column: out of reach.
    ``area_class`` (uint8[M]): of the sample.
    """

    step: npt.NDArray[np.uint8]
    ratio: npt.NDArray[np.float64]
    area_class: npt.NDArray[np.uint8]
    losses: TerrainLosses

    @classmethod
    def around(
        cls, kind: StationKind, ground: Ground, stations: Cells, losses: TerrainLosses
    ) -> _Terrain | None:
        terrain, cell_m = ground.terrain, ground.area.grid.cell_size_m
        if terrain is None:
            return None
        reach = int(np.ceil(min(_REACH_M, _FARTHER * kind.longest_m) / cell_m))
        losses_db = np.array(STEPS_DB)
        radii_m = radii_behind_terrain_m(kind.radio, kind.service, kind.radius_m, losses_db)
        with np.errstate(divide="ignore"):
            ratio = np.pad(radii_m[:, :1] / radii_m, ((0, 0), (0, 1)), constant_values=np.inf)
        step = loss_steps(kind, ground, terrain.bare, stations, reach, 1)
        return cls(step, ratio, ground.demand.area_class.ravel()[ground.people_sample.cell], losses)

    def distances(
        self, people: Cells, station: Cells, away: tuple[Cells, Cells], distance: Floats
    ) -> Floats:
        """Return the equivalent distance of stations over flat land.

        ``people``: rows of the sample; ``away``: rows and columns of cells.
        """
        reach, last = self.step.shape[1] // 2, self.ratio.shape[1] - 1
        near = np.maximum(np.abs(away[0]), np.abs(away[1])) <= reach
        row, column = (np.where(near, one, 0) + reach for one in away)
        bare = self.step[station, row, column]
        loss_db = self.losses.weight * STEP_DB * bare + self.losses.cover_db[people]
        step = np.clip(np.rint(loss_db / STEP_DB), 0, last).astype(np.int64)
        step[~near | (bare == NEVER)] = last
        return np.asarray(distance * self.ratio[self.area_class[people], step])


def _counts(
    people: Cells,
    stations: Cells,
    square: npt.NDArray[np.float64],
    width: int,
    behind: _Terrain | None,
) -> Floats:
    """Return the stations in each class of distance from each of the sampled people."""
    counts = np.zeros((people.size, square.size), np.float32)
    if not stations.size:
        return counts
    farthest = np.sqrt(square[-1] * _RATIO)
    places = np.column_stack(np.divmod(stations, width))
    tree = cKDTree(places)
    where = np.column_stack(np.divmod(people, width))
    for first in range(0, people.size, _CHUNK):
        chunk = where[first : first + _CHUNK]
        pairs = cKDTree(chunk).sparse_distance_matrix(tree, farthest, output_type="ndarray")
        if behind is not None:
            i, j = pairs["i"], pairs["j"]
            away = (chunk[i, 0] - places[j, 0], chunk[i, 1] - places[j, 1])
            pairs["v"] = behind.distances(first + i, j, away, pairs["v"])
            pairs = pairs[np.isfinite(pairs["v"])]
        found = _class_of(pairs["v"] ** 2, square)
        place = pairs["i"] * square.size + found
        sums = np.bincount(place, minlength=len(chunk) * square.size)
        counts[first : first + len(chunk)] = sums.reshape(len(chunk), -1)
    return counts


def _class_of(squares: npt.NDArray[np.float64], square: npt.NDArray[np.float64]) -> Cells:
    near = np.rint(squares).astype(np.int64)
    far = np.floor(np.log(np.maximum(squares, 1.0) / _NEAR_CELLS**2) / (2.0 * np.log(_RATIO)))
    last = square.size - 1
    beyond = np.minimum(_NEAR_CELLS**2 + 1 + np.maximum(far, 0.0), last).astype(np.int64)
    return np.where(near <= _NEAR_CELLS**2, near, beyond)
