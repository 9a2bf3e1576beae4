"""The people of each cell, as a cloud-optimised GeoTIFF: what a plan is counted on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from planner.outputs.tables.cog import cloud_optimised

if TYPE_CHECKING:
    from planner.plan import Plan

BANDS = (
    ("people", "people", "people who live in the cell"),
    ("area_class", "", "0 dense urban, 1 urban, 2 suburban, 3 rural"),
    ("zone", "", "row of the zone in zones.csv, from 0"),
)


def write_people(plan: Plan, path: Path) -> None:
    """Write people, area class and zone of each cell (float32; nodata NaN outside the area)."""
    area, demand = plan.area, plan.demand
    outside = area.zone_index < 0
    people, area_class, zone = demand.people, demand.area_class, area.zone_index
    rasters = [one.astype(np.float32) for one in (people, area_class, zone)]
    with cloud_optimised(
        path, area.grid, count=len(BANDS), dtype="float32", nodata=np.nan, predictor=3,
        overview_resampling="nearest",
    ) as raster:  # fmt: skip
        raster.update_tags(
            TITLE=f"Residents: {plan.scenario.title}", SOURCE=demand.source,
            AREA_CODE=area.code, AREA_NAME_EN=area.name_en, AREA_NAME_ZH=area.name_zh,
        )  # fmt: skip
        for band, values in enumerate(rasters, 1):
            name, unit, meaning = BANDS[band - 1]
            raster.write(np.where(outside, np.float32(np.nan), values), band)
            raster.set_band_description(band, name)
            raster.set_band_unit(band, unit)
            raster.update_tags(band, MEANING=meaning)
