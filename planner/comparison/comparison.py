"""A comparison: facts of each plan, changes against the first, zones, and shares by cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.ground.area import StudyArea
from planner.number_text import added

if TYPE_CHECKING:
    from planner.outputs.language import Language
    from planner.plan import Plan
    from planner.saved import SavedPlan

Floats = npt.NDArray[np.float32]
_PLACE_DIGITS = 5


@dataclass(frozen=True)
class ComparedPart:
    """One network in every plan, or the only one, with an empty name and empty titles.

    ``titles``: of the network, in English and in Chinese. ``area``: of the plan with the largest
    cells; ``people`` (float32) of its cells and ``shares`` (float32, NaN outside) of each plan on
    its grid. ``zones``: the table by zone.
    """

    network: str
    titles: tuple[str, str]
    plans: tuple[Plan | SavedPlan, ...]
    area: StudyArea
    people: Floats
    shares: tuple[Floats, ...]
    zones: pd.DataFrame

    def difference(self, plan: int, against: int = 0) -> Floats:
        """Return the change in the share served of each cell, NaN outside the area."""
        return self.shares[plan] - self.shares[against]

    @cached_property
    def facts(self) -> tuple[dict[str, Any], ...]:
        """Results of each plan: people, stations, money, months, gaps, places."""
        letters = letters_of(len(self.plans))
        served = [float(self.zones[f"covered_{letter}"].sum()) for letter in letters]
        people = float(self.zones["population"].sum())
        return tuple(
            {"people_served": one, "served_share": one / people, **_facts(plan)}
            for one, plan in zip(served, self.plans, strict=True)
        )

    @cached_property
    def changes(self) -> tuple[dict[str, Any], ...]:
        """Gains, losses and costs of each plan relative to the first."""
        return tuple(self._change(number) for number in range(1, len(self.plans)))

    def _change(self, number: int) -> dict[str, Any]:
        before, after = self.facts[0], self.facts[number]
        added_to = {
            key: None if before[key] is None or after[key] is None else after[key] - before[key]
            for key in _ADDED
        }
        moved = self.people * np.nan_to_num(self.difference(number))
        net, money = added_to["people_served"] or 0.0, added_to["capital_cny"] or 0.0
        return {
            **{f"{key}_change": value for key, value in added_to.items()},
            "people_gained": float(moved[moved > 0].sum(dtype=np.float64)),
            "people_lost": abs(float(moved[moved < 0].sum(dtype=np.float64))),
            "capital_cny_per_person": money / net if money * net > 0.0 else None,
            **_stations(self.plans[0], self.plans[number]),
            **_places(self.plans[0], self.plans[number]),
        }


_ADDED = ("people_served", "served_share", "stations_existing", "stations_new", "capital_cny",
          "present_cost_cny", "probability", "months", "gaps", "gaps_people",
          "places_served")  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """Plans of the same people; the first is what the others are compared with.

    ``names`` and ``titles`` of the plans, also in Chinese; ``parts``: one, or one for each network;
    ``together``: facts of all networks of each plan, where all of them are compared; ``align``: how
    plans of different grids or people were made comparable; ``rounded``: whether shares of cells
    are whole per cents, as files have them; ``scenario_values``: the keys in which the scenarios
    differ, with the value in each.

    Examples
    --------
    >>> import planner
    >>> quick = {"area.cell_size_m": 250, "siting.improvement_rounds": 0}
    >>> few = planner.run("qingzhen", quick | {"target.stations_new": 60})
    >>> many = planner.run("qingzhen", quick)
    >>> found = planner.compare(few, many, names=("60", "120"))
    >>> found.changes[0]["stations_new_change"]
    60
    """

    names: tuple[str, ...]
    titles: tuple[str, ...]
    titles_zh: tuple[str, ...]
    parts: tuple[ComparedPart, ...]
    together: tuple[dict[str, Any], ...]
    align: str
    rounded: bool
    scenario_values: Sequence[tuple[str, tuple[str, ...]]] = ()

    @property
    def letters(self) -> tuple[str, ...]:
        """Letters of the plans in tables: a, b, ..."""
        return letters_of(len(self.names))

    @cached_property
    def zones(self) -> pd.DataFrame:
        """The table by zone: people, then served people, share, stations and money of each plan.

        ``covered_a`` is that of the first plan; ``covered_change_b`` of the second less the first.
        """
        return pd.concat([part.zones for part in self.parts], ignore_index=True)

    @property
    def changes(self) -> tuple[dict[str, Any], ...]:
        """Gains and losses of the plans after the first; of the first network, if there are many.

        :attr:`parts` holds those of each network.
        """
        return self.parts[0].changes

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the rasters as plain values."""
        plans = [
            {"letter": letter, "name": name, "title": title}
            for letter, name, title in zip(self.letters, self.names, self.titles, strict=True)
        ]
        networks = [
            {"network": part.network, "plans": list(part.facts), "changes": list(part.changes)}
            for part in self.parts
        ]
        zones = self.zones.replace({np.nan: None}).to_dict("records")
        return {
            "plans": plans, "align": self.align, "rounded": self.rounded,
            "scenario_values": dict(self.scenario_values),
            "together": list(self.together), "networks": networks, "zones": zones,
        }  # fmt: skip

    def save(self, folder: str | Path, *, force: bool = False, lang: Language = "en") -> Path:
        """Write page, table and JSON: complete, or not at all; return the folder.

        Raises :class:`planner.InputError` as :meth:`planner.Plan.save` does.
        """
        from planner.outputs.pages.comparison import save_comparison

        return save_comparison(self, Path(folder), force=force, lang=lang)

    def __repr__(self) -> str:
        """Names and the change of the second plan against the first."""
        change = self.changes[0]
        names = ", ".join(self.names)
        people = added(change["people_served_change"])
        return f"<Comparison of {names[:200]}: {people} people served in the second plan>"

    def _repr_html_(self) -> str:
        from planner.outputs.map.notebook_map import framed
        from planner.outputs.pages.comparison import comparison_html

        return framed(comparison_html(self))


