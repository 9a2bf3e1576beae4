"""People served by stations, counted on parts of cells and over all stations within reach.

Siting counts whole cells and the nearest station. What is reported of stations that stand counts
further: with graded service every station within reach gives a user of a stratum a chance
(:func:`planner.radio.user_situations.user_strata`); a hard disc serves the part of a cell that lies
within it, in 64 places, and several discs serve together what any of them does. Where the people
of a cell live in it follows from its neighbours, and from the edge of the area or the points of a
table where they are known. Over terrain, links lose what the terrain adds on
the way: chances fall, and the radius of a disc is shorter there. Its heights are known for finer
parts of cells (:attr:`planner.ground.terrain.Terrain.fine`) than siting takes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kernels.footprints.disc_links import PLACES, disc_links
from kernels.footprints.served_share import (
    Links,
    ServedInOrder,
    served_in_order,
    served_share,
)
from kernels.footprints.users import Users
from planner.ground.area_class import OUTSIDE
from planner.ground.ground import Ground
from planner.radio.graded_service import graded_links
from planner.radio.tiers import STEPS_DB, radii_behind_terrain_m
from planner.sites.equipment import StationKind
from planner.sites.terrain_loss import loss_steps

Raster = npt.NDArray[np.float32]
Cells = npt.NDArray[np.int64]
Names = npt.NDArray[np.str_]

_PIXEL_CELLS = 1.4
"""Width of a pixel of the source, in cells, from which most cells touch at most one edge of it."""


def expected_shares(
    kinds: Sequence[StationKind],
    ground: Ground,
    cell: Cells,
    equipment: Names,
    users: Users | None = None,
) -> Raster:
    """Return the share of the people of each cell that stations serve (float32, grid shape).

    ``cell``, ``equipment``: of each station; ``kinds``: of all, by the name of their equipment;
    ``users``: others than :func:`users_of` the ground.
    """
    number, links = _links(kinds, ground, cell, equipment)
    share = served_share(users or users_of(ground), cell, number, links)
    return share if ground.demand.points else ground.area.edge.folded(share)


def expected_in_order(
    kinds: Sequence[StationKind],
    ground: Ground,
    stations: tuple[Cells, Names],
    mark: npt.NDArray[np.uint8],
    steps: Sequence[float],
    users: Users | None = None,
    *,
    standing: int = 0,
) -> ServedInOrder:
    """Return the share served, the people each station adds by zone, and when cells reach shares.

    ``stations``: cell and equipment of each in their order; ``mark``, ``steps`` and ``standing`` as
    in :func:`kernels.footprints.served_share.served_in_order`.
    """
    cell, equipment = stations
    number, links = _links(kinds, ground, cell, equipment)
    served = served_in_order(users or users_of(ground), cell, number, links, mark, steps, standing)
    without_cell = len(ground.area.zones) - served.gain.shape[1]
    served = served._replace(gain=np.pad(served.gain, ((0, 0), (0, without_cell))))
    if ground.demand.points is not None:
        return served
    edge, before = ground.area.edge, served.before
    row, column = np.divmod(edge.cell[edge.home != edge.cell], served.share.shape[1])
    served.reached[:, row, column] = 0
    if before.size:
        before = edge.folded(before)
    return served._replace(share=edge.folded(served.share), before=before)


def users_of(ground: Ground, people: Raster | None = None) -> Users:
    """Return where people live: those of the ground, or ``people`` (float32, grid shape).

    Where the edge of the area cuts a cell, its people live in the part inside, and in the inside
    parts of neighbouring cells whose centres are outside. People of points live at the points.
    """
    demand, area = ground.demand, ground.area
    classes, sharp = demand.area_class, demand.pixel_m >= _PIXEL_CELLS * area.grid.cell_size_m
    if people is not None:
        classes = np.where(people > 0, classes, np.uint8(OUTSIDE))
    whole, points, edge = demand.people if people is None else people, demand.points, area.edge
    if points is not None:
        known, weight, at = points.by_place(PLACES)
        return Users(whole, classes, area.zone_index, sharp, known, weight, at)
    return Users(
        edge.taken_home(whole),
        edge.taken_home(classes),
        edge.taken_home(area.zone_index),
        sharp,
        edge.cell,
        edge.weight,
    )


def _links(
    kinds: Sequence[StationKind], ground: Ground, cell: Cells, equipment: Names
) -> tuple[Cells, Links]:
    """Return the number of the kind of each station, and the links of all kinds that there are."""
    known = {kind.name: kind for kind in kinds}
    names = sorted(set(equipment.tolist())) or [kinds[0].name]
    own = [known[name] for name in names]
    number = np.searchsorted(names, equipment).astype(np.int64)
    cell_size_m, terrain = ground.area.grid.cell_size_m, ground.terrain
    more_db = (0.0,) if terrain is None else STEPS_DB
    if own[0].service.model == "graded":
        links = graded_links([(one.radio, one.service) for one in own], cell_size_m, more_db)
    elif terrain is None:
        links = disc_links(np.array([one.radius_m for one in own])[..., None] / cell_size_m)
    else:
        of_kinds = [(one.radio, one.service, one.radius_m) for one in own]
        radius_m = [radii_behind_terrain_m(*one, np.array(more_db)) for one in of_kinds]
        links = disc_links(np.array(radius_m) / cell_size_m)
    if terrain is None:
        return number, links
    reach, parts = links.entry.shape[-1] // 2, terrain.finer if links.places else 1
    side = parts * links.entry.shape[-1]
    step = np.empty((cell.size, side, side), np.uint8)
    for index, one in enumerate(own):
        here = number == index
        step[here] = loss_steps(one, ground, terrain, cell[here], reach, parts)
    return number, links._replace(step=step)
