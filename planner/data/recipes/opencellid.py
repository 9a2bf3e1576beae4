"""OpenCelliD: cells of mobile networks as phones have seen them, with a key of the user's own."""

from __future__ import annotations

import os
from functools import partial

from planner.data.cutting import points_csv
from planner.data.recipe import CHINA, Licence, Recipe

_KEY = "PLANNER_OPENCELLID_KEY"
COLUMNS = (
    "radio", "mcc", "net", "area", "cell", "unit", "lon", "lat", "range", "samples", "changeable",
    "created", "updated", "averageSignal",
)  # fmt: skip

RECIPE = Recipe(
    title="OpenCelliD, cells of China's mobile networks",
    what="points (lon, lat): estimated positions of cells, not of masts",
    url="https://opencellid.org/",
    licence=Licence(
        "CC BY-SA 4.0",
        "https://creativecommons.org/licenses/by-sa/4.0/",
        "what is made from it and published must carry the same licence",
    ),
    attribution="OpenCelliD Project (CC BY-SA 4.0)",
    addresses=lambda _area: (
        "https://opencellid.org/ocid/downloads"
        f"?token={os.environ.get(_KEY, '').strip()}&type=mcc&file=460.csv.gz",
    ),
    make=partial(points_csv, columns=COLUMNS),
    extent=CHINA,
    key_setting=_KEY,
)
