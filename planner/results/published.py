"""A plan compared with published numbers of stations: by zone, and with national yardsticks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.data import path_of
from planner.ground.area import StudyArea
from planner.openers.table import data_table
from planner.scenario.target import TargetSection

Ints = npt.NDArray[np.int64]

_PEOPLE_OF_CHINA = 1_411_778_724
"""Seventh national census, 1 November 2020: the 31 provinces of the mainland and servicemen."""

_LAND_OF_CHINA_KM2 = 9.6e6
_NATION = "5G stations in service, China"
_TOWNS = "share of towns (township seats) with 5G"


@dataclass(frozen=True)
class PublishedStations:
    """Stations in service at one date, by the same office: in the whole area and in some zones.

    ``by_zone``: number by row of the zone; ``remarks``: counting rule of each row, as published.
    """

    date: str
    total: int
    by_zone: Mapping[int, int]
    source_url: str
    remarks: tuple[str, ...]


def published_stations(area: StudyArea) -> PublishedStations | None:
    """Return the published numbers to compare a plan of an embedded province with.

    Offices count differently, so only numbers of one page and date are compared: those that name
    the province and the most zones, the latest of several. None where no page names zones.

    Examples
    --------
    >>> import planner
    >>> from planner.results.published import published_stations
    >>> area = planner.study_area(planner.load_scenario("guangdong-2020"), 5000.0)
    >>> found = published_stations(area)
    >>> found.date, found.total, len(found.by_zone)
    ('2020-08', 98613, 4)
    """
    return _published(area.code, tuple(area.zones["adcode"]))


@cache
def _published(area_code: str, zone_codes: tuple[str, ...]) -> PublishedStations | None:
    table = data_table(path_of("facts_stations_by_city"))
    table = table[(table["kind"] == "cumulative") & (table["source_url"] != "")]
    rows = {code: row for row, code in enumerate(zone_codes)}
    found = []
    for (date, url), group in table.groupby(["date", "source_url"]):
        whole = group[group["adcode"] == area_code]
        zones = group[group["adcode"].isin(rows)]
        if area_code and len(whole) == 1 and len(zones):
            by_zone = {
                rows[one.adcode]: int(one.count_)
                for one in zones.rename(columns=_COUNT).itertuples()
            }
            remarks = (*whole["remark"], *zones["remark"])
            texts = tuple(dict.fromkeys(text for text in remarks if text))
            total = int(whole["count"].iloc[0])
            found.append(PublishedStations(str(date), total, by_zone, str(url), texts))
    return max(found, key=lambda one: (len(one.by_zone), one.date), default=None)


_COUNT = {"count": "count_"}
"""Rows of a table have a method ``count`` of their own."""


def allocation_error(published: PublishedStations, stations: Ints) -> float:
    """Return half the sum of the absolute differences of shares: 0 alike, 1 nothing in common.

    ``stations`` (int64[zones]): those of the plan in every zone. The published zones are compared
    one by one, all others together.

    Examples
    --------
    >>> import numpy as np
    >>> from planner.results.published import PublishedStations, allocation_error
    >>> published = PublishedStations("2020-08", 100, {0: 60, 1: 20}, "", ())
    >>> round(allocation_error(published, np.array([40, 40, 10, 10])), 3)
    0.2
    """
    zones = list(published.by_zone)
    said = np.array([*published.by_zone.values()], dtype=float)
    said = np.append(said, published.total - said.sum()) / published.total
    own = stations[zones].astype(float)
    own = np.append(own, stations.sum() - own.sum()) / max(1, int(stations.sum()))
    return float(np.abs(said - own).sum() / 2)


def allocation_summary(area: StudyArea, target: TargetSection, zone: Ints) -> dict[str, Any]:
    """Return the entries of the summary on published and planned stations by zone.

    ``zone`` (int64[n]): row of the zone of each station, in the order of construction. A plan of
    more stations than were in service is compared by its first ones.
    """
    published = published_stations(area)
    if published is None:
        return {"allocation_error": None, "allocation": None}
    compared = zone[: published.total]
    count = np.bincount(compared, minlength=len(area.zones))
    names = area.zones[["adcode", "name_zh", "name_en"]].to_dict("records")
    rows = [
        {**names[row], "published": said, "planned": int(count[row])}
        for row, said in published.by_zone.items()
    ]
    rest = {"adcode": "", "name_zh": "其他地区", "name_en": "All other zones"}
    named = list(published.by_zone)
    rows.append(
        {
            **rest,
            "published": published.total - sum(published.by_zone.values()),
            "planned": int(count.sum() - count[named].sum()),
        }
    )
    for one in rows:
        one["published_share"] = one["published"] / published.total
        one["planned_share"] = one["planned"] / max(1, len(compared))
    return {
        "allocation_error": allocation_error(published, count),
        "allocation": {
            "date": published.date,
            "stations_published": published.total,
            "stations_compared": len(compared),
            "source_url": published.source_url,
            "counting": list(published.remarks),
            "zones": rows,
            "fixed": [one.model_dump() for one in target.zones],
        },
    }


def yardsticks(stations: int, people: float, area_km2: float) -> dict[str, Any]:
    """Return the density of a plan compared with that of the nation at known dates.

    ``nation``: stations in service in China, per 10,000 people and per km2, and the share of towns
    that 5G had reached then, where one is published. ``as_in_china``: the latest of these dates at
    which China had no more stations for its people than the plan has; None before the first.
    """
    table = data_table(path_of("facts_coverage"))
    table = table[table["region"] == "China"]
    towns = table[table["quantity"] == _TOWNS].set_index("date")
    counts = table[table["quantity"] == _NATION].sort_values("date", kind="stable")
    rows: list[dict[str, Any]] = []
    for date, group in counts.groupby("date"):
        # Of several figures of a month the highest: later bulletins confirm it.
        best = group.loc[group["value"].astype(float).idxmax()]
        number = float(best["value"])
        reached = towns.loc[date, "value"] if date in towns.index else None
        rows.append(
            {
                "date": str(date),
                "stations": int(number),
                "per_10000_people": number / _PEOPLE_OF_CHINA * 1e4,
                "per_km2": number / _LAND_OF_CHINA_KM2,
                "towns_share": None if reached is None else float(reached) / 100,
                "status": str(best["status"]),
                "source_url": str(best["source_url"]),
            }
        )
    density = stations / max(people, 1e-9) * 1e4
    before = [row for row in rows if row["per_10000_people"] <= density]
    return {
        "per_10000_people": density,
        "per_km2": stations / max(area_km2, 1e-9),
        "as_in_china": before[-1]["date"] if before else None,
        "nation": _kept(rows),
    }


def _kept(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the ends of the years and the dates with a share of towns."""
    return [row for row in rows if row["towns_share"] is not None or row["date"].endswith("-12")]
