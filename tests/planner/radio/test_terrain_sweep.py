"""Radio maps over terrain against the books: every sector, every cell, double precision."""

from __future__ import annotations

import math

import numba
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from kernels.radio.models.p526 import VERTICAL
from kernels.radio.p1812.raster import raster_losses_db
from kernels.radio.p1812.terms import Conditions
from kernels.radio.terrain.fast_tier import terrain_diffraction_db
from kernels.radio.terrain.rays import rays_of
from kernels.radio.terrain.tables import flat_losses_db, terrain_medium
from planner.errors import InputError
from planner.ground.area_class import AREA_CLASSES
from planner.ground.grid import LONLAT, Grid
from planner.ground.terrain import Terrain
from planner.radio import terrain_sweep
from planner.radio.antenna import omni_pattern, sector_pattern
from planner.radio.radio_sweep import path_loss_db, sweep_carrier
from planner.radio.sectors import element_noise_dbm, sector_table
from planner.radio.terrain_sweep import TerrainSweep
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection
from tests.kernels.fractal_terrain import fractal_terrain_m
from tests.planner.radio.cases import KEYS, class_raster, make_grid, make_sites, user_link

SERVICE = ServiceSection()
CLASSES = [known.key for known in AREA_CLASSES]


def land(grid: Grid, height_m, sea=None, clutter_m=None) -> Terrain:
    everywhere = np.ones(grid.shape, bool)
    return Terrain(
        grid=grid,
        height_m=np.ascontiguousarray(height_m, np.float32),
        known=everywhere,
        sea=~everywhere if sea is None else sea,
        clutter_m=clutter_m,
        earth_radius_factor=4.0 / 3.0,
        filled_cells=0,
    )


def hills(grid: Grid, seed: int = 1):
    return fractal_terrain_m(64, relief_m=500.0, seed=seed)[: grid.height, : grid.width]


def swept(grid, terrain, radio, *, sites=None, pattern=None, tier="fast", classes=None):
    """Signals over the terrain (None: smooth earth), with the sectors."""
    pattern = pattern or sector_pattern()
    sectors = sector_table(make_sites(grid) if sites is None else sites, radio, pattern=pattern)
    classes = np.ones(grid.shape, np.uint8) if classes is None else classes
    over = None
    if terrain is not None:
        over = TerrainSweep(terrain, tier, radio.frequency_ghz, SERVICE.outdoor_ue_height_m)
    found = sweep_carrier(
        sectors, radio, SERVICE, pattern=pattern, grid=grid, area_class=classes, terrain=over
    )
    return found, sectors


def square_around(raster, row, column, shape):
    """Cut from a raster around a mast the part on the grid, in the shape of the grid."""
    reach = raster.shape[0] // 2
    out = np.full(shape, np.nan)
    for r in range(shape[0]):
        for c in range(shape[1]):
            y, x = r - row + reach, c - column + reach
            if 0 <= y < raster.shape[0] and 0 <= x < raster.shape[1]:
                out[r, c] = raster[y, x]
    return out


def fast_loss_db(terrain, radio, sector, at, distance_m):
    """Median of the statistical model and excess diffraction, path by path."""
    grid, rx_m = terrain.grid, SERVICE.outdoor_ue_height_m
    row, column = at
    median = np.full(grid.shape, np.nan)
    for code, key in enumerate(KEYS):
        model, link = user_link(radio, SERVICE, sector, key)
        theirs = class_raster(grid) == code
        median[theirs] = path_loss_db(model, link, distance_m[theirs], sight=radio.maps.sight)
    cell_km = grid.cell_size_m / 1000.0
    reach = math.ceil(radio.maps.reach_m / grid.cell_size_m + 0.71)
    earth_km = terrain.effective_radius_km
    medium = terrain_medium(radio.frequency_ghz, VERTICAL, earth_km, reach * cell_km, cell_km)
    mast = (row, column, float(terrain.height_m[row, column]) + sector.height_m)
    around = terrain_diffraction_db(
        terrain.height_m, mast, rx_m, rays_of(float(reach), cell_km), medium
    )
    diffraction = square_around(around, row, column, grid.shape)
    y, x = np.indices(grid.shape)
    far_km = np.hypot(y - row, x - column) * cell_km
    flat = flat_losses_db(
        far_km.ravel(), sector.height_m, rx_m, earth_km, cell_km, radio.frequency_ghz, VERTICAL
    ).reshape(grid.shape)
    excess = np.where(far_km == 0.0, 0.0, np.maximum(diffraction - flat, 0.0))
    return median + excess


