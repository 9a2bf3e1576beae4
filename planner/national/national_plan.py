"""The split of a programme over provinces and prefectures, compared with announced targets."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from planner.data import data_set, path_of
from planner.errors import InputError, Problem
from planner.national.split import equal_cover_need, mixed_share, rule_shares, split_whole
from planner.national.targets import announced_targets
from planner.openers.table import data_table
from planner.provenance import planner_version
from planner.radio import ServiceRadius, service_radii
from planner.scenario.national import RULES, NationalScenario, load_national

_INPUTS = ("national_counties", "national_provinces", "facts_targets", "national_outlines")
THE_RULE = "rule"
_MIN_COMPARED = 3

UNKNOWN = (
    "the funds of each province and operator, and the speed of its crews",
    "policy: cities that were meant to lead, and campaigns of provinces",
    "traffic: stations added for load rather than coverage, many of them in dense and rich cities",
    "stations in service before in each province: only four starting numbers are published",
    "hills, buildings and antenna heights: one service radius per class is used everywhere",
    "how targets are counted: new or all, stations or sectors, shared ones once or twice",
)
"""Facts that the rule ignores; listed in the report and the summary."""


@dataclass(frozen=True)
class NationalPlan:
    """A split: ``provinces`` and ``prefectures`` with a column of stations for each programme.

    ``targets``: one row for each announced target, with the split of the first programme by the
    scenario's rule and by each simple one.

    Examples
    --------
    >>> import planner
    >>> from planner.scenario.national import load_national
    >>> "adcode" in planner.run_national(load_national("china-2020")).prefectures.columns
    True
    """

    scenario: NationalScenario
    radii: tuple[ServiceRadius, ...]
    provinces: pd.DataFrame
    prefectures: pd.DataFrame
    targets: pd.DataFrame
    rank_correlation: Mapping[str, float | None]
    provenance: Mapping[str, Any]

    def summary(self) -> dict[str, Any]:
        """Return the content of ``summary.json``."""
        return {
            "scenario": self.scenario.name,
            "kind": "national",
            "title": self.scenario.title,
            "title_zh": self.scenario.title_zh,
            "population_total": int(self.provinces["people"].sum()),
            "urban_population_total": int(self.provinces["urban_people"].sum()),
            "area_km2": float(self.provinces["area_km2"].sum()),
            "programmes": [one.model_dump() for one in self.scenario.programmes],
            "rule": self.scenario.rule.model_dump(),
            "radius_m": [radius.radius_m for radius in self.radii],
            "provinces": self.provinces.to_dict("records"),
            "targets": self.targets.to_dict("records"),
            "rank_correlation": dict(self.rank_correlation),
            "cannot_know": list(UNKNOWN),
            "warnings": list(self.scenario.notes),
            "provenance": dict(self.provenance),
        }

    def save(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write report, tables and summary into ``folder``: complete, or not at all."""
        from planner.outputs.pages.national import save_national

        return save_national(self, Path(folder), force=force)


def check_national(scenario: NationalScenario) -> None:
    """Raise :class:`InputError` with the problems that the form of the file does not show."""
    run_national(scenario)


def run_national(scenario: NationalScenario | str | Path) -> NationalPlan:
    """Split the programmes of a national scenario over provinces and prefectures.

    Raises
    ------
    InputError
        With all problems of the scenario, including unknown provinces.

    Examples
    --------
    >>> import planner
    >>> from planner.scenario.national import load_national
    >>> plan = planner.run_national(load_national("china-2020"))
    >>> len(plan.provinces)
    31
    """
    if not isinstance(scenario, NationalScenario):
        scenario = load_national(scenario)
    try:
        radii = tuple(service_radii(scenario.radio, scenario.service))
    except InputError as error:
        raise error.in_file(scenario.file) from error
    numbers = {"people": "int64", "urban_people": "int64", "area_km2": "float64"}
    counties = data_table(path_of("national_counties"), **numbers)
    radius_m = [radius.radius_m for radius in radii]
    counties["stations_needed"] = equal_cover_need(
        counties, scenario.rule, scenario.area_classes, radius_m
    )
    names = data_table(path_of("national_provinces"))
    provinces = _summed(counties, counties["adcode"].str[:2] + "0000")
    provinces = names.merge(provinces, on="adcode")
    prefectures = _summed(counties, counties["adcode"].str[:4] + "00")
    prefectures.insert(1, "name_zh", _prefecture_names(counties, prefectures["adcode"]))
    fixed = _fixed_rows(scenario, provinces)
    shares = rule_shares(provinces)
    shares[THE_RULE] = mixed_share(shares, scenario.rule.mix, fixed)
    for rule, share in shares.items():
        provinces[f"share_{rule}"] = share
    _split_programmes(scenario, provinces, prefectures)
    targets = _with_targets(scenario, provinces, shares)
    return NationalPlan(
        scenario=scenario,
        radii=radii,
        provinces=provinces,
        prefectures=prefectures,
        targets=targets,
        rank_correlation=_rank_correlation(targets),
        provenance=_provenance(scenario),
    )


