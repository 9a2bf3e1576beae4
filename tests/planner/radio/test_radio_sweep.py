"""The fast sweep on the grid against the reference path: models, antennas, sums in full."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from planner.errors import InputError, PlannerWarning
from planner.ground.grid import LONLAT
from planner.radio.antenna import omni_pattern, sector_pattern
from planner.radio.radio_sweep import path_loss_db, sweep_carrier
from planner.radio.sectors import class_building_loss_db, sector_table
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection
from tests.planner.radio.cases import KEYS, make_grid, make_sites, user_link


def reference(sectors, radio, service, pattern, grid, area_class):
    """RSRP, SINR and best server by the books: every sector, every cell, double precision."""
    to_grid = Transformer.from_crs(LONLAT, grid.crs, always_xy=True)
    x, y = grid.xy_m(np.arange(grid.height * grid.width))
    power = []
    for sector in sectors.itertuples():
        at_x, at_y = to_grid.transform(sector.lon, sector.lat)
        distance = np.hypot(x - at_x, y - at_y)
        loss = np.full(distance.size, np.inf)
        for code, key in enumerate(KEYS):
            model, link = user_link(radio, service, sector, key)
            theirs = area_class.ravel() == code
            loss[theirs] = path_loss_db(model, link, distance[theirs], sight=radio.maps.sight)
        bearing = np.degrees(np.arctan2(x - at_x, y - at_y)) - sector.azimuth_deg
        down = np.degrees(
            np.arctan2(sector.height_m - service.outdoor_ue_height_m, np.maximum(distance, 10.0))
        )
        loss = loss + pattern.loss_db(
            bearing, down,
            electrical_tilt_deg=sector.electrical_tilt_deg,
            mechanical_tilt_deg=sector.mechanical_tilt_deg,
        )  # fmt: skip
        gain = radio.base_antenna_gain_dbi + radio.broadcast_beam_gain_db - radio.feeder_loss_db
        dbm = sector.power_dbm - 10 * math.log10(12 * radio.resource_blocks) + gain - loss
        dbm -= radio.body_loss_db
        power.append(np.where(distance <= radio.maps.reach_m, 10 ** (0.1 * dbm), 0.0))
    received = np.array(power).reshape(len(sectors), *grid.shape)
    if radio.maps.place == "indoor":
        walls = np.array([class_building_loss_db(radio, service, key) for key in KEYS])
        received = received * 10 ** (-0.1 * walls[np.minimum(area_class, 3)])
    best = received.argmax(axis=0)
    signal = received.max(axis=0)
    load = sectors["load"].to_numpy()[:, None, None]
    mine = np.arange(len(sectors))[:, None, None] == best
    others = np.where(mine, 0.0, received * load).sum(axis=0)
    noise = 10 ** (0.1 * (-174 + 10 * math.log10(radio.subcarrier_khz * 1e3) + 7.0))
    with np.errstate(divide="ignore"):
        rsrp, sinr = 10 * np.log10(signal), 10 * np.log10(signal / (others + noise))
    inside = (area_class < 4) & (signal > 0)
    return np.where(inside, rsrp, np.nan), np.where(inside, sinr, np.nan), best, inside


@pytest.mark.parametrize(
    ("maps", "antenna", "pattern"),
    [
        ({}, {}, sector_pattern()),
        ({"sight": "nlos", "load": 1.0}, {}, omni_pattern()),
        ({"place": "indoor"}, {"electrical_tilt_deg": 4.0}, sector_pattern()),
        ({}, {"mechanical_tilt_deg": 6.0, "electrical_tilt_deg": 2.0}, sector_pattern()),
        ({"reach_m": 1500.0}, {}, sector_pattern(vertical_beamwidth_deg=15.0)),
    ],
)
def test_within_a_hundredth_of_a_decibel_of_the_reference(maps, antenna, pattern) -> None:
    radio = RadioSection(maps=maps, antenna=antenna)
    service, grid = ServiceSection(), make_grid()
    area_class = np.random.default_rng(2).integers(0, 4, grid.shape).astype(np.uint8)
    area_class[:3] = 255
    sectors = sector_table(make_sites(grid), radio, pattern=pattern)
    found = sweep_carrier(
        sectors, radio, service, pattern=pattern, grid=grid, area_class=area_class
    )
    rsrp, sinr, best, inside = reference(sectors, radio, service, pattern, grid, area_class)
    assert np.array_equal(np.isfinite(found.rsrp_dbm), inside)
    assert found.rsrp_dbm[inside] == pytest.approx(rsrp[inside], abs=0.01)
    assert found.sinr_db[inside] == pytest.approx(sinr[inside], abs=0.02)
    assert (found.server[~inside] == -1).all()
    # The twins may differ where two sectors are equally strong within a hundredth of a decibel.
    assert (found.server[inside] == best[inside]).mean() > 0.99
    clear = inside & (found.lead_db > 0.05)
    assert np.array_equal(found.server[clear], best[clear])


def test_a_sector_is_as_strong_to_its_left_as_to_its_right() -> None:
    grid = make_grid(41, 41, 100.0)
    radio, service = RadioSection(), ServiceSection()
    x, y = grid.xy_m([20 * 41 + 20])
    lon, lat = grid.lonlat(x, y)
    sites = pd.DataFrame(
        {"site": ["a"], "lon": lon, "lat": lat, "area_class": ["urban"], "azimuths_deg": [(0.0,)]}
    )
    classes = np.ones(grid.shape, np.uint8)
    pattern = sector_pattern()

    def rsrp(azimuth):
        table = sector_table(sites.assign(azimuths_deg=[(azimuth,)]), radio, pattern=pattern)
        return sweep_carrier(
            table, radio, service, pattern=pattern, grid=grid, area_class=classes
        ).rsrp_dbm

    north = rsrp(0.0)
    assert north == pytest.approx(north[:, ::-1], abs=0.01)
    assert rsrp(90.0) == pytest.approx(np.rot90(north, -1), abs=0.01)
    assert rsrp(180.0) == pytest.approx(north[::-1], abs=0.01)
    assert north[10, 20] > north[30, 20] + 20.0


def test_more_load_means_more_interference_and_the_same_signal() -> None:
    grid, service, pattern = make_grid(), ServiceSection(), sector_pattern()
    classes = np.ones(grid.shape, np.uint8)

    def signals(load):
        radio = RadioSection(maps={"load": load})
        table = sector_table(make_sites(grid), radio, pattern=pattern)
        return sweep_carrier(table, radio, service, pattern=pattern, grid=grid, area_class=classes)

    idle, half, full = (signals(load) for load in (0.0, 0.5, 1.0))
    assert np.array_equal(idle.rsrp_dbm, full.rsrp_dbm)
    assert (idle.sinr_db > half.sinr_db).all()
    assert (half.sinr_db > full.sinr_db).all()
    assert idle.sinr_db == pytest.approx(idle.rsrp_dbm + 122.229, abs=0.01)


def test_number_of_servers_is_that_above_the_threshold() -> None:
    grid, service, pattern = make_grid(), ServiceSection(), omni_pattern()
    radio = RadioSection(maps={"min_rsrp_dbm": -80.0})
    classes = np.ones(grid.shape, np.uint8)
    table = sector_table(make_sites(grid), radio, pattern=pattern)

    def sweep(rows):
        return sweep_carrier(rows, radio, service, pattern=pattern, grid=grid, area_class=classes)

    together = sweep(table)
    alone = sum((sweep(table.iloc[[i]]).rsrp_dbm >= -80.0).astype(int) for i in range(4))
    assert (together.servers == alone).mean() > 0.999


def test_outside_validity_is_refused_or_flagged() -> None:
    grid, service, pattern = make_grid(5, 5), ServiceSection(), omni_pattern()
    classes = np.ones(grid.shape, np.uint8)
    sites = make_sites(grid, 1, height_m=[40.0])

    def sweep(**changes):
        radio = RadioSection(maps={"reach_m": 6000.0}, **changes)
        table = sector_table(sites, radio, pattern=pattern)
        return sweep_carrier(table, radio, service, pattern=pattern, grid=grid, area_class=classes)

    with pytest.raises(InputError) as caught:
        sweep()
    keys = {problem.key for problem in caught.value.problems}
    assert keys == {"radio.maps.reach_m", "radio.dense_urban.base_height_m"}
    with pytest.warns(PlannerWarning, match="outside the validity"):
        assert np.isfinite(sweep(outside_validity="flag").rsrp_dbm).all()


def test_an_antenna_below_its_terminal_has_no_loss_and_is_refused() -> None:
    grid, service, pattern = make_grid(5, 5), ServiceSection(), omni_pattern()
    radio = RadioSection(outside_validity="flag")
    table = sector_table(make_sites(grid, 1, height_m=[0.5]), radio, pattern=pattern)
    with pytest.raises(InputError, match="no loss for this height"), pytest.warns(PlannerWarning):
        sweep_carrier(
            table, radio, service, pattern=pattern, grid=grid,
            area_class=np.ones(grid.shape, np.uint8),
        )  # fmt: skip
