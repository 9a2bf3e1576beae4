"""From sectors and propagation models to the fast sweep over the grid of a study area.

The class of the users' cell selects the propagation model and its mast, as it does for the radii of
the plan; a site that gives its own height has that mast, for the classes whose model is valid for
it. So plan and maps have one radio.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer

from kernels.radio.antenna import PROJECTION
from kernels.radio.sweep import table as sweep_table
from kernels.radio.sweep.kept import Served, nothing_served
from kernels.radio.sweep.maps import Receiver, signal_maps
from kernels.radio.sweep.sectors import (
    OMNI,
    SECTOR,
    SOLID,
    TILE,
    TILTED,
    Emitters,
    Tables,
    sectors_by_tile,
)
from kernels.radio.sweep.service import service_shares
from kernels.radio.sweep.solid import SINES, TURNS
from kernels.radio.sweep.statistical import sweep
from planner.errors import InputError, PlannerWarning, Problem
from planner.ground.area_class import AREA_CLASSES, OUTSIDE
from planner.ground.grid import LONLAT, Grid
from planner.radio.antenna import AntennaPattern
from planner.radio.calibrated import class_model
from planner.radio.link_budget import sounding_snr_db
from planner.radio.p1812_validity import p1812_problems
from planner.radio.propagation_model import Floats, Link, PropagationModel, Sight
from planner.radio.sectors import (
    broadcast_gain_dbi,
    class_building_loss_db,
    element_noise_dbm,
    element_power_db,
    traffic_beam_gain_db,
)
from planner.radio.service_area import FLOOR_HEIGHT_M
from planner.radio.service_table import service_table
from planner.radio.terrain_sweep import TerrainSweep
from planner.scenario.radio import ClassRadio, RadioSection
from planner.scenario.service import ServiceSection

Singles = npt.NDArray[np.float32]

_SIGHTS: Mapping[str, tuple[Sight, ...]] = {"mean": ("los", "nlos"), "nlos": ("nlos",)}


@dataclass(frozen=True)
class Signals:
    """Signal of one carrier, cell by cell (H, W).

    ``rsrp_dbm``, ``sinr_db``, ``throughput_mbit_s`` and ``lead_db`` (float32) as the layers of
    :mod:`planner.radio.radio_map_layers`; NaN outside the area and where no sector reaches (there
    the throughput is 0). ``service`` (float32): share of users served by the strongest sector, 0
    where none reaches, NaN outside. ``server`` (int32): row of the sector, -1 for none;
    ``servers`` (int32).
    """

    rsrp_dbm: Singles
    sinr_db: Singles
    throughput_mbit_s: Singles
    lead_db: Singles
    service: Singles
    server: npt.NDArray[np.int32]
    servers: npt.NDArray[np.int32]


def path_loss_db(model: PropagationModel, link: Link, distances_m: Floats, *, sight: str) -> Floats:
    """Return the median loss used by the maps, by distance (float64, N).

    ``sight`` "mean": the mean in dB of the losses with and without line of sight, weighted by
    their probabilities; "nlos": without line of sight. Distances below the model's range get the
    loss at its lower end.
    """
    least_m = model.distance_limits_m("nlos")[0]
    held_m = np.maximum(distances_m, least_m)
    loss_db = model.sight_loss_db(held_m, link, "nlos")
    if sight == "nlos":
        return loss_db
    share = model.los_probability(held_m, link)
    return np.asarray(share * model.sight_loss_db(held_m, link, "los") + (1.0 - share) * loss_db)


def sweep_carrier(
    sectors: pd.DataFrame,
    radio: RadioSection,
    service: ServiceSection,
    *,
    pattern: AntennaPattern,
    grid: Grid,
    area_class: npt.NDArray[np.uint8],
    terrain: TerrainSweep | None = None,
    antennas: Mapping[str, AntennaPattern] = MappingProxyType({}),
) -> Signals:
    """Sweep the sectors of one carrier over the grid.

    ``sectors`` as from :func:`planner.radio.sectors.sector_table`, all of one band;
    ``area_class`` (uint8, grid shape) has 255 outside the area, where no map is made; without
    ``terrain`` the earth is smooth. ``antennas``: patterns of the names in the column antenna of
    the sectors, where it is not empty.

    Raises
    ------
    InputError
        For heights, frequencies and a reach outside a propagation model's validity, unless the
        scenario only flags them: then they are warnings.
    """
    tier = "smooth" if terrain is None else terrain.tier
    users = tuple(known.key for known in AREA_CLASSES if (area_class == known.code).any())
    emitters, tables = sweep_inputs(
        sectors, radio, service, patterns={"": pattern, **antennas}, grid=grid, users=users,
        tier=tier,
    )  # fmt: skip
    gain = _place_gain(radio, service)
    noise_mw = 10.0 ** (0.1 * element_noise_dbm(radio))
    least_mw = (10.0 ** (0.1 * radio.maps.min_rsrp_dbm) / gain).astype(np.float32)[area_class]
    rows, columns = (math.ceil(side / TILE) for side in grid.shape)
    inside = area_class != OUTSIDE
    served = nothing_served(*grid.shape, least_mw, np.where(inside, area_class, np.uint8(0)))
    wanted = _tiles_with_cells(~np.isnan(gain)[area_class], rows, columns)
    if terrain is None:
        start, sector = sectors_by_tile(
            emitters.place_m, emitters.reach_m, grid.cell_size_m, rows, columns
        )
        sweep(grid.cell_size_m, emitters, tables, start, sector, wanted, served)
    else:
        terrain.into(served, sectors, emitters, tables, wanted)
    rsrp_dbm, sinr_db, throughput = signal_maps(
        served, area_class, _receiver(radio, gain, noise_mw, pattern)
    )
    shares = service_shares(
        served, emitters, tables, grid.cell_size_m, service_table(radio, service, users)
    )
    return Signals(
        rsrp_dbm=rsrp_dbm,
        sinr_db=sinr_db,
        throughput_mbit_s=throughput,
        lead_db=_lead_db(served, rsrp_dbm),
        service=np.where(inside, shares, np.float32(np.nan)),
        server=np.where(np.isnan(rsrp_dbm), np.int32(-1), served.server),
        servers=served.servers,
    )


def sweep_inputs(
    sectors: pd.DataFrame,
    radio: RadioSection,
    service: ServiceSection,
    *,
    patterns: Mapping[str, AntennaPattern],
    grid: Grid,
    users: Sequence[str],
    tier: str = "smooth",
) -> tuple[Emitters, Tables]:
    """Return sectors and tables in the form that the sweep takes.

    ``patterns``: by the names in the column antenna of the sectors, "" where it has none.
    ``users``: the area classes that users are in. ``tier`` selects the validity to check: that of
    the statistical models for "smooth" and "fast", that of P.1812 for "reference".
    """
    if "antenna" not in sectors:
        sectors = sectors.assign(antenna="")
    keys = ["area_class", "height_m", "electrical_tilt_deg", "antenna"]
    ranges, range_row = _distinct(sectors, keys)
    tilts, tilt_row = _distinct(sectors, ["antenna", "electrical_tilt_deg"])
    links = [_links(row, radio, service, users) for row in ranges.itertuples()]
    _check_validity(links, radio, tier)
    to_grid = Transformer.from_crs(LONLAT, grid.crs, always_xy=True)
    x_m, y_m = to_grid.transform(sectors["lon"].to_numpy(), sectors["lat"].to_numpy())
    azimuth = np.radians(sectors["azimuth_deg"].to_numpy())
    mechanical = np.radians(sectors["mechanical_tilt_deg"].to_numpy())
    gains = {name: broadcast_gain_dbi(radio, one) for name, one in patterns.items()}
    above_db = (
        element_power_db(radio)
        + sectors["antenna"].map(gains).to_numpy()
        + radio.ue_antenna_gain_dbi
        - radio.body_loss_db
    )
    omni = sectors["antenna"].map({name: one.is_omni for name, one in patterns.items()}).to_numpy()
    directed = np.where(mechanical == 0.0, SECTOR, TILTED)
    solid = {name: one.combined == PROJECTION for name, one in patterns.items()}
    directed = np.where(sectors["antenna"].map(solid).to_numpy(bool), SOLID, directed)
    kind = np.where(omni, OMNI, directed).astype(np.int32)
    emitters = Emitters(
        place_m=np.column_stack([x_m - grid.transform.c, grid.transform.f - y_m]),
        reach_m=np.full(len(sectors), radio.maps.reach_m),
        power_mw=(10.0 ** (0.1 * (sectors["power_dbm"].to_numpy() + above_db))).astype(np.float32),
        load=sectors["load"].to_numpy().astype(np.float32),
        facing=np.column_stack([np.sin(azimuth), np.cos(azimuth)]).astype(np.float32),
        kind=kind,
        range_table=range_row * np.int32(len(AREA_CLASSES)),
        pattern=tilt_row,
        tilt=np.column_stack(
            [mechanical, sectors["height_m"].to_numpy() - maps_ue_height_m(radio, service)]
        ),
    )
    return emitters, _tables(links, ranges, tilts, radio, patterns)


def maps_ue_height_m(radio: RadioSection, service: ServiceSection) -> float:
    """Return the height of the terminals of radio maps over ground: outdoors, or on a floor."""
    floor = radio.maps.floor if radio.maps.place == "indoor" else 1
    return service.outdoor_ue_height_m + FLOOR_HEIGHT_M * (floor - 1)


@dataclass(frozen=True)
class _UserLink:
    """Propagation from a kind of mast to the users of one area class."""

    key: str
    model: PropagationModel
    link: Link


def _links(
    mast: Any, radio: RadioSection, service: ServiceSection, users: Sequence[str]
) -> list[_UserLink]:
    """Return the links from a kind of mast to users of each class, in the order of codes.

    ``mast`` has area_class and height_m. The mast of the class of the users counts, unless the
    site gives a height of its own and the model of their class is valid for it. A class without
    users has the link of the mast's own class, which is not used.
    """
    own = mast.height_m != getattr(radio, mast.area_class).base_height_m
    links = []
    for known in AREA_CLASSES:
        key = known.key if known.key in users else mast.area_class
        class_radio, model = _model(radio, key)
        link = _link(radio, service, class_radio, class_radio.base_height_m)
        if own:
            given = replace(link, base_height_m=mast.height_m)
            if key == mast.area_class or not model.problems(np.empty(0), given, "nlos"):
                link = given
        links.append(_UserLink(key, model, link))
    return links


def _tables(
    links: Sequence[Sequence[_UserLink]],
    ranges: pd.DataFrame,
    tilts: pd.DataFrame,
    radio: RadioSection,
    patterns: Mapping[str, AntennaPattern],
) -> Tables:
    """Return the tables of the sweep; ``links``: of each row of ``ranges``, by class of users."""
    every = [one for of_mast in links for one in of_mast]
    least_m = min(one.model.distance_limits_m("nlos")[0] for one in every)
    nodes = sweep_table.squared_nodes_m2(least_m, max(radio.maps.reach_m, 2.0 * least_m))
    distances_m = np.sqrt(nodes)
    path, lobe = [], []
    for mast, of_mast in zip(ranges.itertuples(), links, strict=True):
        for one in of_mast:
            loss_db = path_loss_db(one.model, one.link, distances_m, sight=radio.maps.sight)
            if not np.isfinite(loss_db).all():
                raise InputError(
                    Problem(
                        f"{one.model.name_en} has no loss for this height of the antenna",
                        key=f"radio.{one.key}.base_height_m",
                        value=one.link.base_height_m,
                        expected="an antenna above the terminal and its surroundings",
                    )
                )
            down_deg = np.degrees(np.arctan2(mast.height_m - one.link.ue_height_m, distances_m))
            vertical = _gain(patterns[mast.antenna].cuts_db[1], down_deg - mast.electrical_tilt_deg)
            path.append(sweep_table.lines(nodes, 10.0 ** (-0.1 * loss_db)))
            lobe.append(sweep_table.lines(nodes, 10.0 ** (-0.1 * loss_db) * vertical))
    angles, sines = sweep_table.angle_nodes_deg(), sweep_table.sine_nodes_deg()
    tilted = [
        (patterns[name], tilt)
        for name, tilt in zip(tilts["antenna"], tilts["electrical_tilt_deg"], strict=True)
    ]
    around = [sweep_table.angle_lines(_gain(one.cuts_db[0], angles)) for one, _ in tilted]
    upright = [sweep_table.sine_lines(_gain(one.cuts_db[1], sines - t)) for one, t in tilted]
    return Tables(
        path=np.stack(path),
        lobe=np.stack(lobe),
        first_segment=int(sweep_table.squared_segment(least_m**2)),
        least_m2=least_m**2,
        around=np.stack(around),
        upright=np.stack(upright),
        floor=np.array([10.0 ** (-0.1 * one.most_loss_db) for one, _ in tilted], np.float32),
        solid=_solid_gains(tilted),
    )


def _solid_gains(tilted: Sequence[tuple[AntennaPattern, float]]) -> Singles:
    """Return the gain over all directions of patterns with their electrical tilt."""
    if not any(one.combined == PROJECTION for one, _ in tilted):
        return np.ones((1, 1, 1), np.float32)
    found = np.ones((len(tilted), TURNS, SINES), np.float32)
    turns = sweep_table.angle_nodes_deg(TURNS - 1)[:, None]
    sines = sweep_table.sine_nodes_deg(SINES - 1)
    for gain, (one, tilt) in zip(found, tilted, strict=True):
        if one.combined == PROJECTION:
            gain[:] = 10.0 ** (-0.1 * one.loss_db(turns, sines, electrical_tilt_deg=tilt))
    return found


def _distinct(sectors: pd.DataFrame, keys: list[str]) -> tuple[pd.DataFrame, npt.NDArray[np.int32]]:
    """Return the distinct rows of some columns, and which of them each sector has."""
    groups = sectors.groupby(keys, sort=True)
    rows = groups.ngroup().to_numpy().astype(np.int32)
    return groups.size().reset_index()[keys], rows


def _model(radio: RadioSection, key: str) -> tuple[ClassRadio, PropagationModel]:
    class_radio: ClassRadio = getattr(radio, key)
    return class_radio, class_model(radio, key)


def _link(
    radio: RadioSection, service: ServiceSection, class_radio: ClassRadio, height_m: float
) -> Link:
    return Link(
        frequency_ghz=radio.frequency_ghz,
        base_height_m=height_m,
        ue_height_m=maps_ue_height_m(radio, service),
        building_height_m=class_radio.building_height_m,
        street_width_m=class_radio.street_width_m,
    )


def _check_validity(links: Sequence[Sequence[_UserLink]], radio: RadioSection, tier: str) -> None:
    found: dict[tuple[str, object], Problem] = {}
    keys = {"distance_2d_m": "radio.maps.reach_m", "distance_km": "radio.maps.reach_m",
            "frequency_ghz": "radio.carrier_mhz",
            "ue_height_m": "radio.maps.floor" if radio.maps.floor > 1
            else "service.outdoor_ue_height_m"}  # fmt: skip
    for one in (one for of_mast in links for one in of_mast):
        for problem in _validity_problems(one.model, one.link, radio, tier):
            quantity = problem.key or ""
            key = keys.get(quantity, f"radio.{one.key}.{quantity}")
            found[key, problem.value] = Problem(
                f"{quantity} {problem.message}", None, key, problem.value, problem.expected
            )
    if found and radio.outside_validity == "refuse":
        raise InputError(found.values())
    for problem in found.values():
        warnings.warn(str(problem), PlannerWarning, stacklevel=2)


def _validity_problems(
    model: PropagationModel, link: Link, radio: RadioSection, tier: str
) -> list[Problem]:
    """Return the values outside the ranges of the model that a tier's losses come from."""
    if tier == "reference":
        return p1812_problems(
            {
                "frequency_ghz": link.frequency_ghz,
                "distance_km": radio.maps.reach_m / 1000.0,
                "base_height_m": link.base_height_m,
                "ue_height_m": link.ue_height_m,
            }
        )
    reach_m = np.array([radio.maps.reach_m])
    return [
        problem
        for sight in _SIGHTS[radio.maps.sight]
        for problem in model.problems(reach_m, link, sight)
    ]