def _summed(counties: pd.DataFrame, code: pd.Series) -> pd.DataFrame:
    columns = ["people", "urban_people", "area_km2", "stations_needed"]
    total: pd.DataFrame = counties[columns].groupby(code.to_numpy()).sum()
    return total.rename_axis("adcode").reset_index()


def _prefecture_names(counties: pd.DataFrame, codes: pd.Series) -> list[str]:
    first = counties.groupby(counties["adcode"].str[:4])["prefecture_zh"].first()
    return [str(first[code[:4]]) for code in codes]


def _fixed_rows(scenario: NationalScenario, provinces: pd.DataFrame) -> list[tuple[int, float]]:
    """Return row and share of the provinces with a given share."""
    row_of = {code: row for row, code in enumerate(provinces["adcode"])}
    problems = [
        Problem(
            "unknown province",
            scenario.file,
            f"rule.fixed.{index}.province",
            one.province,
            f"one of {', '.join(row_of)}",
        )
        for index, one in enumerate(scenario.rule.fixed)
        if one.province not in row_of
    ]
    total = sum(one.share for one in scenario.rule.fixed)
    if len(scenario.rule.fixed) == len(row_of) and abs(total - 1.0) > 1e-9:
        problems.append(
            Problem(
                "the shares of all provinces do not add up to 1",
                scenario.file,
                "rule.fixed",
                round(total, 9),
                "1",
            )
        )
    if problems:
        raise InputError(problems)
    return [(row_of[one.province], one.share) for one in scenario.rule.fixed]


def _split_programmes(
    scenario: NationalScenario, provinces: pd.DataFrame, prefectures: pd.DataFrame
) -> None:
    """Add stations and capital of each programme, in whole stations and yuan that add up.

    A province's stations go to its prefectures in proportion to their need for equal cover; the
    capital goes in proportion to the stations.
    """
    share = provinces[f"share_{THE_RULE}"].to_numpy()
    province_of = prefectures["adcode"].str[:2].to_numpy()
    for number, programme in enumerate(scenario.programmes, start=1):
        stations = split_whole(programme.stations, share)
        provinces[f"stations_{number}"] = stations
        inside = np.zeros(len(prefectures), dtype=np.int64)
        for code, count in zip(provinces["adcode"], stations, strict=True):
            rows = np.flatnonzero(province_of == code[:2])
            need = prefectures["stations_needed"].to_numpy()[rows]
            inside[rows] = split_whole(int(count), need)
        prefectures[f"stations_{number}"] = inside
        if programme.capital_cny is not None:
            parts = split_whole(programme.capital_cny, stations.astype(np.float64))
            provinces[f"capital_cny_{number}"] = parts


def _with_targets(
    scenario: NationalScenario, provinces: pd.DataFrame, shares: Mapping[str, Any]
) -> pd.DataFrame:
    """Return the announced targets with the result of each rule, counted as the target is."""
    programme = scenario.programmes[0]
    row_of = {name: row for row, name in enumerate(provinces["name_en"])}
    rows = []
    for target in announced_targets():
        row = row_of[target.province_en]
        whole = programme.stations + (0 if target.counts == "new" else programme.stations_before)
        rows.append(
            {
                "adcode": provinces["adcode"][row],
                "name_zh": provinces["name_zh"][row],
                "name_en": target.province_en,
                "target": target.stations,
                "counts": target.counts,
                "status": "assumption" if target.status == "recalled" else target.status,
                **{rule: round(whole * share[row]) for rule, share in shares.items()},
                "ratio": target.stations / (whole * shares[THE_RULE][row]),
                "url": target.url,
                "note": target.note,
            }
        )
    return pd.DataFrame(rows)


def _rank_correlation(targets: pd.DataFrame) -> dict[str, float | None]:
    """Return Spearman's rank correlation of each rule with the quoted targets."""
    quoted = targets[targets["status"] == "quoted"]
    if len(quoted) < _MIN_COMPARED:
        return dict.fromkeys((THE_RULE, *RULES))
    return {
        rule: float(spearmanr(quoted["target"], quoted[rule]).statistic)
        for rule in (THE_RULE, *RULES)
    }


def _provenance(scenario: NationalScenario) -> dict[str, Any]:
    text = scenario.model_dump_json()
    return {
        "planner_version": planner_version(),
        "scenario_file": scenario.file,
        "scenario_hash": hashlib.sha256(text.encode()).hexdigest(),
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "inputs": [
            {
                "id": known.id,
                "title": known.title,
                "sha256": known.sha256,
                "licence": known.licence,
                "attribution": known.attribution,
            }
            for known in map(data_set, _INPUTS)
        ],
    }
