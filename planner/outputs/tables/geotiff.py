"""Coverage as cloud-optimised GeoTIFFs: one band of classes each, with its colours inside."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.ground.area_class import AREA_CLASSES, OUTSIDE
from planner.outputs.palette import (
    COVERED_BASELINE,
    NO_PEOPLE,
    NOT_COVERED,
    SERVED_COLOURS,
    served_class_of,
    shades,
)
from planner.outputs.tables.cog import cloud_optimised
from planner.outputs.tables.qgis_styles import raster_classes_qml

if TYPE_CHECKING:
    from planner.plan import Plan

_CLASSES = len(AREA_CLASSES)
NOBODY = 1 + 2 * _CLASSES
"""Code of land that is not served and where nobody lives."""

COVERAGE: Mapping[int, tuple[str, str]] = {
    0: ("not served", NOT_COVERED),
    **{
        1 + start + known.code: (f"{since}, {known.name_en.lower()}", colour)
        for since, start, tint in (
            ("served before the plan", 0, COVERED_BASELINE),
            ("served by new stations only", _CLASSES, SERVED_COLOURS[2]),
        )
        for known, colour in zip(AREA_CLASSES, shades(tint, _CLASSES), strict=True)
    },
    NOBODY: ("not served, nobody lives here", NO_PEOPLE),
}
"""Meaning and colour of each code of ``coverage.tif``."""

PERCENT: Mapping[int, tuple[str, str]] = {
    percent: (f"{percent} %", SERVED_COLOURS[served_class_of(percent / 100)])
    for percent in range(101)
}
"""Meaning and colour of each code of ``served_percent.tif``."""


def coverage_codes(plan: Plan) -> npt.NDArray[np.uint8]:
    """Return the codes of :data:`COVERAGE` (uint8, 255 outside the area).

    1 + class where the baseline serves, 5 + class where only new stations do: from a code that is
    1 to 8, the area class is (code - 1) mod 4, and the baseline serves if it is below 5.
    """
    coverage, people = plan.coverage, plan.demand.people
    codes = coverage.served_class.copy()
    codes[coverage.phase == 2] += np.uint8(_CLASSES)
    codes[(coverage.phase == 0) & (people <= 0)] = NOBODY
    codes[coverage.phase == OUTSIDE] = OUTSIDE
    return codes


def write_coverage(plan: Plan, path: Path) -> None:
    """Write who is served since when, by area class: codes of :data:`COVERAGE`, nodata 255."""
    meaning = {f"CODE_{code}": text for code, (text, _) in COVERAGE.items()}
    _write(plan, path, "coverage", coverage_codes(plan), COVERAGE, meaning)


def write_served_percent(plan: Plan, path: Path) -> None:
    """Write the percentage of the people of a cell that is expected to be served, nodata 255.

    Rounded down: classes that begin at a whole per cent are the same in the file.
    """
    served, phase = np.nan_to_num(plan.coverage.share), plan.coverage.phase
    percent = np.where(phase == OUTSIDE, np.float32(OUTSIDE), np.floor(100 * served + 1e-4))
    meaning = {"MEANING": "people expected to be served, of all people of the cell", "UNITS": "%"}
    _write(plan, path, "served_percent", percent.astype(np.uint8), PERCENT, meaning)


def _write(
    plan: Plan,
    path: Path,
    name: str,
    codes: npt.NDArray[np.uint8],
    classes: Mapping[int, tuple[str, str]],
    meaning: Mapping[str, str],
) -> None:
    """Write one band with a colour table; overviews take the commonest code."""
    with cloud_optimised(
        path, plan.area.grid, count=1, dtype="uint8", nodata=OUTSIDE, overview_resampling="mode"
    ) as raster:
        raster.update_tags(
            TITLE=f"Coverage: {plan.scenario.title}",
            SCENARIO=plan.scenario.name,
            SCENARIO_SHA256=plan.provenance["scenario_hash"],
            TIFFTAG_SOFTWARE=f"basestation-planner {plan.provenance['planner_version']}",
            TIFFTAG_DATETIME=plan.provenance["created"],
        )
        raster.write(codes, 1)
        raster.write_colormap(1, {code: _rgba(colour) for code, (_, colour) in classes.items()})
        raster.set_band_description(1, name)
        raster.update_tags(1, **meaning, CODE_255="outside the study area")


def write_coverage_names(_: Plan, path: Path) -> None:
    """Write the names of the codes where GDAL looks for them, beside the raster."""
    root = ET.Element("PAMDataset")
    names = ET.SubElement(ET.SubElement(root, "PAMRasterBand", band="1"), "CategoryNames")
    for code in range(NOBODY + 1):
        ET.SubElement(names, "Category").text = COVERAGE[code][0]
    path.write_text(ET.tostring(root, encoding="unicode"), encoding="utf-8", newline="\n")


def write_coverage_style(_: Plan, path: Path) -> None:
    """Write the style that QGIS takes for the raster beside it."""
    path.write_text(raster_classes_qml(COVERAGE), encoding="utf-8", newline="\n")


def write_served_percent_style(_: Plan, path: Path) -> None:
    """Write the style that QGIS takes for the raster beside it: one entry for each class."""
    path.write_text(raster_classes_qml(PERCENT), encoding="utf-8", newline="\n")


def _rgba(colour: str) -> tuple[int, int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue, 255