def _place_gain(radio: RadioSection, service: ServiceSection) -> Floats:
    """Return the gain (at most 1) by area-class code, NaN outside the area."""
    gain = np.full(256, np.nan)
    for known in AREA_CLASSES:
        indoor = radio.maps.place == "indoor"
        loss_db = class_building_loss_db(radio, service, known.key) if indoor else 0.0
        gain[known.code] = 10.0 ** (-0.1 * loss_db)
    return gain


def _beam(radio: RadioSection, pattern: AntennaPattern) -> tuple[float, float, float]:
    """Return full and broadcast gain, and what is known of the channel for each mW received."""
    more = 10.0 ** (0.1 * traffic_beam_gain_db(radio))
    broadcast = 10.0 ** (0.1 * radio.broadcast_beam_gain_db)
    if radio.array_pilots == 0 or more == 1.0:
        return more, 1.0, 0.0
    at_no_loss_dbm = (
        radio.base_power_dbm
        + element_power_db(radio)
        + broadcast_gain_dbi(radio, pattern)
        + radio.ue_antenna_gain_dbi
        - radio.body_loss_db
    )
    known = radio.array_pilots * 10.0 ** (0.1 * (sounding_snr_db(radio, 0.0) - at_no_loss_dbm))
    return more * broadcast, broadcast, known