def letters_of(plans: int) -> tuple[str, ...]:
    """Return a, b, c and so on, one for each plan."""
    return tuple(chr(ord("a") + number) for number in range(plans))


def facts_together(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return the joint results of all networks of a scenario, from their summary."""
    said = next(case for case in summary["comparison"] if case["case"] == "scenario")
    people = summary["population_total"]
    some, every = said["population_covered_by_any"], said["population_covered_by_all"]
    return {
        "people_served_by_any": some,
        "served_by_any_share": some / people,
        "people_served_by_every": every,
        "served_by_every_share": every / people,
        "stations_existing": said["stations_existing"],
        "stations_new": said["stations_new"],
        "sites_new": said["sites_new"],
        "capital_cny": said["cost_cny"],
        "months": said["months"],
    }


def _facts(plan: Plan | SavedPlan) -> dict[str, Any]:
    summary = plan.summary
    money, rollout = summary.get("money") or {}, summary.get("rollout")
    places = plan.places
    return {
        "stations_existing": int(summary["stations_existing"]),
        "stations_new": int(summary["stations_new"]),
        "capital_cny": money.get("capital_cny"),
        "present_cost_cny": money.get("present_cost_cny"),
        "date": rollout["target"]["date"] if rollout else None,
        "probability": rollout["target"]["probability"] if rollout else None,
        "months": _months(rollout) if rollout else None,
        "gaps": int(summary["gaps"]["count"]),
        "gaps_people": float(summary["gaps"]["population"]),
        "places": None if places is None else len(places),
        "places_served": None if places is None else len(_served_places(plan)),
    }


def _months(rollout: Mapping[str, Any]) -> int | None:
    """Return the months from the start until half of the simulations have built everything."""
    end = rollout["target"]["date_50"]
    if end is None:
        return None
    first, last = dt.date.fromisoformat(rollout["start"]), dt.date.fromisoformat(str(end))
    return 12 * (last.year - first.year) + last.month - first.month + 1


def _served_places(plan: Plan | SavedPlan) -> dict[str, tuple[str, str]]:
    """Return identifier and names, English and Chinese, of the places that are served."""
    if plan.places is None:
        return {}
    served = plan.places[plan.places["served"] != "no"]
    names = zip(served["name"], served["name_zh"], strict=True)
    return dict(zip(served["place_id"], names, strict=True))


def _places(first: Plan | SavedPlan, other: Plan | SavedPlan) -> dict[str, list[tuple[str, str]]]:
    before, after = _served_places(first), _served_places(other)
    return {
        "places_gained": [name for key, name in after.items() if key not in before],
        "places_lost": [name for key, name in before.items() if key not in after],
    }


def _stations(first: Plan | SavedPlan, other: Plan | SavedPlan) -> dict[str, int]:
    """Count positions with a station in both plans, and in one of them only."""
    before, after = (_positions(plan.stations) for plan in (first, other))
    return {
        "positions_kept": len(before & after),
        "positions_added": len(after - before),
        "positions_left": len(before - after),
    }


def _positions(stations: pd.DataFrame) -> set[tuple[float, float]]:
    lonlat = stations[["lon", "lat"]].round(_PLACE_DIGITS)
    return set(lonlat.itertuples(index=False, name=None))


def zones_of(
    network: str,
    plans: Sequence[Plan | SavedPlan],
    people: Floats,
    shares: Sequence[Floats],
    area: StudyArea | None,
    zones: pd.DataFrame,
) -> pd.DataFrame:
    """Return the table by zone, changes against the first plan.

    ``area``: None where each plan counts its own people; else served people are counted anew, on
    ``people`` of this area. ``zones``: names and people of the zones.
    """
    table = zones[["adcode", "name_zh", "name_en", "population"]].copy()
    table = pd.DataFrame(table).reset_index(drop=True)
    table.insert(0, "network", network)
    first = None
    for letter, plan, share in zip(letters_of(len(plans)), plans, shares, strict=True):
        if area is None:
            row = _own_counts(plan)
        else:
            inside = area.zone_index >= 0
            weights = (people * np.nan_to_num(share))[inside].astype(np.float64)
            served = np.bincount(area.zone_index[inside], weights, minlength=len(table))
            row = {**_counts_on(plan, area), "covered": np.minimum(served, table["population"])}
        row["covered_share"] = np.asarray(row["covered"]) / np.maximum(table["population"], 1e-9)
        for name in ("covered", "covered_share", "stations", "capital_cny"):
            table[f"{name}_{letter}"] = row[name]
        if first is None:
            first = row
            continue
        for name in ("covered", "covered_share", "stations", "capital_cny"):
            table[f"{name}_change_{letter}"] = np.asarray(row[name]) - np.asarray(first[name])
    return table


def _own_counts(plan: Plan | SavedPlan) -> dict[str, Any]:
    zones, money = plan.zones, plan.money
    capital = np.nan if money is None else money.by_zone(money.capital).sum(axis=1)
    return {
        "covered": zones["covered"].to_numpy(float),
        "stations": (zones["stations_existing"] + zones["stations_new"]).to_numpy(int),
        "capital_cny": capital,
    }


def _counts_on(plan: Plan | SavedPlan, area: StudyArea) -> dict[str, Any]:
    """Return stations and money of a plan in the zones of another one."""
    grid = area.grid
    points = plan.stations.to_crs(grid.crs).geometry
    cell = grid.cells(points.x.to_numpy(), points.y.to_numpy())
    zone = np.where(cell >= 0, area.zone_index.ravel()[cell], -1)
    money = plan.money
    each = None if money is None else money.station_capital_cny(len(plan.stations))
    inside, n_zones = zone >= 0, len(area.zones)
    capital = np.nan if each is None else np.bincount(zone[inside], each[inside], n_zones)
    return {"stations": np.bincount(zone[inside], minlength=n_zones), "capital_cny": capital}