def by_the_books(terrain, radio, sectors, pattern, loss_db):
    """RSRP, SINR and best server: the interference summed over the other sectors, one by one."""
    grid = terrain.grid
    to_grid = Transformer.from_crs(LONLAT, grid.crs, always_xy=True)
    x, y = (v.reshape(grid.shape) for v in grid.xy_m(np.arange(grid.height * grid.width)))
    received = []
    for sector in sectors.itertuples():
        at_x, at_y = to_grid.transform(sector.lon, sector.lat)
        distance = np.hypot(x - at_x, y - at_y)
        row, column = divmod(int(grid.cells([at_x], [at_y])[0]), grid.width)
        mast_m = terrain.height_m[row, column] + sector.height_m
        over_m = mast_m - (terrain.height_m + SERVICE.outdoor_ue_height_m)
        loss = loss_db(terrain, radio, sector, (row, column), distance)
        loss = loss + pattern.loss_db(
            np.degrees(np.arctan2(x - at_x, y - at_y)) - sector.azimuth_deg,
            np.degrees(np.arctan2(over_m, np.maximum(distance, 10.0))),
            electrical_tilt_deg=sector.electrical_tilt_deg,
            mechanical_tilt_deg=sector.mechanical_tilt_deg,
        )
        gain = radio.base_antenna_gain_dbi + radio.broadcast_beam_gain_db - radio.feeder_loss_db
        dbm = sector.power_dbm - 10 * math.log10(12 * radio.resource_blocks) + gain - loss
        dbm -= radio.body_loss_db
        received.append(np.where(distance <= radio.maps.reach_m, 10 ** (0.1 * dbm), 0.0))
    power = np.nan_to_num(np.array(received))
    best, signal = power.argmax(axis=0), power.max(axis=0)
    noise = 10 ** (0.1 * element_noise_dbm(radio))
    sinr = np.full(grid.shape, np.nan)
    for cell in zip(*np.nonzero(signal), strict=True):
        others = sum(
            power[i][cell] * sectors["load"][i] for i in range(len(sectors)) if i != best[cell]
        )
        sinr[cell] = 10 * np.log10(signal[cell] / (others + noise))
    with np.errstate(divide="ignore"):
        return 10 * np.log10(signal), sinr, best


@pytest.mark.parametrize(
    ("maps", "antenna", "pattern"),
    [
        ({"reach_m": 3000.0}, {"electrical_tilt_deg": 4.0}, sector_pattern()),
        ({"sight": "nlos", "load": 1.0, "reach_m": 3500.0}, {}, omni_pattern()),
        (
            {"reach_m": 2500.0},
            {"mechanical_tilt_deg": 6.0, "electrical_tilt_deg": 2.0},
            sector_pattern(vertical_beamwidth_deg=15.0),
        ),
    ],
)
def test_within_a_hundredth_of_a_decibel_of_every_path_by_itself(maps, antenna, pattern) -> None:
    radio, grid = RadioSection(maps=maps, antenna=antenna), make_grid()
    terrain = land(grid, hills(grid))
    found, sectors = swept(grid, terrain, radio, pattern=pattern, classes=class_raster(grid))
    rsrp, sinr, best = by_the_books(terrain, radio, sectors, pattern, fast_loss_db)
    reached = np.isfinite(rsrp)
    assert np.array_equal(np.isfinite(found.rsrp_dbm), reached)
    # A narrow antenna loses up to 30 dB within some degrees: its table has steps of its own.
    assert found.rsrp_dbm[reached] == pytest.approx(rsrp[reached], abs=0.01)
    assert found.sinr_db[reached] == pytest.approx(sinr[reached], abs=0.02)
    clear = reached & (found.lead_db > 0.05)
    assert np.array_equal(found.server[clear], best[clear])


