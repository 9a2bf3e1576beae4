"""The effect of each measure compared with the scenario without it, and the ranks of measures."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.data import path_of
from planner.number_text import is_all
from planner.rollout.schedule import Schedule
from planner.scenario.base import ScenarioFile
from planner.scenario.measure import AppliedMeasure, Change

MARK = 0.95
"""Share of the people added by the plan without measures; the day of this coverage is compared."""

SEARCH_NOISE = 5e-4
"""Share of all people by which two searches differ anyway; smaller differences are no effect."""

BASE = "base"

STAGES = ("stations", "places", "money", "build-out")
"""Stages that are recomputed for a measure if it changes something they depend on."""


@dataclass(frozen=True)
class Dates:
    """When a plan is built.

    ``finished`` and ``covered_day``: median day of the last station, and of the coverage that
    :data:`MARK`; None if not reached within the horizon. ``probability``: of meeting the target by
    its date. ``binding``: the resource that binds in most months of all runs while stations remain
    to be built.
    """

    finished: dt.date | None = None
    covered_day: dt.date | None = None
    probability: float | None = None
    binding: str | None = None


@dataclass(frozen=True)
class Effect:
    """Coverage, cost and dates of a scenario with one measure, or with none.

    Money in yuan: ``capital_cny`` once, ``running_cny`` a year, ``present_cost_cny`` of all years.
    ``dates`` are empty without a build-out. ``computed_anew``: those of :data:`STAGES` that the
    measure affects; all of them for the base. ``seconds`` of processor time.
    """

    name: str
    measure: AppliedMeasure | None
    stations_new: int
    people_covered: float
    population: float
    capital_cny: int | None
    running_cny: int | None
    present_cost_cny: float | None
    dates: Dates
    places_served: int | None
    places: int | None
    computed_anew: tuple[str, ...]
    seconds: float

    @property
    def covered_share(self) -> float:
        """Share of all people covered by the plan."""
        return self.people_covered / max(self.population, 1e-9)


@dataclass(frozen=True)
class MeasuresTable:
    """Effects of measures on one scenario, the base first, and the measures without a lever."""

    scenario: ScenarioFile
    base: Effect
    effects: tuple[Effect, ...]
    provenance: Mapping[str, Any]
    warnings: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return the measures with their differences to the base and ranks, best mean rank first.

        Rank 1: most people added, most money saved, most days gained. Equal effects share the mean
        of their ranks; people within :data:`SEARCH_NOISE` are no effect.
        """
        rows = [self._row(effect) for effect in self.effects]
        people = [0.0 if _is_noise(one, self.base) else row["people_added"]
                  for one, row in zip(self.effects, rows, strict=True)]  # fmt: skip
        for rank, known, sign in (
            ("rank_coverage", people, -1.0),
            ("rank_cost", [row["present_cost_added_cny"] for row in rows], 1.0),
            ("rank_date", [row["days_sooner"] for row in rows], -1.0),
        ):
            for row, place in zip(rows, _ranks(known, sign), strict=True):
                row[rank] = place
        for row in rows:
            ranks = [row[k] for k in ("rank_coverage", "rank_cost", "rank_date") if row[k]]
            row["rank_mean"] = sum(ranks) / len(ranks) if ranks else None
        return sorted(rows, key=lambda row: (row["rank_mean"] or np.inf, row["name"]))

    def _row(self, effect: Effect) -> dict[str, Any]:
        base = self.base
        measure = effect.measure
        return {
            "name": effect.name,
            "title": measure.title if measure else "Without measures",
            "title_zh": measure.title_zh if measure else "无措施",
            "measures": list(measure.measures) if measure else [],
            "assumption": measure.assumption if measure else "",
            "stations_new": effect.stations_new,
            "people_covered": effect.people_covered,
            "covered_share": effect.covered_share,
            "people_added": effect.people_covered - base.people_covered,
            "capital_cny": effect.capital_cny,
            "capital_added_cny": _less(effect.capital_cny, base.capital_cny),
            "running_cny": effect.running_cny,
            "running_added_cny": _less(effect.running_cny, base.running_cny),
            "present_cost_cny": effect.present_cost_cny,
            "present_cost_added_cny": _less(effect.present_cost_cny, base.present_cost_cny),
            "finished": _iso(effect.dates.finished),
            "finished_days_sooner": _days(base.dates.finished, effect.dates.finished),
            "covered_day": _iso(effect.dates.covered_day),
            "days_sooner": _days(base.dates.covered_day, effect.dates.covered_day),
            "probability": effect.dates.probability,
            "binding": effect.dates.binding,
            "places_served": effect.places_served,
            "places": effect.places,
            "computed_anew": list(effect.computed_anew),
            "no_effect": [] if measure is None else no_effect(effect, base),
            "changes": [vars(change) for change in _changes(effect)],
            "seconds": round(effect.seconds, 1),
        }

    def as_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        population = next(one for one in self.provenance["inputs"] if one["role"] == "population")
        return {
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "title_zh": self.scenario.title_zh,
            "population_is_model": population["is_model"],
            "population_source": population.get("file", population["title"]),
            "mark": MARK,
            "search_noise": SEARCH_NOISE,
            "base": self._row(self.base),
            "measures": self.rows(),
            "directive": directive(),
            "warnings": list(self.warnings),
            "provenance": dict(self.provenance),
        }

    def save(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write page, table and JSON into a folder: complete, or not at all."""
        from planner.outputs.pages.measures import save_measures

        return save_measures(self, Path(folder), force=force)


def directive() -> list[dict[str, str]]:
    """Return the directive's 18 measures: headings, status, overlays, reasons for no lever."""
    with path_of("facts_directive_measures").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day_with(schedule: Schedule, stations: int) -> dt.date | None:
    """Return the median day by which a number of new stations is built; None beyond the horizon.

    Within a month stations are added evenly.
    """
    ends = np.array([end.toordinal() for end in schedule.horizon.month_end], dtype=float)
    starts = np.concatenate([[schedule.horizon.month_end[0].replace(day=1).toordinal() - 1], ends])
    built = schedule.built.astype(float)
    there = built >= stations
    month = there.argmax(axis=1)
    run = np.arange(len(built))
    after = built[run, month]
    before = np.where(month > 0, built[run, month - 1], 0.0)
    share = np.clip((stations - before) / np.maximum(after - before, 1e-9), 0.0, 1.0)
    day = starts[month] + share * (ends[month] - starts[month])
    day[~there.any(axis=1)] = np.inf
    middle = float(np.quantile(day, 0.5, method="lower"))
    return dt.date.fromordinal(int(np.ceil(middle))) if np.isfinite(middle) else None


def no_effect(effect: Effect, base: Effect) -> list[str]:
    """Return why a measure leaves coverage, cost or date unchanged; empty if it changes all."""
    anew, reasons = effect.computed_anew, []
    if all(is_all(one.covered_share, of=one.population) for one in (base, effect)):
        reasons.append("Coverage: the model is saturated without it.")
    elif "stations" not in anew:
        reasons.append("Coverage: the stations are the same.")
    elif _is_noise(effect, base):
        reasons.append("Coverage: no more change than between two searches for stations.")
    if base.present_cost_cny is None:
        reasons.append("Cost: the scenario has none.")
    elif round(_less(effect.present_cost_cny, base.present_cost_cny) or 0.0) == 0:
        priced = any(change.key.startswith("cost.") for change in _changes(effect))
        same = "no station has the prices that it changes" if priced else "it changes no price"
        reasons.append(f"Cost: {same}.")
    if base.dates.covered_day is None:
        reasons.append("Date: the plan without measures does not finish within the horizon.")
    elif effect.dates.covered_day == base.dates.covered_day:
        same = f"the bottleneck is still {effect.dates.binding or 'none'}"
        still = same if "build-out" in anew else "the build-out does not change"
        reasons.append(f"Date: {still}.")
    return reasons


def _is_noise(effect: Effect, base: Effect) -> bool:
    return abs(effect.people_covered - base.people_covered) < SEARCH_NOISE * base.population


def _changes(effect: Effect) -> tuple[Change, ...]:
    return effect.measure.changes if effect.measure else ()


def _ranks(values: Sequence[float | None], sign: float) -> list[float | None]:
    known: npt.NDArray[np.float64] = np.array([v for v in values if v is not None], dtype=float)
    ranks: list[float | None] = []
    for value in values:
        if value is None:
            ranks.append(None)
            continue
        better = int((sign * known < sign * value).sum())
        equal = int((known == value).sum())
        ranks.append(better + (equal + 1) / 2)
    return ranks


def _less(value: float | None, base: float | None) -> float | None:
    return None if value is None or base is None else value - base


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _days(base: dt.date | None, day: dt.date | None) -> int | None:
    return None if base is None or day is None else (base - day).days
