"""Coverage as a cloud-optimised GeoTIFF: classes, never blended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from rasterio.io import DatasetWriter

from planner.ground.area_class import AREA_CLASSES, OUTSIDE
from planner.outputs.tables.cog import cloud_optimised

if TYPE_CHECKING:
    from planner.plan import Plan

SERVED_CLASS = {0: "not covered"} | {
    1 + area_class.code: f"covered, {area_class.name_en.lower()}" for area_class in AREA_CLASSES
}
PHASE = {0: "not covered", 1: "covered by the baseline", 2: "covered by new stations only"}


def write_coverage(plan: Plan, path: Path) -> None:
    """Write two bands of codes (uint8, nodata 255): the class that is served, and since when.

    Where users differ, a third band has the percentage of the people of a cell that is expected to
    be served. Overviews take the commonest code. The meaning of each code is in the band's
    metadata, because a GeoTIFF of two bands has no colour table.
    """
    share = plan.coverage.share
    with cloud_optimised(
        path,
        plan.area.grid,
        count=2 if share is None else 3,
        dtype="uint8",
        nodata=OUTSIDE,
        overview_resampling="mode",
    ) as raster:
        raster.update_tags(**_tags(plan))
        _write_band(raster, 1, "served_class", plan.coverage.served_class, SERVED_CLASS)
        _write_band(raster, 2, "phase", plan.coverage.phase, PHASE)
        if share is not None:
            percent = np.where(np.isnan(share), np.float32(OUTSIDE), np.rint(100 * share))
            _write_band(raster, 3, "served_percent", percent.astype(np.uint8), {})


def _tags(plan: Plan) -> dict[str, str]:
    return {
        "TITLE": f"Coverage: {plan.scenario.title}",
        "SCENARIO": plan.scenario.name,
        "SCENARIO_SHA256": plan.provenance["scenario_hash"],
        "TIFFTAG_SOFTWARE": f"basestation-planner {plan.provenance['planner_version']}",
        "TIFFTAG_DATETIME": plan.provenance["created"],
    }


def _write_band(
    raster: DatasetWriter,
    number: int,
    name: str,
    codes: npt.NDArray[np.uint8],
    meanings: Mapping[int, str],
) -> None:
    raster.write(codes, number)
    raster.set_band_description(number, name)
    tags = {f"CODE_{code}": meaning for code, meaning in meanings.items()}
    raster.update_tags(number, **tags, CODE_255="outside the study area")