def _receiver(
    radio: RadioSection, gain: Floats, noise_mw: float, pattern: AntennaPattern
) -> Receiver:
    full, broadcast, known = _beam(radio, pattern)
    net = radio.downlink_time_share * (1.0 - radio.downlink_overhead)
    bandwidth_mhz = radio.resource_blocks * 12.0 * radio.subcarrier_khz / 1e3
    return Receiver(
        gain=gain,
        noise_mw=noise_mw,
        full_gain=full,
        broadcast_gain=broadcast,
        known_per_mw=known,
        shannon_share=radio.downlink_shannon_share,
        min_sinr_db=radio.min_sinr_db,
        most_bit_s_hz=radio.downlink_max_bit_s_hz,
        layers=radio.downlink_layers,
        usable_mhz=net * bandwidth_mhz,
    )


def _lead_db(served: Served, rsrp_dbm: Singles) -> Singles:
    with np.errstate(divide="ignore", invalid="ignore"):
        lead = np.float32(10.0) * np.log10(served.best_mw / served.second_mw)
    lead[np.isnan(rsrp_dbm)] = np.nan
    return np.asarray(lead, dtype=np.float32)


def _gain(cut_db: Floats, angles_deg: Floats) -> Floats:
    at = np.arange(cut_db.size) * 360.0 / cut_db.size
    return np.asarray(10.0 ** (-0.1 * np.interp(angles_deg % 360.0, at, cut_db, period=360.0)))


def _tiles_with_cells(
    inside: npt.NDArray[np.bool_], rows: int, columns: int
) -> npt.NDArray[np.bool_]:
    """Return whether each tile, row by row, has a cell inside (bool)."""
    tiles = np.zeros(rows * columns, np.bool_)
    for tile in range(rows * columns):
        top, left = (tile // columns) * TILE, (tile % columns) * TILE
        tiles[tile] = inside[top : top + TILE, left : left + TILE].any()
    return tiles