def test_the_reference_tier_is_p1812_for_every_cell_to_the_rim_of_the_grid() -> None:
    radio, grid = RadioSection(maps={"reach_m": 3000.0}), make_grid()
    terrain = land(grid, hills(grid))
    found, sectors = swept(grid, terrain, radio, tier="reference", pattern=omni_pattern())

    def p1812(terrain, radio, sector, at, distance_m):
        _, latitude = grid.lonlat(*grid.xy_m([at[0] * grid.width + at[1]]))
        conditions = Conditions(
            radio.frequency_ghz, VERTICAL, sector.height_m, SERVICE.outdoor_ue_height_m,
            latitude_deg=float(latitude[0]), lapse_rate=terrain.lapse_rate,
        )  # fmt: skip
        wide = np.pad(terrain.height_m, 1, mode="edge")
        around = raster_losses_db(
            wide, np.zeros((0, 0), np.float32), np.zeros((0, 0), np.int8), (at[0] + 1, at[1] + 1),
            grid.cell_size_m, 28 * grid.cell_size_m, conditions,
        )  # fmt: skip
        loss = square_around(around, *at, grid.shape)
        near_km = 0.0005 * grid.cell_size_m
        loss[at] = 92.44778 + 20.0 * math.log10(near_km * radio.frequency_ghz)
        return loss

    rsrp, sinr, _ = by_the_books(terrain, radio, sectors, omni_pattern(), p1812)
    reached = np.isfinite(rsrp)
    assert np.array_equal(np.isfinite(found.rsrp_dbm), reached)
    assert found.rsrp_dbm[reached] == pytest.approx(rsrp[reached], abs=0.01)
    assert found.sinr_db[reached] == pytest.approx(sinr[reached], abs=0.02)


@pytest.mark.parametrize("antenna", [{}, {"mechanical_tilt_deg": 5.0}])
def test_flat_land_is_the_smooth_earth_however_high_it_lies(antenna) -> None:
    radio, grid = RadioSection(antenna=antenna), make_grid()
    smooth, _ = swept(grid, None, radio)
    flat, _ = swept(grid, land(grid, np.full(grid.shape, 1300.0)), radio)
    assert np.array_equal(np.isfinite(flat.rsrp_dbm), np.isfinite(smooth.rsrp_dbm))
    assert flat.rsrp_dbm == pytest.approx(smooth.rsrp_dbm, abs=0.25)
    assert flat.sinr_db == pytest.approx(smooth.sinr_db, abs=0.35)
    assert (flat.server == smooth.server).mean() > 0.97


def one_mast(grid, row, column, **columns):
    lon, lat = grid.lonlat(*grid.xy_m([row * grid.width + column]))
    site = {"site": ["a"], "lon": lon, "lat": lat, "area_class": ["rural"]}
    return pd.DataFrame(site | {key: [value] for key, value in columns.items()})


def test_a_ridge_throws_a_shadow_and_takes_nothing_before_it() -> None:
    grid = make_grid(41, 61, 100.0)
    height_m = np.zeros(grid.shape)
    height_m[:, 30] = 150.0
    radio, site = RadioSection(), one_mast(grid, 20, 10)
    smooth, _ = swept(grid, None, radio, sites=site, pattern=omni_pattern())
    behind, _ = swept(grid, land(grid, height_m), radio, sites=site, pattern=omni_pattern())
    lost_db = smooth.rsrp_dbm - behind.rsrp_dbm
    assert np.abs(lost_db[:, :30]).max() < 0.25
    shadow = lost_db[20, 32:]
    assert shadow.min() > 15.0
    assert shadow[0] > shadow[10] > shadow[-1]


def test_a_slope_in_sight_of_the_mast_loses_nothing_and_gains_nothing() -> None:
    grid = make_grid(41, 61, 100.0)
    _, x = np.indices(grid.shape)
    slope_m = np.maximum(x - 20.0, 0.0) * 12.0
    radio, site = RadioSection(), one_mast(grid, 20, 10)
    smooth, _ = swept(grid, None, radio, sites=site, pattern=omni_pattern())
    rising, _ = swept(grid, land(grid, slope_m), radio, sites=site, pattern=omni_pattern())
    assert rising.rsrp_dbm[20] == pytest.approx(smooth.rsrp_dbm[20], abs=0.25)


