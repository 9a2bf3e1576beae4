"""All provinces of the mainland, each planned as a task of a sweep, and their table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from planner.data.registry import province_code
from planner.errors import InputError, Problem
from planner.ground.grid import Grid
from planner.national import run_national
from planner.national.cells import national_grid
from planner.openers.table import data_table
from planner.scenario.national import NationalScenario
from planner.sweep.run import FULL, RUNS, Sweep, run_sweep
from planner.sweep.task import CELLS
from planner.sweep.variations import Changes
from planner.sweep.workers import Workers

_COARSEST_M, _FINEST_M = 1_000.0, 20.0
_FROM_SUMMARY = {
    "people": "population_total",
    "people_served": "population_covered",
    "served_share": "population_covered_share",
    "area_km2": "area_km2",
    "stations": "stations_new",
    "cost_cny": "cost_cny",
    "cell_size_m": "cell_size_m",
    "gap": "optimality.gap",
}
_CELL_COLUMNS = {"cell": "int64", "people": "float64", "served": "float64", "stations": "int64"}


@dataclass(frozen=True)
class ProvincePlans:
    """Plans of provinces: a row for each in ``table``, and ``cells`` of the map of the country.

    ``table``: adcode, names, state (done or failed) with the error, people, those served, area,
    stations (also per 10,000 people and per km2), money, size of cells, gap to the bound, key of
    the run. ``cells``: as of :func:`planner.national.cells.on_national_grid`, summed; on ``grid``.
    ``computed``: how many provinces were planned now.
    """

    scenario: NationalScenario
    table: pd.DataFrame
    cells: pd.DataFrame
    grid: Grid
    computed: int

    @property
    def failed(self) -> int:
        """Number of provinces without a plan."""
        return int((self.table["state"] == "failed").sum())


def plan_provinces(
    scenario: NationalScenario,
    folder: Path,
    *,
    only: Sequence[str] = (),
    changes: Mapping[str, object] | None = None,
    listed: Sequence[Changes] = (),
    workers: Workers | None = None,
    progress: Callable[[int], object] = lambda _count: None,
) -> ProvincePlans:
    """Plan each province with its share of the first programme; done provinces are not repeated.

    Parameters
    ----------
    scenario
        A national scenario with ``[provinces]``.
    folder
        Where tasks and results lie, as for :func:`planner.sweep.run_sweep`.
    only
        Provinces, by adcode or name; default: all 31.
    changes
        Keys of the scenario of provinces with other values, the same for all: ``population.file``
        for people of your own.
    listed
        The same for single provinces; each names its ``adcode``.
    workers, progress
        As for :func:`planner.sweep.run_sweep`.

    Raises
    ------
    InputError
        No ``[provinces]``, an unknown province, or changes that make no valid scenario.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from planner.scenario.national import load_national
    >>> from planner.sweep.provinces import plan_provinces
    >>> china = load_national("china-2020")
    >>> quick = {"area.cell_size_m": 5000, "siting.certificate_iterations": 0}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     plans = plan_provinces(china, Path(folder), only=["Hainan"], changes=quick)
    >>> plans.table["name_en"].tolist()
    ['Hainan']
    """
    if scenario.provinces is None:
        raise InputError(
            Problem("does not say how a province is planned", scenario.file, "provinces",
                    expected="[provinces] with the path of a scenario")
        )  # fmt: skip
    chosen = [province_code(one) for one in only]
    own = _by_province(listed)
    split = run_national(scenario).provinces
    split = split[split["adcode"].isin(chosen)] if chosen else split
    template = scenario.origin.path(scenario.provinces.scenario)
    per_station = scenario.provinces.cells_per_station
    runs: list[Changes] = [
        _fitting_cells(
            {
                "area.province": row.adcode,
                "target.stations_new": int(row.stations_1),
                **(changes or {}),
                **own.get(row.adcode, {}),
            },
            float(row.area_km2),
            per_station,
        )
        for row in split.itertuples()
    ]
    sweep = run_sweep(
        template, runs, folder, workers=workers, leaves=[CELLS], spent=FULL, progress=progress
    )
    names = split[["adcode", "name_zh", "name_en"]].reset_index(drop=True)
    table = _table(names, sweep)
    done = table["key"][table["state"] == "done"]
    return ProvincePlans(
        scenario,
        table,
        _cells([folder / RUNS / key for key in done]),
        national_grid(),
        sweep.computed,
    )


def _by_province(listed: Sequence[Changes]) -> dict[str, Changes]:
    """Return changes by the adcode of their province; a boundary takes the place of a province."""
    own: dict[str, Changes] = {}
    for row in listed:
        given = dict(row)
        code = province_code(str(given.pop("adcode", "")))
        if "area.boundary" in given:
            given.setdefault("area.province", None)
        own[code] = given
    return own


def _fitting_cells(changes: Changes, area_km2: float, per_station: float) -> Changes:
    """Return the changes of a province with cells small enough for its stations."""
    if "area.cell_size_m" in changes:
        return changes
    stations = changes["target.stations_new"]
    if not isinstance(stations, int) or stations < 1:
        return changes
    side_m = 1_000.0 * (area_km2 / (per_station * stations)) ** 0.5
    return changes | {"area.cell_size_m": min(_COARSEST_M, max(_FINEST_M, float(int(side_m))))}


def _table(names: pd.DataFrame, sweep: Sweep) -> pd.DataFrame:
    """Return a row for each province."""
    found = sweep.table.reindex(columns=["state", "error", "key", *_FROM_SUMMARY.values()])
    found = found.rename(columns={old: new for new, old in _FROM_SUMMARY.items()})
    numbers = found[list(_FROM_SUMMARY)].astype("float64")
    rates = pd.DataFrame(
        {
            "stations_per_10000_people": numbers["stations"] / numbers["people"] * 1e4,
            "stations_per_km2": numbers["stations"] / numbers["area_km2"],
        }
    )
    columns = [names, found[["state", "error"]], numbers, rates, found[["key"]]]
    return pd.concat(columns, axis=1)


def _cells(homes: Sequence[Path]) -> pd.DataFrame:
    """Return the cells of the country, summed where provinces meet."""
    parts = [data_table(home / CELLS, **_CELL_COLUMNS) for home in homes]
    if not parts:
        return pd.DataFrame({"cell": [], "people": [], "served": [], "stations": []})
    return pd.concat(parts).groupby("cell", as_index=False).sum()
