"""The files of a sweep: the table in Parquet and CSV, and one page that compares the runs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.outputs.figure import svg_panels
from planner.outputs.page import page
from planner.outputs.pages.folder import page_folder
from planner.outputs.plots.sweep import AGAINST, COVERED, best_runs, drawn_against, trade_off
from planner.outputs.tables.csv import write_table

FILES = ("sweep.html", "sweep.parquet", "sweep.csv")


def save_sweep(
    table: pd.DataFrame, folder: Path, *, title: str, changed: Sequence[str], origin: dict[str, Any]
) -> Path:
    """Write table and page of a sweep into its folder, in place of earlier ones; return the folder.

    Raises
    ------
    InputError
        As :func:`planner.outputs.pages.folder.page_folder`.
    """
    with page_folder(folder, FILES, origin, force=True) as staging:
        table.to_parquet(staging / "sweep.parquet", index=False)
        write_table(table, staging / "sweep.csv")
        text = sweep_html(table, title=title, changed=changed)
        (staging / "sweep.html").write_text(text, encoding="utf-8")
    return folder


def sweep_html(table: pd.DataFrame, *, title: str, changed: Sequence[str]) -> str:
    """Return the comparison of the runs as one HTML page."""
    shown = [name for name in (*changed, *_columns(table)) if name in table]
    return page(
        "sweep_page.html.j2",
        title=title,
        changed=list(changed),
        columns=list(dict.fromkeys(shown)),
        runs=table.replace({np.nan: None}).to_dict("records"),
        best=best_runs(table),
        effort=float(table["siting.effort"].min()) if "siting.effort" in table else 1.0,
        failed=int((table["state"] == "failed").sum()),
        cell=_cell,
        chart=_chart(table) if COVERED in table else "",
    )


def _chart(table: pd.DataFrame) -> str:
    against = drawn_against(table)
    plots = [partial(trade_off, table, name) for name in against]
    return svg_panels(plots, "trade-off", width_in=3.6 * len(against) + 0.6, height_in=3.4)


def sweep_text(table: pd.DataFrame, folder: Path, computed: int) -> str:
    """Return the lines of the terminal."""
    failed = table[table["state"] == "failed"]
    lines = [f"{len(table)} runs: {computed} computed now, {len(table) - computed} done before"]
    if COVERED in table and len(failed) < len(table):
        shares = table[COVERED]
        lines.append(f"  residents covered: {shares.min():.1%} to {shares.max():.1%}")
    lines += [f"  failed: {key[:8]}: {error}" for key, error in zip(failed["key"], failed["error"],
                                                                    strict=True)]  # fmt: skip
    return "\n".join([*lines, f"  {folder / 'sweep.html'}"])


def _cell(name: str, value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float) and name.endswith(("share", "gap")):
        return f"{value:.2%}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,.10g}"
    return str(value)


def _columns(table: pd.DataFrame) -> list[str]:
    names = [COVERED, *(name for name in AGAINST), "optimality.gap", "target_met"]
    return [name for name in names if name in table]
