"""Radio maps of a plan: signal strength, best server, SINR, throughput, number of servers.

The loss is that of the statistical propagation models, over smooth earth or with diffraction over
the scenario's terrain; or that of ITU-R P.1812 for every pixel, if the scenario requests it
(:mod:`planner.radio.terrain_sweep`). The area class of the users' cell sets their surroundings, and
hence the model, as in the plan (:mod:`planner.radio.radio_sweep`).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer

from kernels.footprints.served_share import served_share
from kernels.footprints.users import alike
from planner.errors import PlannerWarning, naming_file
from planner.ground.area_class import AREA_CLASSES
from planner.ground.grid import LONLAT, Grid
from planner.ground.ground import Ground
from planner.ground.terrain import Terrain
from planner.radio.antenna import AntennaPattern, antenna_pattern
from planner.radio.expected_service import expected_shares, farthest_served_m
from planner.radio.graded_service import graded_links_over, shares_in_directions
from planner.radio.p1812_validity import P1812_EDITION
from planner.radio.radio_map_layers import LAYERS, Layer
from planner.radio.radio_reach import strongest_at_reach_dbm, warn_if_cut
from planner.radio.radio_sweep import Signals, maps_ue_height_m, sweep_carrier
from planner.radio.sectors import (
    broadcast_gain_dbi,
    element_noise_dbm,
    element_power_db,
    sector_table,
    traffic_beam_gain_db,
)
from planner.radio.terrain_sweep import TIERS, TerrainSweep
from planner.radio.tier_names import SMOOTH_EARTH_TIER
from planner.scenario import Scenario
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection
from planner.scenario.terrain import TerrainSection

if TYPE_CHECKING:
    from planner.ground.area import StudyArea
    from planner.ground.demand import Demand
    from planner.plan import Plan

_MOST_DIRECTIONS = 16
"""Sets of directions of sites that the share of users served tells apart."""

SMOOTH_EARTH_NOTE = (
    "Smooth-earth result: statistical propagation models, without local terrain or buildings"
)
TERRAIN_NOTES = {
    "fast": "With terrain, fast tier: statistical propagation models plus diffraction over "
    "the terrain (delta-Bullington, ITU-R P.526-15), without local buildings",
    "reference": f"With terrain, reference tier: {P1812_EDITION} on every pixel",
}
"""Description of the maps with terrain, by the scenario's ``terrain.tier``."""


@dataclass(frozen=True)
class RadioMaps:
    """Maps on the grid of a study area, and their totals by people and area.

    ``values`` holds the raster of each layer of :data:`planner.radio.radio_map_layers.LAYERS`
    by its key (float32, NaN for no signal and outside); ``best_server`` (int32) the number of
    the strongest sector, a row of ``sectors``, -1 for none; ``inside`` (bool) the cells of the
    area. ``shares``: people and area by layer, zone, area class and class of the layer.
    ``summary``: assumptions and totals, as plain values. ``ground_m`` (float32): heights of the
    terrain, None without one.

    Examples
    --------
    >>> import pandas, planner, tempfile
    >>> from pathlib import Path
    >>> sites = Path(tempfile.mkdtemp()) / "sites.csv"
    >>> table = pandas.DataFrame({"lon": [106.47], "lat": [26.56], "name": ["centre"]})
    >>> table.to_csv(sites, index=False)
    >>> maps = planner.site_coverage(sites, "qingzhen", {"area.cell_size_m": 250})
    >>> maps.grid.cell_size_m
    250.0
    """

    scenario: Scenario
    grid: Grid
    values: Mapping[str, npt.NDArray[np.float32]]
    best_server: npt.NDArray[np.int32]
    inside: npt.NDArray[np.bool_]
    sectors: pd.DataFrame
    shares: pd.DataFrame
    summary: Mapping[str, Any]
    ground_m: npt.NDArray[np.float32] | None = None

    def __repr__(self) -> str:
        """Scenario, sites, sectors, grid and layers."""
        height, width = self.grid.shape
        return (
            f"<RadioMaps {self.scenario.name!r}: {self.summary['sites']:,} sites, "
            f"{len(self.sectors):,} sectors; {height:,} x {width:,} cells of "
            f"{self.grid.cell_size_m:g} m; {', '.join(self.values)}>"
        )

    def _repr_html_(self) -> str:
        from planner.outputs.notebook import radio_view

        return radio_view(self)

    def codes(self, layer: Layer) -> npt.NDArray[np.uint8]:
        """Return the class of each cell for one layer (uint8, 255 outside)."""
        return layer.codes(self.values[layer.key], self.inside, self.best_server >= 0)


