"""The files of a build-out, read back and added up with no code of the planner's."""

from __future__ import annotations

import bisect
import csv
import datetime as dt
import json
import tomllib
from collections import defaultdict
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from planner.data import path_of
from planner.plan import Plan

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def folder(built_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_plan.save(tmp_path_factory.mktemp("files") / "out")


def rows_of(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def area_and_zones(rows: Rows) -> tuple[str, set[str]]:
    """Code of the area, that of the rows which add the others up, and those of the zones."""
    codes = [row["adcode"] for row in rows]
    zones = {code for code in codes if code in ("440001", "440002")}
    (area,) = set(codes) - zones
    return area, zones


def test_money_adds_up_over_items_zones_and_months_to_the_yuan(folder: Path) -> None:
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    costs, rollout = rows_of(folder / "costs.csv"), rows_of(folder / "rollout.csv")
    area, zones = area_and_zones(costs)
    cny = {(row["adcode"], row["kind"], row["item"]): int(row["cost_cny"]) for row in costs}
    for kind in ("capital", "running"):
        items = {item for _, of, item in cny if of == kind} - {"total"}
        for code in (area, *zones):
            assert sum(cny[code, kind, item] for item in items) == cny[code, kind, "total"]
        for item in (*items, "total"):
            assert sum(cny[code, kind, item] for code in zones) == cny[area, kind, item]
    spent: dict[str, int] = defaultdict(int)
    built: dict[str, int] = defaultdict(int)
    for row in rollout:
        spent[row["adcode"]] += int(row["cost_month_cny_p50"])
        built[row["adcode"]] += int(row["stations_month_p50"])
        assert spent[row["adcode"]] == int(row["cost_cny_p50"])
        assert built[row["adcode"]] == int(row["stations_p50"])
    new = sum(row["role"] != "baseline" for row in rows_of(folder / "stations.csv"))
    assert built[area] == sum(built[code] for code in zones) == new
    for code in (area, *zones):
        assert spent[code] == cny[code, "capital", "total"]
    assert summary["cost_cny"] == cny[area, "capital", "total"]


def test_zones_add_up_and_the_median_lies_within_the_fan(folder: Path) -> None:
    rollout = rows_of(folder / "rollout.csv")
    area, zones = area_and_zones(rollout)
    by = {(row["month"], row["adcode"]): row for row in rollout}
    for month in {row["month"] for row in rollout}:
        for column in (name for name in rollout[0] if name.startswith(("stations", "cost"))):
            whole = int(by[month, area][column])
            assert sum(int(by[month, code][column]) for code in zones) == whole
        for code in (area, *zones):
            for what in ("stations", "people_covered", "cost_cny"):
                low, middle, high = (
                    float(by[month, code][f"{what}_{label}"]) for label in ("p10", "p50", "p90")
                )
                assert low <= middle <= high


def worked(day: dt.date) -> bool:
    for row in rows_of(path_of("facts_days_off_china")):
        if row["first_day"] <= day.isoformat() <= row["last_day"]:
            return row["kind"] == "working"
    return day.weekday() < 5


def stations_by_month(rollout: dict[str, Any], needed: int, *, halted: bool) -> list[int]:
    """Stations that stand at the end of each month, one station after the other, by hand."""
    start, end = (dt.date.fromisoformat(rollout[key]) for key in ("start", "end"))
    days = [start + dt.timedelta(number) for number in range((end - start).days + 1)]
    months = sorted({(day.year, day.month) for day in days})
    needs = [
        list(accumulate([one.get("per_station", 1.0)] * needed, initial=0.0))
        for one in rollout["resources"]
    ]
    pool = [one.get("stock", 0.0) for one in rollout["resources"]]
    done, built = 0, []
    for number in range(len(months)):
        reach = needed
        for r, one in enumerate(rollout["resources"]):
            source = number - one.get("lead_months", 0)
            for day in days if source >= 0 else ():
                if (day.year, day.month) == months[source] and worked(day):
                    share = 1.0
                    for event in rollout["disruptions"] if halted else ():
                        if event["first_day"] <= day.isoformat() <= event["last_day"]:
                            share *= event["factor"]
                    pool[r] += share * one["capacity_per_month"] / (250 / 12)
            reach = min(reach, bisect.bisect_right(needs[r], pool[r] + 1e-9) - 1)
        done = max(done, reach)
        built.append(done)
        for r, one in enumerate(rollout["resources"]):
            if not one.get("keeps"):
                pool[r] = min(pool[r], needs[r][min(done + 1, needed)])
    return built


def test_the_schedule_without_chance_is_that_by_hand(folder: Path) -> None:
    """From the scenario as it was written out, the calendar's facts and nothing else."""
    rollout = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))["rollout"]
    assert rollout["new_site_share"] == 0
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["rollout"]
    needed = summary["stations_to_build"]
    for halted, column in ((False, "stations_planned"), (True, "stations_stated")):
        by_hand = stations_by_month(rollout, needed, halted=halted)
        assert [month[column] for month in summary["months"]] == by_hand
    assert summary["stations_lost_to_disruptions"] > 0
