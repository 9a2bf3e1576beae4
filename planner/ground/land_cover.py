"""Land cover: what classes of a raster mean for the radio, brought onto the grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.data.cache import is_data_name
from planner.errors import InputError
from planner.ground.area import StudyArea
from planner.openers.raster import RasterFile, bands_around
from planner.scenario.base import Origin
from planner.scenario.terrain import LandCover

Raster = npt.NDArray[np.float32]

KEY = "terrain.land_cover"

TREES_M, BUILT_M, OPEN_M = 15.0, 10.0, 0.0
"""Representative heights of woods and of suburbs: ITU-R P.2108-1, section 3.1.1; open land has
none of its own."""

_WORLDCOVER = {
    10: TREES_M, 20: 2.0, 30: OPEN_M, 40: OPEN_M, 50: BUILT_M, 60: OPEN_M, 70: OPEN_M, 80: OPEN_M,
    90: OPEN_M, 95: TREES_M, 100: OPEN_M,
}  # fmt: skip
_GLC_FCS30 = {
    10: OPEN_M, 11: OPEN_M, 12: 5.0, 20: OPEN_M,
    **dict.fromkeys((51, 52, 61, 62, 71, 72, 81, 82, 91, 92, 181, 185), TREES_M),
    **dict.fromkeys((120, 121, 122), 2.0),
    **dict.fromkeys((130, 140, 150, 152, 153, 180, 182, 183, 184, 186, 187), OPEN_M),
    190: BUILT_M, **dict.fromkeys((200, 201, 202, 210, 220), OPEN_M),
}  # fmt: skip
TABLES: Mapping[str, Mapping[int, float]] = {
    "worldcover": _WORLDCOVER, "glc_fcs30": _GLC_FCS30, "none": {},
}  # fmt: skip
"""Height of each class of known land covers, metres; shrubs of 2 m are an assumption."""


def height_and_loss(section: LandCover) -> dict[int, tuple[float, float]]:
    """Return height (m) and loss (dB, with its weight and as measured) of each code."""
    found = {code: (height_m, 0.0) for code, height_m in TABLES[section.table].items()}
    for one in section.classes:
        for code in one.codes:
            found[code] = (one.height_m, section.weight * one.loss_db)
    for code, (height_m, loss_db) in found.items():
        found[code] = (height_m, loss_db + section.measured_loss_db.get(str(code), 0.0))
    return found


def land_cover_at(
    section: LandCover,
    area: StudyArea,
    origin: Origin,
    place: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
) -> npt.NDArray[np.int64]:
    """Return the code of the land cover at places (longitude, latitude), -1 where none is known.

    Raises
    ------
    InputError
        A file that cannot be read.
    """
    codes = np.full(len(place[0]), -1)
    known = list(height_and_loss(section))
    for path in origin.paths(section.file):
        name = path.name if is_data_name(section.file) else str(section.file)
        file = RasterFile(path, name, f"{KEY}.file", section.band)
        for _, _, read in bands_around(file, area.grid):
            found, _ = read.at(*place)
            new = (codes < 0) & np.isin(found, known)
            codes[new] = found[new].astype(np.int64)
    return codes


def land_cover_on_grid(
    section: LandCover, area: StudyArea, origin: Origin
) -> tuple[Raster, Raster]:
    """Return height (m) and loss (dB) of the land cover on the grid, 0 where the file has no data.

    Raises
    ------
    InputError
        A file that cannot be read; values that are no class of the table, with the first of them.
    """
    known = height_and_loss(section)
    means = np.array([known[code] for code in sorted(known)])
    layers = [np.full(area.grid.shape, np.nan, np.float32) for _ in range(2)]
    for rows, found in _bands(section, area, origin, means):
        for layer, values in zip(layers, found, strict=True):
            np.copyto(layer[rows], values, where=np.isnan(layer[rows]))
    height_m, loss_db = (np.nan_to_num(layer) for layer in layers)
    return height_m, loss_db


def land_cover_shares(
    section: LandCover, area: StudyArea, origin: Origin, cells: npt.NDArray[np.int64]
) -> Raster:
    """Return the share of each code (float32[cells, codes]) in some cells of the grid.

    Codes as in :func:`height_and_loss`, sorted; zeros where the file has no data. The loss of
    :func:`land_cover_on_grid` is the sum of these shares times the losses of the codes.
    """
    row, column = np.divmod(cells, area.grid.width)
    shares = np.full((len(cells), len(height_and_loss(section))), np.nan, np.float32)
    for rows, found in _bands(section, area, origin, np.eye(shares.shape[1])):
        here = np.flatnonzero((row >= rows.start) & (row < rows.stop) & np.isnan(shares[:, 0]))
        for code, values in enumerate(found):
            shares[here, code] = values[row[here] - rows.start, column[here]]
    return np.nan_to_num(shares)


def _bands(
    section: LandCover, area: StudyArea, origin: Origin, means: npt.NDArray[np.float64]
) -> Iterator[tuple[slice, list[Raster]]]:
    """Yield rows of the grid and means over their cells of what is said by code (codes x n)."""
    codes = np.array(sorted(height_and_loss(section)))
    for path in origin.paths(section.file):
        name = path.name if is_data_name(section.file) else str(section.file)
        file = RasterFile(path, name, f"{KEY}.file", section.band)
        for rows, part, read in bands_around(file, area.grid):
            values = np.where(read.valid, read.values, codes[0])
            at = np.minimum(np.searchsorted(codes, values), len(codes) - 1)
            wrong = read.valid & (codes[at] != values)
            if wrong.any():
                raise InputError(
                    file.problem(
                        f"{int(wrong.sum()):,} pixels are of no known class",
                        float(read.values[wrong][0]),
                        f"codes of {KEY}.classes or of table: {', '.join(map(str, codes[:12]))}",
                    )
                )
            layers = (replace(read, values=which[at].astype(np.float32)) for which in means.T)
            yield rows, [layer.heights_on_grid(part) for layer in layers]
