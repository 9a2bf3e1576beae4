"""Blocks of about 1 km: the scale of area classes and of the concentration of people.

They are so few that a change of concentration, and the classes that follow from it, take a tenth of
a second for a whole province.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kernels.numbers.block_sums import BlockParts, block_parts
from planner.ground.area import StudyArea
from planner.ground.degurba import (
    DENSE_CLUSTER,
    SEMI_DENSE_CLUSTER,
    SUBURBAN,
    URBAN_CENTRE,
    degree_of_urbanisation,
)
from planner.scenario.area import AreaClassesSection

Floats = npt.NDArray[np.float64]
Raster = npt.NDArray[np.float32]
Classes = npt.NDArray[np.uint8]
Cells = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PeopleBlocks:
    """People of a grid by blocks of ``side`` x ``side`` cells, those of each zone by themselves.

    ``grid_shape``: rows and columns of cells.
    """

    parts: BlockParts
    side: int
    grid_shape: tuple[int, int]
    cell_size_m: float

    @classmethod
    def of(cls, people: Raster, area: StudyArea) -> PeopleBlocks:
        """Sum people (float32, grid shape) over the blocks."""
        cell_m = area.grid.cell_size_m
        side = max(1, round(1000.0 / cell_m))
        return cls(block_parts(people, area.zone_index, side), side, people.shape, cell_m)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of blocks."""
        rows, columns = (-(-cells // self.side) for cells in self.grid_shape)
        return rows, columns

    def crowding(self, exponent: float, zone_people: Floats) -> tuple[Floats, Floats]:
        """Return by what people are multiplied if density is raised to a power.

        By block, and by zone to bring each to ``zone_people``.
        """
        density = self._by_block(self.parts.total)
        by_block = np.where(density > 0.0, np.maximum(density, 1e-9) ** (exponent - 1.0), 0.0)
        moved = self.parts.total * by_block.ravel()[self.parts.block]
        found = np.bincount(self.parts.zone, moved, len(zone_people))
        by_zone = np.divide(zone_people, found, out=np.zeros(len(found)), where=found > 0)
        return by_block, by_zone

    def codes(self, section: AreaClassesSection, factor: Floats | None = None) -> Classes:
        """Return the class of each block by the Degree of Urbanisation (uint8, 3 outside too).

        ``factor``: by which the people of each part are multiplied.
        """
        people = self._by_block(self.parts.total * (1.0 if factor is None else factor))
        land_km2 = self._by_block(self.parts.cells) * (self.cell_size_m / 1000.0) ** 2
        degree = degree_of_urbanisation(people, land_km2, self.side * self.cell_size_m / 1000.0)
        density = np.divide(people, land_km2, out=np.zeros(degree.shape), where=land_km2 > 0.0)
        codes = np.full(degree.shape, 3, dtype=np.uint8)
        codes[(degree == SUBURBAN) | (degree == SEMI_DENSE_CLUSTER)] = 2
        codes[(degree == DENSE_CLUSTER) | (degree == URBAN_CENTRE)] = 1
        dense = density >= section.dense_urban_people_per_km2
        codes[(degree == URBAN_CENTRE) & dense] = 0
        return codes

    def codes_if_crowded(
        self, by_block: Floats, by_zone: Floats, section: AreaClassesSection
    ) -> Classes:
        """Return the class of each block where people are multiplied as by :meth:`crowding`."""
        return self.codes(section, by_block.ravel()[self.parts.block] * by_zone[self.parts.zone])

    def block_of(self, cells: Cells) -> Cells:
        """Return the number of the block of each cell (flat indices)."""
        row, column = np.divmod(cells, self.grid_shape[1])
        return np.asarray(row // self.side * self.shape[1] + column // self.side)

    def on_grid(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return values of blocks in each of their cells."""
        rows, columns = self.grid_shape
        wide = np.repeat(np.repeat(values, self.side, axis=0), self.side, axis=1)
        return wide[:rows, :columns]

    def _by_block(self, values: Floats | Cells) -> Floats:
        """Return the sum over the parts of each block."""
        rows, columns = self.shape
        summed: Floats = np.bincount(self.parts.block, values, rows * columns).astype(np.float64)
        return summed.reshape(rows, columns)
