"""The back-test: a page of its own that opens without a network, and its table."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd

from planner.outputs.figure import svg
from planner.outputs.folder import check_output_folder, complete_or_nothing
from planner.outputs.language import Language
from planner.outputs.page import page
from planner.outputs.plots.hindcast import hindcast_fan
from planner.outputs.tables.csv import write_table
from planner.rollout.hindcast import Hindcast

PAGE, TABLE = "hindcast.html", "hindcast.csv"
FILES = (PAGE, TABLE)


def hindcast_svg(found: Hindcast, lang: Language = "en") -> str:
    """Return published and simulated stations as SVG."""
    return svg(partial(hindcast_fan, found, lang=lang), "hindcast", width_in=10.0, height_in=4.4)


def hindcast_page(found: Hindcast) -> str:
    """Return the hindcast as one HTML page."""
    return page("hindcast_page.html.j2", hindcast=found, hindcast_svg=hindcast_svg(found))


def hindcast_table(found: Hindcast) -> pd.DataFrame:
    """Return the comparison as a table, a row for each published figure."""
    return pd.DataFrame(
        {
            "date": row.date,
            "published": row.published,
            "low_p10": row.low,
            "median": row.median,
            "high_p90": row.high,
            "error": row.error,
            "use": ("fitted" if row.fitted else "forecast") if row.used else "not used",
            "source": row.url,
        }
        for row in found.rows
    )


def save_hindcast(found: Hindcast, folder: Path) -> None:
    """Write page and table into a folder that is made if it is not there; earlier ones go.

    Raises
    ------
    InputError
        As :func:`planner.outputs.folder.check_output_folder` with ``force``.
    """
    check_output_folder(folder, FILES, force=True)
    with complete_or_nothing(folder, FILES) as staging:
        (staging / PAGE).write_text(hindcast_page(found), encoding="utf-8")
        write_table(hindcast_table(found), staging / TABLE, {"error": 4})
