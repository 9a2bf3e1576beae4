"""Demand: people and area class of each cell."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter

from kernels.numbers.smoothing import gaussian_like_sum
from kernels.numbers.zones import scale_by_zone, zone_sum
from planner.data import data_set, path_of
from planner.data.cache import is_data_name
from planner.data.recipe import recipe_of
from planner.data.registry import embedded_sets
from planner.errors import PlannerWarning
from planner.ground.area import StudyArea
from planner.ground.area_class import OUTSIDE
from planner.ground.grid import Grid
from planner.ground.people_blocks import PeopleBlocks
from planner.ground.population_points import (
    PeoplePoints,
    people_at_centres,
    people_of_points,
)
from planner.ground.population_raster import Population, read_population
from planner.openers.raster import RasterFile
from planner.openers.vector import VectorFile
from planner.scenario import Scenario
from planner.scenario.area import AreaClassesSection, PopulationSection
from planner.scenario.base import Origin

Raster = npt.NDArray[np.float32]

_SOMEBODY = 0.5
"""People from which on somebody lives: whole people, up to their distribution by area."""


@dataclass(frozen=True)
class Demand:
    """People and area class for each cell of the grid.

    ``people`` (float32): people per cell, 0 outside the area. ``area_class`` (uint8): code of
    :mod:`planner.ground.area_class`, 255 outside. ``zone_people`` (float64): the source's own exact
    total for each zone. ``is_model``: whether the population is modelled rather than measured.
    ``situations``: equal shares of the people of every cell, from the easiest to the hardest to
    serve. Rasters of all situations are stacked, one above the other ([situations * H, W]).
    ``pixel_m``: side of the pixels that the people come from, 0 if it is not known. ``points``:
    where they stand, if a table says so.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> area = planner.study_area(scenario, 250.0)
    >>> demand = planner.demand_on_grid(scenario, area)
    >>> demand.people.shape == demand.area_class.shape == area.grid.shape
    True
    """

    people: Raster
    area_class: npt.NDArray[np.uint8]
    zone_people: npt.NDArray[np.float64]
    source: str
    is_model: bool
    situations: int = 1
    pixel_m: float = 0.0
    points: PeoplePoints | None = None

    @property
    def people_total(self) -> float:
        """All people of the area."""
        return float(self.zone_people.sum())

    @property
    def stack_shape(self) -> tuple[int, int]:
        """Rows and columns of the rasters of all situations."""
        height, width = self.people.shape
        return self.situations * height, width

    @property
    def people_each(self) -> Raster:
        """People in any one situation (float32, grid shape)."""
        return self.people if self.situations == 1 else self.people / np.float32(self.situations)

    @property
    def people_by_situation(self) -> Raster:
        """People in each situation (float32, stacked)."""
        return self.split(self.people)

    def split(self, raster: Raster) -> Raster:
        """Return a raster divided equally over the situations (stacked)."""
        if self.situations == 1:
            return raster
        return np.asarray(np.tile(raster / np.float32(self.situations), (self.situations, 1)))

    def situation_at(self, share: float) -> int:
        """Return the situation with which a share of a cell's people is served, easier ones too."""
        return max(0, math.ceil(share * self.situations - 1e-9) - 1)

    def only_in(self, mask: npt.NDArray[Any], situation: int) -> npt.NDArray[Any]:
        """Return a raster in one situation, nothing in the others (stacked)."""
        if self.situations == 1:
            return mask
        stack = np.zeros((self.situations, *mask.shape), mask.dtype)
        stack[situation] = mask
        return stack.reshape(self.stack_shape)

    def served_share(self, covered: npt.NDArray[np.bool_]) -> Raster:
        """Return the share of situations (float32, grid shape) that a stacked mask holds."""
        stack = covered.reshape(self.situations, *self.people.shape)
        return np.asarray(stack.mean(axis=0, dtype=np.float32))


def demand_on_grid(scenario: Scenario, area: StudyArea) -> Demand:
    """Bring people onto the grid, conserving each zone's total, and classify every cell.

    The population is the scenario's file, or the embedded model of the province.

    Raises
    ------
    InputError
        From :func:`planner.ground.population_raster.read_population`.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> area = planner.study_area(scenario, 250.0)
    >>> demand = planner.demand_on_grid(scenario, area)
    >>> round(demand.people_total)
    629088
    """
    section, standing = scenario.population, None
    if section.points is not None:
        source, is_model = str(section.points), False
        population, standing = _people_of_points(section, scenario.origin, area)
    else:
        file, is_model = _raster(section, scenario.origin, area.code, scenario.area.detail)
        source = file.name
        population = read_population(file, area.zones, area.grid, nodata=section.nodata)
        if section.stand == "spread":
            # Of a cell across the edge, those count who live inside, and those beside it.
            home, cells_inside = area.edge.inside_of_homes
            population.on_grid.ravel()[home] *= cells_inside
    by_zone = population.by_zone
    people = people_on_grid(population, area)
    if section.concentration != 1.0:
        people = concentrated(people, area, section.concentration, by_zone)
    if section.stand == "centre":
        standing = people_at_centres(people)
    classes = area_classes(people, area, scenario.area_classes)
    situations = scenario.service.n_situations
    pixel_m = population.pixel_m
    return Demand(people, classes, by_zone, source, is_model, situations, pixel_m, standing)


