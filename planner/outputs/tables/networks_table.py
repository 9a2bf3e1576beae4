"""The networks of a scenario as a table: a row for each plan of each case, and one for all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.columns import NETWORKS
from planner.outputs.tables.csv import write_columns

if TYPE_CHECKING:
    from planner.networks.plan import NetworksPlan


def networks_table(networks: NetworksPlan) -> pd.DataFrame:
    """Return the comparison with the columns of :data:`planner.columns.NETWORKS`."""
    people = networks.summary["population_total"]
    rows: list[dict[str, Any]] = []
    for case in networks.summary["comparison"]:
        for row in case["networks"]:
            rows.append({**row, "case": case["case"], "operators": "; ".join(row["operators"])})
        some = case["population_covered_by_any"]
        rows.append(
            {
                **case,
                "network": "all",
                "title": case["title_en"],
                "population_covered": some,
                "population_covered_share": some / people,
            }
        )
    return pd.DataFrame(rows).reindex(columns=list(NETWORKS))


def write_networks_csv(networks: NetworksPlan, path: Path) -> None:
    """Write the comparison for spreadsheets."""
    write_columns(networks_table(networks), NETWORKS, path)
