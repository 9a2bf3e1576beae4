"""The terrain loss around fixed stations, computed once for each."""

from __future__ import annotations

import zlib
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from planner.ground.ground import Ground
from planner.ground.terrain import Terrain
from planner.radio.tiers import terrain_steps
from planner.sites.equipment import StationKind

Cells = npt.NDArray[np.int64]
Steps = npt.NDArray[np.uint8]

_KNOWN: WeakKeyDictionary[Terrain, dict[object, tuple[Cells, Steps]]] = WeakKeyDictionary()


def loss_steps(
    kind: StationKind, ground: Ground, terrain: Terrain, cell: Cells, reach_cells: int, parts: int
) -> Steps:
    """Return the steps of :func:`planner.radio.tiers.terrain_steps` around stations.

    uint8[n, side, side]; what is known of the terrain is kept for as long as the terrain is.
    """
    area_class = ground.area.edge.taken_home(ground.demand.area_class)
    radio, service = kind.radio.model_dump_json(), kind.service.model_dump_json()
    side = parts * (2 * reach_cells + 1)
    key = (radio, service, side, parts, zlib.crc32(area_class.tobytes()))
    known = _KNOWN.setdefault(terrain, {})
    cells, steps = known.get(key, (np.zeros(0, np.int64), np.zeros((0, side, side), np.uint8)))
    new = np.setdiff1d(cell, cells)
    if new.size:
        fine = terrain_steps(kind.radio, kind.service, terrain, area_class, new, reach_cells, parts)
        cells = np.concatenate([cells, new])
        order = np.argsort(cells)
        cells, steps = cells[order], np.concatenate([steps, fine])[order]
        known[key] = cells, steps
    return steps[np.searchsorted(cells, cell)]
