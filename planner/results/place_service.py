"""Which priority places are served, and by which station first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from kernels.footprints.spans import Spans, joined, selected
from planner.columns import PRIORITY_PLACES
from planner.ground.area import StudyArea
from planner.ground.ground import Ground
from planner.ground.priority_places import PriorityPlaces
from planner.scenario.places import PlaceClass, PriorityPlacesSection, place_class_names
from planner.sites.candidates import Candidates
from planner.sites.equipment import StationKind
from planner.sites.footprints import footprints_of
from planner.sites.place_stations import KindsOfPlaces
from planner.siting import BASELINE, Siting

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NEVER = np.iinfo(np.int64).max
_UNSERVED_LISTED = 50


@dataclass(frozen=True)
class PlaceService:
    """Priority places and the stations that serve their cells.

    ``sections``: those of the scenario that ask for the places; ``classes``: English and Chinese
    name of each class. ``pair_cell`` and ``pair_station`` (int64): which cell (number among
    ``places.cell``) each station of the plan (row) serves, by the service that the place requires.
    ``baseline``: number of stations in service before the plan, which come first. ``zone``
    (int64[n]): zone of each place; ``inhabited`` (bool[n]): whether people live in its cells.
    """

    sections: tuple[PriorityPlacesSection, ...]
    classes: Mapping[str, tuple[str, str]]
    places: PriorityPlaces
    pair_cell: Ints
    pair_station: Ints
    baseline: int
    stations: int
    zone: Ints
    inhabited: Bools

    def first_station(self, rank: Ints | None = None) -> Ints:
        """Return the place in the order of the station with which each place is served.

        ``rank`` (int64[stations]): place of each station in the order; default: that of the plan.
        A line or a polygon is served once the share of its cells that its section requires is.
        :data:`NEVER` if no station of the plan serves a place.
        """
        first = np.full(len(self.places.cell), NEVER)
        order = self.pair_station if rank is None else rank[self.pair_station]
        np.minimum.at(first, self.pair_cell, order)
        section = self.places.table["section"].to_numpy()
        served = np.full(len(self.places), NEVER)
        for row in range(len(self.places)):
            own = np.sort(first[self.places.first[row] : self.places.first[row + 1]])
            share = self.sections[section[row]].served_from_share
            served[row] = own[max(0, int(np.ceil(share * len(own) - 1e-9)) - 1)]
        return served

    @property
    def served_before(self) -> Bools:
        """Whether the baseline alone serves each place."""
        return np.asarray(self.first_station() < self.baseline)

    @property
    def served(self) -> Bools:
        """Whether the plan serves each place."""
        return np.asarray(self.first_station() < NEVER)

    def stations_for(self, classes: tuple[str, ...]) -> Bools:
        """Mark the stations with which places of some classes are served (bool[stations])."""
        wanted = self.places.table["place_class"].isin(classes).to_numpy()
        first = self.first_station()
        marked = np.zeros(self.stations, dtype=bool)
        marked[first[wanted & (first < NEVER)]] = True
        return marked

    def date(self, row: int) -> dt.date | None:
        """Return the date by which a place must be served."""
        return self.sections[int(self.places.table["section"].iloc[row])].date

    def table(
        self, area: StudyArea, station_id: npt.NDArray[np.object_], month: Sequence[str]
    ) -> gpd.GeoDataFrame:
        """Return the places (EPSG:4326 points) by :data:`planner.columns.PRIORITY_PLACES`.

        ``month``: that in which each is served, see
        :func:`planner.results.place_dates.months_served`.
        """
        own, first = self.places.table, self.first_station()
        names = self.classes
        uses = [self.sections[i].use for i in own["section"]]
        point = own.geometry.representative_point()
        dates = [self.date(row) for row in range(len(own))]
        columns = {
            "place_id": own["place_id"],
            "name": own["name"],
            "name_zh": own["name_zh"],
            "place_class": own["place_class"],
            "class_en": [names[key][0] for key in own["place_class"]],
            "class_zh": [names[key][1] for key in own["place_class"]],
            "shape": own["shape"],
            "use": uses,
            "adcode": area.zones["adcode"].to_numpy()[self.zone],
            "zone_zh": area.zones["name_zh"].to_numpy()[self.zone],
            "zone_en": area.zones["name_en"].to_numpy()[self.zone],
            "lon": point.x,
            "lat": point.y,
            "served": np.where(
                self.served_before, "baseline", np.where(self.served, "plan", "no")
            ).astype(object),
            "served_by": [station_id[i] if i < NEVER else "" for i in first],
            "served_month": list(month),
            "date": ["" if date is None else date.isoformat() for date in dates],
        }
        return gpd.GeoDataFrame(columns, geometry=point.to_numpy(), crs=own.crs)[
            [*PRIORITY_PLACES, "geometry"]
        ]

    def summary(self) -> dict[str, Any]:
        """Return the entry of priority places in ``summary.json``."""
        table, before, served = self.places.table, self.served_before, self.served
        names = self.classes
        classes = []
        for key in dict.fromkeys(table["place_class"]):
            own = (table["place_class"] == key).to_numpy()
            sections = sorted(set(table["section"][own]))
            classes.append(
                {
                    "class": key,
                    "name_en": names[key][0],
                    "name_zh": names[key][1],
                    "use": list(dict.fromkeys(self.sections[i].use for i in sections)),
                    "own_service": any(self.sections[i].service for i in sections),
                    "places": int(own.sum()),
                    "served_before": int(before[own].sum()),
                    "served": int(served[own].sum()),
                    "served_before_share": float(before[own].mean()),
                    "served_share": float(served[own].mean()),
                }
            )
        unserved = table[~served].assign(inhabited=self.inhabited[~served])
        return {
            "places": len(table),
            "served_before": int(before.sum()),
            "served": int(served.sum()),
            "served_before_share": float(before.mean()) if len(table) else None,
            "served_share": float(served.mean()) if len(table) else None,
            "must_serve_missed": int((~served & self._must_serve()).sum()),
            "classes": classes,
            "unserved": [
                {
                    "place_id": one.place_id,
                    "name": one.name or one.name_zh,
                    "class": one.place_class,
                    "inhabited": bool(one.inhabited),
                }
                for one in unserved.drop(columns="geometry").itertuples(index=False)
            ][:_UNSERVED_LISTED],
        }

    def _must_serve(self) -> Bools:
        uses = [self.sections[i].use for i in self.places.table["section"]]
        return np.array([use == "must_serve" for use in uses], dtype=bool)


def place_service(
    sections: Sequence[PriorityPlacesSection],
    place_classes: Sequence[PlaceClass],
    kinds: KindsOfPlaces,
    ground: Ground,
    candidates: Candidates,
    siting: Siting,
    *,
    served_share: float = 0.5,
) -> PlaceService | None:
    """Return which stations of a plan serve its priority places; None without such places.

    ``kinds``: as :func:`planner.sites.place_stations.kinds_of_places` returns them;
    ``served_share``: of the people of a cell that is served.
    """
    places = ground.places
    if places is None:
        return None
    pairs = []
    in_stack = ground.demand.situation_at(served_share) * ground.demand.people.size
    for index, section in enumerate(sections):
        rows = places.rows_of(index)
        wanted = np.concatenate(
            [np.zeros(0, np.int64)]
            + [np.arange(places.first[row], places.first[row + 1]) for row in rows]
        )
        if not len(wanted):
            continue
        if section.service:
            spans = _spans_of_service(kinds[index], ground, candidates, siting)
        else:
            spans = siting.footprints.spans_of(siting.cell)
        number, station = _pairs(spans, places.cell[wanted] + in_stack)
        pairs.append((wanted[number], station))
    middle = places.cell[places.first[:-1]] if len(places) else np.zeros(0, np.int64)
    empty, people = np.zeros(0, np.int64), ground.demand.people.ravel()
    return PlaceService(
        tuple(sections),
        place_class_names(place_classes),
        places,
        np.concatenate([empty, *(cell for cell, _ in pairs)]),
        np.concatenate([empty, *(station for _, station in pairs)]),
        int((siting.role == BASELINE).sum()),
        len(siting),
        ground.area.zone_index.ravel()[middle].astype(np.int64),
        np.array([people[places.cells_of(row)].any() for row in range(len(places))], dtype=bool),
    )


def _spans_of_service(
    kinds: Sequence[StationKind], ground: Ground, candidates: Candidates, siting: Siting
) -> Spans:
    """Return the footprints of the stations by the service of some places, as spans in order.

    The reach of stations with the scenario's equipment is that under the stricter service.
    """
    by_name = {kind.name: kind for kind in kinds}
    parts: list[Spans] = []
    order: list[Ints] = []
    for name in dict.fromkeys(siting.equipment.tolist()):
        rows = np.flatnonzero(siting.equipment == name)
        standing = np.zeros(ground.area.grid.shape, dtype=bool)
        standing.ravel()[siting.cell[rows]] = True
        only = replace(candidates, allowed=standing)
        footprints = footprints_of(by_name[name], ground, only)
        parts.append(footprints.spans_of(siting.cell[rows]))
        order.append(rows)
    return _in_order(joined(parts), np.concatenate(order)) if parts else joined([])


def _in_order(spans: Spans, rows: Ints) -> Spans:
    """Return spans given for stations ``rows`` in the order of the stations."""
    return selected(spans, np.argsort(rows, kind="stable"))


def _pairs(spans: Spans, cells: Ints) -> tuple[Ints, Ints]:
    """Return the numbers of ``cells`` and the stations whose spans hold them, pair by pair."""
    station = np.repeat(np.arange(len(spans.first) - 1), np.diff(spans.first))
    by_start = np.argsort(spans.start, kind="stable")
    start = spans.start[by_start].astype(np.int64)
    length = spans.length[by_start].astype(np.int64)
    station = station[by_start]
    longest = int(length.max()) if length.size else 0
    low = np.searchsorted(start, cells - longest, side="right")
    high = np.searchsorted(start, cells, side="right")
    numbers, stations = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for number, cell in enumerate(cells):
        near = slice(low[number], high[number])
        holds = start[near] + length[near] > cell
        stations.append(station[near][holds])
        numbers.append(np.full(int(holds.sum()), number, dtype=np.int64))
    return np.concatenate(numbers), np.concatenate(stations)
