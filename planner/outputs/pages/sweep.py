"""The files of a sweep: the table in Parquet and CSV, and one page that compares the runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from planner.outputs.destination import Destination
from planner.outputs.figure import INK, MUTED, RULE, svg_text
from planner.outputs.page import page
from planner.outputs.palette import BASELINE, GAP
from planner.outputs.tables.csv import write_table
from planner.outputs.tables.summary_json import write_run

RUN = "run.json"
FILES = ("sweep.html", "sweep.parquet", "sweep.csv", RUN)
_COVERED = "population_covered_share"
_AGAINST = (
    ("stations_new", 1e3, "New stations, thousand\n新建基站（千座）"),
    ("cost_cny", 1e9, "Capital, billion yuan\n投资（十亿元）"),
    ("rollout.target.date_50", 1.0, "Days until it is built, median\n建成天数（中位）"),
)


def save_sweep(
    table: pd.DataFrame, folder: Path, *, title: str, changed: Sequence[str], origin: dict[str, Any]
) -> Path:
    """Write table and page of a sweep into its folder, in place of earlier ones; return the folder.

    Raises
    ------
    InputError
        As :meth:`planner.outputs.destination.Destination.filled`.
    """
    with Destination(folder, FILES, RUN).filled(force=True) as staging:
        table.to_parquet(staging / "sweep.parquet", index=False)
        write_table(table, staging / "sweep.csv")
        text = sweep_html(table, title=title, changed=changed)
        (staging / "sweep.html").write_text(text, encoding="utf-8")
        write_run(origin, staging / RUN, FILES[:-1])
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
        failed=int((table["state"] == "failed").sum()),
        cell=_cell,
        chart=trade_off_chart(table) if _COVERED in table else "",
    )


def best_runs(table: pd.DataFrame) -> list[bool]:
    """Return, for each run, whether no other covers as much with less of everything that is shown.

    Less: new stations, capital and, where there is a build-out, days.
    """
    if _COVERED not in table:
        return [False] * len(table)
    against = [_numbers(table, name) for name, _, _ in _AGAINST]
    costs = np.array([values for values in against if np.isfinite(values).any()])
    covered = table[_COVERED].to_numpy(float)
    best = []
    for run in range(len(table)):
        no_worse = (covered >= covered[run]) & (costs <= costs[:, [run]]).all(axis=0)
        better = (covered > covered[run]) | (costs < costs[:, [run]]).any(axis=0)
        best.append(bool(np.isfinite(covered[run]) and not (no_worse & better).any()))
    return best


def trade_off_chart(table: pd.DataFrame) -> str:
    """Return people covered against stations, money and date, as SVG; best runs are joined."""
    panels = [
        (_numbers(table, name) / unit, label)
        for name, unit, label in _AGAINST
        if np.isfinite(_numbers(table, name)).any()
    ]
    covered = 100.0 * table[_COVERED].to_numpy(float)
    best = np.array(best_runs(table), bool)
    figure = Figure(figsize=(3.6 * len(panels) + 0.6, 3.4), layout="constrained")
    for axes, (values, label) in zip(
        np.atleast_1d(figure.subplots(1, len(panels), sharey=True)), panels, strict=True
    ):
        order = np.flatnonzero(best)[np.argsort(values[best], kind="stable")]
        axes.plot(values[order], covered[order], color=BASELINE, linewidth=1.2, zorder=2)
        axes.scatter(values[~best], covered[~best], color=GAP, s=18, zorder=3)
        axes.scatter(values[best], covered[best], color=BASELINE, s=24, zorder=4)
        axes.set_title(label, fontsize=9.5, color=INK, loc="left")
        axes.grid(color=RULE, linewidth=0.6, zorder=0)
        axes.tick_params(colors=MUTED, labelsize=8.5, length=0)
        for side in ("top", "right", "left", "bottom"):
            axes.spines[side].set_visible(False)
    figure.supylabel("Residents covered, %  覆盖率", fontsize=9.5, color=INK)
    return svg_text(figure, "trade-off")


def sweep_text(table: pd.DataFrame, folder: Path, computed: int) -> str:
    """Return the lines of the terminal."""
    failed = table[table["state"] == "failed"]
    lines = [f"{len(table)} runs: {computed} computed now, {len(table) - computed} done before"]
    if _COVERED in table and len(failed) < len(table):
        shares = table[_COVERED]
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
    names = [_COVERED, *(name for name, _, _ in _AGAINST), "optimality.gap", "target_met"]
    return [name for name in names if name in table]


def _numbers(table: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    """Return a column as numbers, NaN where there are none; dates as days from the first."""
    if name not in table:
        return np.full(len(table), np.nan)
    if "date" in name:
        days = pd.to_datetime(table[name], errors="coerce")
        return np.asarray((days - days.min()) / pd.Timedelta(days=1), dtype=np.float64)
    return np.asarray(pd.to_numeric(table[name], errors="coerce"), dtype=np.float64)