def test_the_antenna_looks_at_the_ground_where_it_is() -> None:
    grid = make_grid(41, 61, 100.0)
    _, x = np.indices(grid.shape)
    pattern = sector_pattern(vertical_beamwidth_deg=6.5)
    radio = RadioSection()
    site = one_mast(grid, 20, 10, azimuths_deg=(90.0,))
    falling = land(grid, 1000.0 - 20.0 * np.maximum(x - 10.0, 0.0))
    level, _ = swept(grid, falling, radio, sites=site, pattern=pattern)
    tilted, _ = swept(
        grid, falling, radio, sites=site.assign(electrical_tilt_deg=[11.3]), pattern=pattern
    )
    # 20 m down for every 100 m: 11.3 degrees, far below a beam of 6.5 degrees that looks ahead.
    assert (tilted.rsrp_dbm - level.rsrp_dbm)[20, 30:50].min() > 25.0


def test_any_number_of_threads_and_any_pieces_give_the_same(monkeypatch) -> None:
    radio, grid = RadioSection(maps={"reach_m": 2000.0}), make_grid()
    terrain = land(grid, hills(grid))
    sites = make_sites(grid, 9)
    before = numba.get_num_threads()
    both = []
    try:
        for threads in (1, numba.config.NUMBA_NUM_THREADS):
            numba.set_num_threads(threads)
            both.append(swept(grid, terrain, radio, sites=sites)[0])
    finally:
        numba.set_num_threads(before)
    monkeypatch.setattr(terrain_sweep, "_BYTES_AT_ONCE", 0)
    monkeypatch.setattr(terrain_sweep, "_LEAST_MASTS_AT_ONCE", 2)
    both.append(swept(grid, terrain, radio, sites=sites)[0])
    for other in both[1:]:
        for field in ("rsrp_dbm", "sinr_db", "throughput_mbit_s", "lead_db", "server", "servers"):
            np.testing.assert_array_equal(getattr(other, field), getattr(both[0], field))


def test_no_seam_where_tiles_of_the_sweep_meet() -> None:
    grid = make_grid(20, 530, 100.0)
    height_m = fractal_terrain_m(530, relief_m=600.0)[:20]
    sites = pd.concat([one_mast(grid, 10, column) for column in (250, 260, 505, 518)])
    sites = sites.assign(site=list("abcd")).reset_index(drop=True)
    radio = RadioSection(maps={"reach_m": 3000.0})
    whole, _ = swept(grid, land(grid, height_m), radio, sites=sites, pattern=omni_pattern())
    # The same land with the tiles' edges elsewhere: 100 columns fewer on the left.
    cut = Grid(grid.crs, grid.transform.translation(10_000.0, 0.0) * grid.transform, 20, 430)
    part, _ = swept(cut, land(cut, height_m[:, 100:]), radio, sites=sites, pattern=omni_pattern())
    kept = np.isfinite(part.rsrp_dbm)
    assert kept.sum() > 2000
    assert part.rsrp_dbm[kept] == pytest.approx(whole.rsrp_dbm[:, 100:][kept], abs=1e-3)


def test_air_that_p1812_does_not_know_is_refused() -> None:
    radio, grid = RadioSection(), make_grid()
    terrain = land(grid, np.zeros(grid.shape))
    thin = Terrain(**(vars(terrain) | {"earth_radius_factor": 0.9}))
    with pytest.raises(InputError, match=r"terrain.earth_radius_factor"):
        swept(grid, thin, radio, tier="reference")


def test_clutter_and_sea_count_in_the_reference_tier() -> None:
    radio, grid = RadioSection(), make_grid()
    ground = np.zeros(grid.shape)
    wood = np.full(grid.shape, 15.0, np.float32)
    bare, _ = swept(grid, land(grid, ground), radio, tier="reference")
    under, _ = swept(grid, land(grid, ground, clutter_m=wood), radio, tier="reference")
    at_sea, _ = swept(grid, land(grid, ground, sea=ground == 0.0), radio, tier="reference")
    assert np.nanmedian(bare.rsrp_dbm - under.rsrp_dbm) > 10.0
    assert np.isfinite(at_sea.rsrp_dbm).all() == np.isfinite(bare.rsrp_dbm).all()
    fast, _ = swept(grid, land(grid, ground), radio)
    fast_under, _ = swept(grid, land(grid, ground, clutter_m=wood), radio)
    np.testing.assert_array_equal(fast.rsrp_dbm, fast_under.rsrp_dbm)
