"""Targets that provinces announced for 2020, from the embedded table of facts."""

from __future__ import annotations

from dataclasses import dataclass

from planner.data import path_of
from planner.openers.table import data_table

_COUNTED = {
    "target_new_2020": "new",
    "target_cum_2020": "cumulative",
    "target_2020": "not stated",
}
_ORDER = tuple(_COUNTED.values())


@dataclass(frozen=True)
class Target:
    """The target of a province: how it is counted, and its source.

    ``counts``: "new" in the year, "cumulative", or "not stated", which is read as cumulative.
    """

    province_en: str
    stations: int
    counts: str
    status: str
    url: str
    note: str


def announced_targets() -> tuple[Target, ...]:
    """Return one target for each province that has one in the facts.

    Of several: quoted before recalled, new before cumulative; among the same kind the highest,
    because targets were raised during the year.
    """
    table = data_table(path_of("facts_targets"))
    rows = table[table["indicator"].isin(_COUNTED)]
    provinces = data_table(path_of("national_provinces"))["name_en"]
    found = []
    for province in provinces:
        known = [
            Target(
                province,
                int(row.value),
                _COUNTED[row.indicator],
                row.status,
                row.source_url,
                row.note,
            )
            for row in rows[rows["province"] == province].itertuples()
        ]
        if known:
            found.append(
                min(
                    known,
                    key=lambda one: (
                        one.status == "recalled",
                        _ORDER.index(one.counts),
                        -one.stations,
                    ),
                )
            )
    return tuple(found)
