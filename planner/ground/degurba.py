"""The Degree of Urbanisation, level 2: grid classes by the definition of six organisations.

The European Union, FAO, ILO, OECD, UN-Habitat and the World Bank; endorsed by the United Nations.

Source: Eurostat, Applying the Degree of Urbanisation, manual KS-02-20-499, 2021 edition, with the
filling of gaps of the GHSL Data Package 2023. Cells of about 1 km and their density on land:

- urban centre: contiguous cells (four neighbours) of at least 1,500 people/km2 with at least 50,000
  people; gaps below 15 km2 are filled, and cells of whose eight neighbours at least five belong to
  the same centre are added until there are none;
- dense urban cluster: the same contiguity and density, at least 5,000 people;
- semi-dense urban cluster: the same contiguity, 900 people/km2 and 2,500 people, more than 2 km
  from both of the above;
- suburban or peri-urban: other cells of urban clusters, which are contiguous cells (eight
  neighbours) of at least 300 people/km2 with at least 5,000 people;
- rural cluster (300 people/km2, 500 people), low density (50 people/km2), very low density.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

URBAN_CENTRE, DENSE_CLUSTER, SEMI_DENSE_CLUSTER, SUBURBAN = 30, 23, 22, 21
RURAL_CLUSTER, LOW_DENSITY, VERY_LOW_DENSITY, NO_LAND = 13, 12, 11, 10
"""Codes of the classes, those of the GHSL settlement model."""

_FOUR = ndimage.generate_binary_structure(2, 1)
_EIGHT = ndimage.generate_binary_structure(2, 2)
_AROUND = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)]
_MOST_GAP_KM2 = 15.0
_BUFFER_KM = 2.0
_MAJORITY = 5

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def degree_of_urbanisation(
    people: Floats, land_km2: Floats, cell_km: float = 1.0
) -> npt.NDArray[np.uint8]:
    """Return the class of each cell (uint8) by the rules of level 2.

    Parameters
    ----------
    people
        People of each cell, float64 (H, W).
    land_km2
        Land of each cell in km2, same shape; a cell without land has no class.
    cell_km
        Side of a cell: 1 by the definition.

    Examples
    --------
    >>> import numpy as np
    >>> people = np.full((9, 9), 100.0)
    >>> people[1:7, 1:7] = 2000.0
    >>> classes = degree_of_urbanisation(people, np.ones((9, 9)))
    >>> int((classes == URBAN_CENTRE).sum()), int((classes == LOW_DENSITY).sum())
    (36, 45)
    """
    land = land_km2 > 0.0
    density = np.divide(people, land_km2, out=np.zeros(people.shape), where=land)
    centres = _clusters(density >= 1500.0, people, 50_000.0, _FOUR)
    centre = _rounded(_without_gaps(centres, land, cell_km), land) > 0
    dense = (_clusters((density >= 1500.0) & ~centre, people, 5_000.0, _FOUR) > 0) & ~centre
    steps = max(1, round(_BUFFER_KM / cell_km))
    near = ndimage.binary_dilation(centre | dense, _EIGHT, iterations=steps)
    half = _clusters((density >= 900.0) & ~centre & ~dense, people, 2_500.0, _FOUR)
    touched = np.zeros(half.max() + 1, dtype=bool)
    touched[np.unique(half[near])] = True
    touched[0] = True
    semi = ~touched[half]
    cluster = _clusters(density >= 300.0, people, 5_000.0, _EIGHT) > 0
    village = _clusters((density >= 300.0) & ~cluster, people, 500.0, _EIGHT) > 0
    classes = np.full(people.shape, VERY_LOW_DENSITY, dtype=np.uint8)
    classes[density >= 50.0] = LOW_DENSITY
    for code, mask in (
        (RURAL_CLUSTER, village),
        (SUBURBAN, cluster),
        (SEMI_DENSE_CLUSTER, semi),
        (DENSE_CLUSTER, dense),
        (URBAN_CENTRE, centre),
        (NO_LAND, ~land),
    ):
        classes[mask] = code
    return classes


def _clusters(
    mask: Bools, people: Floats, least_people: float, neighbours: Bools
) -> npt.NDArray[np.int32]:
    """Return the number of each cluster that has ``least_people`` in all, 0 elsewhere."""
    number, count = ndimage.label(mask, structure=neighbours)
    sums = np.bincount(number.ravel(), weights=people.ravel(), minlength=count + 1)
    kept = sums >= least_people
    kept[0] = False
    return np.where(kept[number], number, 0).astype(np.int32)


def _without_gaps(
    centres: npt.NDArray[np.int32], land: Bools, cell_km: float
) -> npt.NDArray[np.int32]:
    """Return the centres with their gaps below the limit filled, each by itself."""
    filled = centres.copy()
    for code, window in enumerate(ndimage.find_objects(centres), start=1):
        if window is None:
            continue
        own = centres[window] == code
        holes, count = ndimage.label(ndimage.binary_fill_holes(own, _FOUR) & ~own, structure=_FOUR)
        sizes_km2 = np.bincount(holes.ravel(), minlength=count + 1) * cell_km**2
        small = sizes_km2 < _MOST_GAP_KM2
        small[0] = False
        gap = small[holes] & land[window] & (filled[window] == 0)
        filled[window][gap] = code
    return filled


def _rounded(centres: npt.NDArray[np.int32], land: Bools) -> npt.NDArray[np.int32]:
    """Return the centres with every cell added of which most neighbours belong to the same one."""
    wide = np.pad(centres, 1)
    free = np.pad(land, 1)
    flat, free_flat = wide.ravel(), free.ravel()
    neighbours = np.array([y * wide.shape[1] + x for y, x in _AROUND])
    asked = np.flatnonzero(ndimage.binary_dilation(wide > 0, _EIGHT) & free & (wide == 0))
    while asked.size:
        around = np.sort(flat[asked[:, None] + neighbours], axis=1)
        middle = around[:, 4]
        most = (middle > 0) & ((around == middle[:, None]).sum(axis=1) >= _MAJORITY)
        added = asked[most]
        flat[added] = middle[most]
        # Only beside a cell that was added is anything otherwise than before.
        beside = np.unique(added[:, None] + neighbours)
        asked = beside[free_flat[beside] & (flat[beside] == 0)]
    return wide[1:-1, 1:-1]