def radio_maps(plan: Plan) -> RadioMaps:
    """Return the radio maps of a plan: all its stations, three sectors each by default.

    Raises
    ------
    InputError
        An invalid antenna file; heights or a reach outside a model's validity; terrain that does
        not cover the area.

    Examples
    --------
    >>> import planner
    >>> quick = {"area.cell_size_m": 250, "siting.improvement_rounds": 0}
    >>> plan = planner.run("qingzhen", quick)
    >>> maps = planner.radio_maps(plan)
    >>> maps.grid == plan.area.grid
    True
    """
    stations = plan.stations
    sites = pd.DataFrame(
        {
            "site": stations["station_id"].to_numpy(),
            "lon": stations["lon"].to_numpy(),
            "lat": stations["lat"].to_numpy(),
            "area_class": stations["area_class"].to_numpy(),
        }
    )
    return maps_of_sites(plan.scenario, plan.ground, sites)


def maps_of_sites(
    scenario: Scenario,
    ground: Ground,
    sites: pd.DataFrame,
    antennas: Mapping[str, AntennaPattern] = MappingProxyType({}),
) -> RadioMaps:
    """Return the radio maps of given sites; their columns as for :func:`sector_table`.

    ``antennas``: patterns of the names in the column antenna.

    Raises
    ------
    InputError
        As :func:`radio_maps`; sites outside the terrain.
    """
    radio, area, demand, terrain = scenario.radio, ground.area, ground.demand, ground.terrain
    if terrain is not None:
        terrain.check_sites(sites["lon"].to_numpy(), sites["lat"].to_numpy(), scenario.file)
    file = radio.antenna.file
    pattern = antenna_pattern(
        radio.antenna, scenario.path(file) if file else None, carrier_mhz=radio.carrier_mhz
    )
    sectors = sector_table(sites, radio, pattern=pattern)
    tier = None if scenario.terrain is None else scenario.terrain.tier
    with naming_file(scenario.file):
        patterns = {"": pattern, **antennas}
        signals = _all_carriers(sectors, radio, scenario.service, tier, patterns, ground)
        if scenario.service.model == "graded" and tier != "reference":
            share = _graded_shares(radio, scenario.service, sites, pattern, ground)
            inside_share = np.where(area.zone_index >= 0, share, np.float32(np.nan))
            signals = replace(signals, service=inside_share)
    at_reach_dbm = strongest_at_reach_dbm(
        signals.rsrp_dbm, signals.server, sectors, area.grid, radio.maps.reach_m
    )
    warn_if_cut(at_reach_dbm, radio.maps.reach_m, radio.maps.min_rsrp_dbm)
    inside, reached = area.zone_index >= 0, signals.server >= 0
    values = {
        "rsrp": signals.rsrp_dbm,
        "sinr": signals.sinr_db,
        "throughput": signals.throughput_mbit_s,
        "servers": np.where(inside, signals.servers, np.nan).astype(np.float32),
        "lead": signals.lead_db,
        "service": signals.service,
    }
    shares = pd.concat(
        [
            _shares(layer, layer.codes(values[layer.key], inside, reached), area, demand)
            for layer in LAYERS
        ],
        ignore_index=True,
    )
    names = {"scenario": scenario.name, "title": scenario.title, "title_zh": scenario.title_zh}
    summary = {
        **names,
        **_summary(radio, scenario.terrain, pattern, sites, sectors, shares, ground),
        "strongest_at_reach_dbm": at_reach_dbm,
        **_served_people(scenario.radio, scenario.service, sites, signals, ground, tier),
    }
    return RadioMaps(
        scenario=scenario,
        grid=area.grid,
        values=values,
        best_server=signals.server,
        inside=inside,
        sectors=sectors,
        shares=shares,
        summary=summary,
        ground_m=None if terrain is None else terrain.height_m,
    )


def _served_people(
    radio: RadioSection,
    service: ServiceSection,
    sites: pd.DataFrame,
    signals: Signals,
    ground: Ground,
    tier: str | None,
) -> dict[str, Any]:
    """Return the share of people served by the maps, and as the plan's radio expects it.

    The plan's is None with several bands, which it knows as other footprints, and beside the
    reference tier.
    """
    grid, demand = ground.area.grid, ground.demand
    people = demand.people.astype(np.float64)
    total = max(float(people.sum()), 1e-9)
    maps = float((people * np.nan_to_num(signals.service)).sum()) / total
    plan = None
    if tier != "reference" and ("band" not in sites or sites["band"].isna().all()):
        cells = _cells_of(sites, grid)
        cells = cells[cells >= 0]
        if service.model == "graded":
            stations = (cells, np.zeros(cells.size, np.int64))
            known = ([(radio, service)], ground.terrain, demand.area_class)
            links = graded_links_over(*known, stations, grid.cell_size_m)
            expected = served_share(alike(demand.area_class), *stations, links)
        else:
            expected = expected_shares(
                radio, service, demand.area_class, cells, grid.cell_size_m, ground.terrain
            )
        plan = float((people * expected).sum()) / total
    return {"people_served_share": maps, "people_served_share_by_plan": plan}