def _people_of_points(
    section: PopulationSection, origin: Origin, area: StudyArea
) -> tuple[Population, PeoplePoints]:
    given = section.points
    assert given is not None
    file = VectorFile(
        origin.path(given), str(given), "population.points", table_crs=section.points_crs
    )
    return people_of_points(file, section.points_column, area)


def _raster(
    section: PopulationSection, origin: Origin, code: str, detail: str
) -> tuple[RasterFile, bool]:
    """Return the raster of people, and whether it is a model: the file, or that of a province."""
    given = section.file
    if given is None:
        embedded = data_set(embedded_sets(code, detail)[1])
        return RasterFile(path_of(embedded.id), embedded.title, "population.file", None), True
    source, is_model = str(given), False
    if is_data_name(given):
        recipe = recipe_of(source)
        source, is_model = recipe.title, recipe.is_model
    return RasterFile(origin.path(given), source, "population.file", section.band), is_model


def demand_otherwise(
    demand: Demand, area: StudyArea, section: AreaClassesSection, exponent: float
) -> Demand:
    """Return where people live if they live closer together by ``exponent``, with other classes."""
    people = demand.people
    if exponent != 1.0:
        people = concentrated(people, area, exponent, demand.zone_people)
    return replace(demand, people=people, area_class=area_classes(people, area, section))


def people_on_grid(population: Population, area: StudyArea) -> Raster:
    """Return people on the grid, each zone rescaled to its exact sum; changes ``population``.

    A zone with people but no populated cell (smaller than a pixel of the source) gets them spread
    evenly; a zone without a cell on the grid is reported by a warning.
    """
    people, zone_people = population.on_grid, population.by_zone
    count = len(zone_people)
    found = zone_sum(people, area.zone_index, count)
    cells = np.bincount(area.zone_index[area.zone_index >= 0], minlength=count)
    lost = (zone_people > 0) & (cells == 0)
    if lost.any():
        names = ", ".join(area.zones["name_en"][lost])
        warnings.warn(
            f"{zone_people[lost].sum():,.0f} people live in zones smaller than a cell; they are in "
            f"the totals but cannot be covered on this grid: {names}",
            PlannerWarning,
            stacklevel=3,
        )
    spread = (found <= 0) & (cells > 0)
    factor = np.divide(zone_people, found, out=np.zeros(count), where=found > 0)
    offset = np.where(spread, zone_people / np.maximum(cells, 1), 0.0)
    scale_by_zone(people, area.zone_index, factor, offset)
    return people


def concentrated(
    people: Raster, area: StudyArea, exponent: float, zone_people: npt.NDArray[np.float64]
) -> Raster:
    """Return people with the density of each square kilometre raised to a power.

    ``zone_people``: what each zone is brought to afterwards.
    """
    blocks = PeopleBlocks.of(people, area)
    by_block, by_zone = blocks.crowding(exponent, zone_people)
    moved: Raster = (people * blocks.on_grid(by_block)).astype(np.float32)
    scale_by_zone(moved, area.zone_index, by_zone, np.zeros(len(by_zone)))
    return moved


def inhabited_land(people: Raster, grid: Grid) -> npt.NDArray[np.bool_]:
    """Mark the cells in whose square kilometre somebody lives.

    The square kilometre around each cell's centre, to whole cells, as in the inhabited grid cells
    of Eurostat (GEOSTAT, 1 km², at least one resident), so that the share of inhabited land does
    not depend on the size of the cells.
    """
    side = max(1, 2 * round((1_000.0 / grid.cell_size_m - 1.0) / 2.0) + 1)
    around = uniform_filter(people, side, mode="constant") * side**2
    inhabited: npt.NDArray[np.bool_] = around >= _SOMEBODY
    return inhabited


def area_classes(
    people: Raster, area: StudyArea, section: AreaClassesSection
) -> npt.NDArray[np.uint8]:
    """Return the class of each cell (uint8, 255 outside) by the rule of the scenario."""
    inside = area.zone_index >= 0
    if section.rule == "degurba":
        blocks = PeopleBlocks.of(people, area)
        codes = blocks.on_grid(blocks.codes(section))
    else:
        codes = _by_density(people, inside, area.grid.cell_size_m, section)
    codes[~inside] = OUTSIDE
    return codes


def _by_density(
    people: Raster, inside: npt.NDArray[np.bool_], cell_m: float, section: AreaClassesSection
) -> npt.NDArray[np.uint8]:
    """Classify cells by smoothed density over land."""
    sigma_cells = section.smoothing_km * 1000.0 / cell_m
    density = people.copy()
    gaussian_like_sum(density, sigma_cells)
    land = inside.astype(np.float32)
    gaussian_like_sum(land, sigma_cells)
    cell_km2 = np.float32((cell_m / 1000.0) ** 2)
    np.divide(density, land * cell_km2, out=density, where=inside)
    codes = np.full(people.shape, 3, dtype=np.uint8)
    codes[density >= section.suburban_people_per_km2] = 2
    codes[density >= section.urban_people_per_km2] = 1
    codes[density >= section.dense_urban_people_per_km2] = 0
    return codes
