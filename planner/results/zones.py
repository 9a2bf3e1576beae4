"""The zones of a plan: people, covered people and stations of each."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from kernels.numbers.zones import zone_class_sum
from planner.columns import ZONES
from planner.ground.area import StudyArea
from planner.ground.area_class import AREA_CLASSES
from planner.ground.demand import Demand, inhabited_land
from planner.results.expected_service import ServedShares
from planner.siting import BASELINE, Siting

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CoverCount:
    """People and area by zone (rows) and area class (columns), counted cell by cell.

    ``people``, ``covered``, ``covered_baseline`` in people; ``area_km2``, of which
    ``inhabited_km2``, of which ``covered_km2`` are served. Where users differ, covered are the
    shares of people and land that are served.
    """

    people: Matrix
    covered: Matrix
    covered_baseline: Matrix
    area_km2: Matrix
    inhabited_km2: Matrix
    covered_km2: Matrix


def count_cover(area: StudyArea, demand: Demand, served: ServedShares) -> CoverCount:
    """Count covered people from the rasters alone, independently of the siting's own counts."""
    inhabited_zone = np.where(inhabited_land(demand.people, area.grid), area.zone_index, -1)

    def counted(
        share: npt.NDArray[np.float32], zone: npt.NDArray[np.int16]
    ) -> tuple[Matrix, Matrix]:
        classes, zones = len(AREA_CLASSES), len(area.zones)
        sums, cells = zone_class_sum(demand.people, zone, demand.area_class, share, zones, classes)
        return sums, cells * area.grid.cell_area_km2

    sums, area_km2 = counted(served.share, area.zone_index)
    before, _ = counted(served.baseline, area.zone_index)
    _, inhabited_km2 = counted(served.share, inhabited_zone.astype(area.zone_index.dtype))
    return CoverCount(
        people=sums.sum(axis=2),
        covered=sums[:, :, 1],
        covered_baseline=before[:, :, 1],
        area_km2=area_km2.sum(axis=2),
        inhabited_km2=inhabited_km2.sum(axis=2),
        covered_km2=inhabited_km2[:, :, 1],
    )


def zone_table(
    area: StudyArea, demand: Demand, siting: Siting, count: CoverCount
) -> gpd.GeoDataFrame:
    """Return the zones (EPSG:4326 polygons) with the columns of :data:`planner.columns.ZONES`.

    ``population`` is the source's own total of the zone; covered people are counted on the grid.
    """
    zone = area.zone_index.ravel()[siting.cell]
    existing = np.bincount(zone[siting.role == BASELINE], minlength=len(area.zones))
    new = np.bincount(zone[siting.role != BASELINE], minlength=len(area.zones))
    people = np.maximum(demand.zone_people, 1e-9)
    area_km2 = count.area_km2.sum(axis=1)
    covered = count.covered.sum(axis=1)
    before = count.covered_baseline.sum(axis=1)
    table = area.zones[["adcode", "name_zh", "name_en", "geometry"]].copy()
    table["population"] = demand.zone_people
    table["covered"] = np.minimum(covered, demand.zone_people)
    table["covered_share"] = np.minimum(covered / people, 1.0)
    table["covered_baseline"] = np.minimum(before, demand.zone_people)
    table["covered_baseline_share"] = np.minimum(before / people, 1.0)
    table["area_km2"] = area_km2
    table["inhabited_area_km2"] = count.inhabited_km2.sum(axis=1)
    table["covered_area_km2"] = count.covered_km2.sum(axis=1)
    table["stations_existing"] = existing
    table["stations_new"] = new
    table["stations_per_km2"] = (existing + new) / np.maximum(area_km2, 1e-9)
    return table[[*ZONES, "geometry"]]
