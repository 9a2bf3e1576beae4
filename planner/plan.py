"""The plan: the result of a run, in memory; it draws its map and saves its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.number_text import percent

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

    from planner.certificate.certificate import Certificate
    from planner.certificate.phases import PhaseCertificate
    from planner.ground.area import StudyArea
    from planner.ground.demand import Demand
    from planner.ground.ground import Ground
    from planner.money import Money
    from planner.radio.radio_map import RadioMaps
    from planner.radio.service_radius import ServiceRadius
    from planner.results.coverage import Coverage
    from planner.rollout import BuildOut
    from planner.scenario import Scenario


@dataclass(frozen=True)
class Plan:
    """Stations in the order of construction, who is covered, and the remaining gaps.

    ``stations``, ``gaps`` and ``zones`` are GeoDataFrames in EPSG:4326 with the columns of
    :mod:`planner.columns`. ``summary`` is the content of ``summary.json``. ``certificate``: the
    upper bound for all plans, None if not computed. ``phases``: of a plan that is built in phases,
    what is proven of each. ``radio``: the radio maps, None if the scenario does not request them.

    Examples
    --------
    >>> import planner
    >>> quick = {"area.cell_size_m": 250, "siting.improvement_rounds": 0}
    >>> plan = planner.run("qingzhen", quick)
    >>> len(plan.stations)
    120
    >>> bool(plan.certificate.upper_bound_people[-1] >= plan.summary["people_by_siting"])
    True
    """

    scenario: Scenario
    ground: Ground
    service_radii: tuple[ServiceRadius, ...]
    stations: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    coverage: Coverage
    summary: Mapping[str, Any]
    provenance: Mapping[str, Any]
    warnings: tuple[str, ...] = field(default=())
    build_out: BuildOut | None = None
    certificate: Certificate | None = None
    phases: tuple[PhaseCertificate, ...] = ()
    money: Money | None = None
    places: gpd.GeoDataFrame | None = None
    radio: RadioMaps | None = None

    @property
    def area(self) -> StudyArea:
        """The study area, with its grid."""
        return self.ground.area

    @property
    def demand(self) -> Demand:
        """The people of the area."""
        return self.ground.demand

    def __repr__(self) -> str:
        """Name, title, stations and the share of people served."""
        name, said = self.scenario.name, self.summary
        stations = f"{said['stations_existing']:,} + {said['stations_new']:,} stations"
        served = percent(said["population_covered_share"], of=said["population_total"], unit="%")
        title = self.scenario.title[:120]
        return f"<Plan {name!r}: {title}; {stations}; {served} of the people served>"

    def _repr_html_(self) -> str:
        from planner.outputs.notebook import plan_view

        return plan_view(self)

    def map(self) -> folium.Map:
        """Return the map: a folium map, which a notebook shows and a file holds without a network.

        Layers of your own are added to it as to any other.
        """
        from planner.outputs.map.page import plan_map

        return plan_map(self)

    def with_radio_maps(self) -> Plan:
        """Return the plan with its radio maps, and their totals in its summary."""
        from planner.radio.radio_map import radio_maps

        maps = radio_maps(self)
        known = ("scenario", "title", "title_zh", "population_is_model", "population_source")
        totals = {key: value for key, value in maps.summary.items() if key not in known}
        return replace(self, radio=maps, summary={**self.summary, "radio_maps": totals})

    def save(
        self,
        folder: str | Path,
        *,
        force: bool = False,
        progress: Callable[[int], object] | None = None,
    ) -> Path:
        """Write all outputs into ``folder``: complete, or not at all.

        ``progress`` is called with 1 after each file.

        Raises :class:`planner.errors.InputError` when the folder exists and ``force`` is not
        given, or cannot be written.
        """
        from planner.outputs import save_plan

        return save_plan(self, Path(folder), force=force, progress=progress)