def _cells_of(sites: pd.DataFrame, grid: Grid) -> npt.NDArray[np.int64]:
    """Return the cell of each site, -1 off the grid."""
    to_grid = Transformer.from_crs(LONLAT, grid.crs, always_xy=True)
    return grid.cells(*to_grid.transform(sites["lon"].to_numpy(), sites["lat"].to_numpy()))


def _graded_shares(
    radio: RadioSection,
    service: ServiceSection,
    sites: pd.DataFrame,
    pattern: AntennaPattern,
    ground: Ground,
) -> npt.NDArray[np.float32]:
    """Return the share of users served by any site within reach, each by its best sector."""
    cells, demand = _cells_of(sites, ground.area.grid), ground.demand
    usual = (0.0,) if pattern.is_omni else radio.antenna.azimuths_deg
    given = sites.get("azimuths_deg", pd.Series([None] * len(sites)))
    bands = sites.get("band", pd.Series([None] * len(sites)))
    facing = [usual if own is None else tuple(own) for own in given]
    named = [radio.band if pd.isna(band) else str(band) for band in bands]
    if len(set(facing)) > _MOST_DIRECTIONS:
        text = (
            f"sites face {len(set(facing)):,} different sets of directions; the share of users "
            "served takes those of the scenario for all"
        )
        warnings.warn(text, PlannerWarning, stacklevel=2)
        facing = [usual] * len(sites)
    kinds = sorted(set(zip(named, facing, strict=True)))
    number = np.array([kinds.index(one) for one in zip(named, facing, strict=True)], np.int64)
    inside = cells >= 0
    return shares_in_directions(
        [(carrier_of(radio, band), azimuths) for band, azimuths in kinds],
        service,
        pattern,
        demand.area_class,
        (cells[inside], number[inside]),
        ground.area.grid.cell_size_m,
        ground.terrain,
    )


def carrier_of(radio: RadioSection, band: str) -> RadioSection:
    """Return the scenario's network on another band, with that band's defaults."""
    if band == radio.band:
        return radio
    kept = {"preset", "cell_load", "antenna", "control", "maps", "outside_validity"}
    tables = radio.model_dump(include=kept | {known.key for known in AREA_CLASSES})
    return RadioSection.model_validate({"band": band, **tables})


def _all_carriers(
    sectors: pd.DataFrame,
    radio: RadioSection,
    service: ServiceSection,
    tier: str | None,
    patterns: Mapping[str, AntennaPattern],
    ground: Ground,
) -> Signals:
    """Sweep each band separately; a user is on the carrier of the strongest sector."""
    best: Signals | None = None
    for band, group in sectors.groupby("band", sort=True):
        carrier = carrier_of(radio, str(band))
        signals = sweep_carrier(
            group,
            carrier,
            service,
            pattern=patterns[""],
            antennas=patterns,
            grid=ground.area.grid,
            area_class=ground.demand.area_class,
            terrain=_terrain_sweep(ground.terrain, tier, carrier, service),
        )
        if len(group) < len(sectors):
            rows = group["sector"].to_numpy().astype(np.int32)
            server = np.where(signals.server < 0, np.int32(-1), rows[signals.server])
            signals = replace(signals, server=server)
        best = signals if best is None else _stronger(best, signals)
    if best is None:
        raise ValueError("no sectors")
    return best


def _terrain_sweep(
    terrain: Terrain | None, tier: str | None, carrier: RadioSection, service: ServiceSection
) -> TerrainSweep | None:
    if terrain is None or tier is None:
        return None
    height_m, near_m = maps_ue_height_m(carrier, service), farthest_served_m(carrier, service)
    return TerrainSweep(terrain, tier, carrier.frequency_ghz, height_m, near_m)


def _stronger(first: Signals, second: Signals) -> Signals:
    """Take each cell from the carrier with the stronger signal; servers of both are counted."""
    take = (second.rsrp_dbm > first.rsrp_dbm) | (first.server < 0)
    return Signals(
        np.where(take, second.rsrp_dbm, first.rsrp_dbm),
        np.where(take, second.sinr_db, first.sinr_db),
        np.where(take, second.throughput_mbit_s, first.throughput_mbit_s),
        np.where(take, second.lead_db, first.lead_db),
        np.where(take, second.service, first.service),
        np.where(take, second.server, first.server),
        first.servers + second.servers,
    )


