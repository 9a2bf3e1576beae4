"""The curve of coverage: every number of stations with its bound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.columns import Column
from planner.outputs.tables.csv import write_columns
from planner.siting import NEW

if TYPE_CHECKING:
    from planner.plan import Plan

_ROWS = (
    (
        "stations",
        "stations",
        "Stations",
        "基站数",
        "baseline, must-have sites and the first new ones",
    ),
    ("stations_new", "stations", "New stations", "新建基站数", "the first new ones of the order"),
    (
        "people_covered",
        "people",
        "Residents covered",
        "累计覆盖人口",
        "residents covered by these stations, on parts of cells",
    ),
    (
        "people_by_siting",
        "people",
        "Residents as siting counts",
        "选址口径覆盖人口",
        "the same by the count that siting maximises and the bound is for",
    ),
    (
        "upper_bound_people",
        "people",
        "Upper bound",
        "覆盖人口上限",
        "no plan with as many stations covers more, as siting counts",
    ),
    (
        "gap",
        "share",
        "Distance to the bound",
        "与上限的差距",
        "1 - people_by_siting / upper_bound_people",
    ),
)
CURVE = {row[0]: Column(*row) for row in _ROWS}
"""Columns of ``curve.csv``, as :mod:`planner.columns` has those of other tables."""


def curve_table(plan: Plan) -> pd.DataFrame:
    """Return a row for each number of new stations, with the columns of ``CURVE``.

    Empty if the bound was not sought for every number: the scenario asked for no certificate.
    """
    found = plan.certificate
    if found is None or not found.along:
        return pd.DataFrame(columns=list(CURVE))
    new = np.arange(len(found.people_along))
    covered = plan.stations["people_covered"].to_numpy(float)
    given = int((plan.stations["role"] != NEW).sum())
    bound = found.upper_bound_people[new]
    return pd.DataFrame(
        {
            "stations": given + new,
            "stations_new": new,
            "people_covered": np.concatenate([[0.0], covered])[given + new],
            "people_by_siting": found.people_along,
            "upper_bound_people": bound,
            "gap": np.maximum(0.0, 1 - found.people_along / np.maximum(bound, 1e-9)),
        }
    )


def write_curve_csv(plan: Plan, path: Path) -> None:
    """Write the curve with its bound."""
    write_columns(curve_table(plan), CURVE, path)