def _shares(
    layer: Layer, codes: npt.NDArray[np.uint8], area: StudyArea, demand: Demand
) -> pd.DataFrame:
    """Return people and area by zone, area class and class of a layer, without empty rows."""
    labels = layer.all_labels
    zones, classes, count = len(area.zones), len(AREA_CLASSES), len(labels)
    people = np.zeros(zones * classes * count)
    cells = np.zeros(zones * classes * count, np.int64)
    for row in range(area.grid.height):
        inside = area.zone_index[row] >= 0
        if not inside.any():
            continue
        zone = area.zone_index[row][inside].astype(np.int64)
        place = (zone * classes + demand.area_class[row][inside]) * count + codes[row][inside]
        people += np.bincount(place, demand.people[row][inside], people.size)
        cells += np.bincount(place, minlength=cells.size)
    filled = np.flatnonzero(cells)
    zone, klass, code = np.unravel_index(filled, (zones, classes, count))
    lower = np.array([-np.inf, *layer.edges, np.nan])
    return pd.DataFrame(
        {
            "layer": layer.key,
            "adcode": area.zones["adcode"].to_numpy()[zone],
            "zone_en": area.zones["name_en"].to_numpy()[zone],
            "zone_zh": area.zones["name_zh"].to_numpy()[zone],
            "area_class": np.array([known.key for known in AREA_CLASSES])[klass],
            "class": code,
            "class_label": np.array(labels)[code],
            "from": lower[code],
            "unit": layer.unit,
            "people": people[filled],
            "area_km2": cells[filled] * area.grid.cell_area_km2,
        }
    )


def layer_totals(shares: pd.DataFrame) -> list[dict[str, Any]]:
    """Return people and area of each class of each layer over the whole area, as plain values."""
    totals = []
    for layer in LAYERS:
        rows = shares[shares["layer"] == layer.key]
        sums = rows.groupby("class")[["people", "area_km2"]].sum()
        sums = sums.reindex(range(len(layer.all_labels)), fill_value=0.0)
        whole = sums.sum()
        labels = layer.all_labels if sums["area_km2"].iloc[-1] > 0.0 else layer.labels
        totals.append(
            {
                "layer": layer.key,
                "name_en": layer.name_en,
                "name_zh": layer.name_zh,
                "unit": layer.unit,
                "meaning_en": layer.meaning_en,
                "classes": [
                    {
                        "label": label,
                        "people": float(row.people),
                        "people_share": float(row.people / max(whole.people, 1e-9)),
                        "area_km2": float(row.area_km2),
                        "area_share": float(row.area_km2 / max(whole.area_km2, 1e-9)),
                    }
                    for label, row in zip(labels, sums.itertuples(), strict=False)
                ],
            }
        )
    return totals


def _summary(
    radio: RadioSection,
    section: TerrainSection | None,
    pattern: AntennaPattern,
    sites: pd.DataFrame,
    sectors: pd.DataFrame,
    shares: pd.DataFrame,
    ground: Ground,
) -> dict[str, Any]:
    """Return assumptions and totals of radio maps, as plain values."""
    demand = ground.demand
    return {
        "radio_tier": TIERS[section.tier] if section else SMOOTH_EARTH_TIER,
        "terrain": _terrain_summary(section, ground.terrain),
        "terrain_note": TERRAIN_NOTES[section.tier] if section else SMOOTH_EARTH_NOTE,
        "sites": len(sites),
        "sectors": len(sectors),
        "bands": sorted(sectors["band"].unique()),
        "place": radio.maps.place,
        "sight": radio.maps.sight,
        "reach_m": radio.maps.reach_m,
        "min_rsrp_dbm": radio.maps.min_rsrp_dbm,
        "antenna": pattern.name,
        "antenna_reference": pattern.reference,
        "ssb_element_power_dbm": radio.base_power_dbm + element_power_db(radio),
        "ssb_antenna_gain_dbi": broadcast_gain_dbi(radio, pattern),
        "traffic_beam_gain_db": traffic_beam_gain_db(radio),
        "noise_dbm": element_noise_dbm(radio),
        "models": {
            known.key: {
                "model": getattr(radio, known.key).model,
                "base_height_m": getattr(radio, known.key).base_height_m,
            }
            for known in AREA_CLASSES
        },
        "population_is_model": demand.is_model,
        "population_source": demand.source,
        "layers": layer_totals(shares),
    }


def _terrain_summary(
    section: TerrainSection | None, terrain: Terrain | None
) -> dict[str, Any] | None:
    """Return the sources and the treatment of the terrain, None without one."""
    if terrain is None or section is None:
        return None
    return {
        "tier": section.tier,
        "tiles": [str(tile.file) for tile in section.tiles],
        "clutter": [str(tile.file) for tile in section.clutter],
        "clutter_counts": bool(section.clutter) and section.tier == "reference",
        "earth_radius_factor": section.earth_radius_factor,
        "filled_cells": terrain.filled_cells,
        "sea_cells": int(np.count_nonzero(terrain.sea)),
        "lowest_m": float(terrain.height_m[terrain.known].min()),
        "highest_m": float(terrain.height_m[terrain.known].max()),
    }
