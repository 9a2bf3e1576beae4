"""Random sectors, and the naive sweep over flat land."""

from __future__ import annotations

import math

import numpy as np

from kernels.radio.antenna import CUT_SIZE, PROJECTION, antenna_losses_db
from kernels.radio.sweep import table as tables
from kernels.radio.sweep.kept import nothing_served
from kernels.radio.sweep.sectors import TILE, Emitters, Tables, sectors_by_tile
from kernels.radio.sweep.solid import SINES, TURNS
from kernels.radio.sweep.statistical import sweep

LEAST_M, OVER_M, ELECTRICAL = 10.0, 23.5, 4.0


ANGLE = np.arange(CUT_SIZE) * 360.0 / CUT_SIZE


SIGNED = np.where(ANGLE > 180.0, ANGLE - 360.0, ANGLE)


CUTS = np.stack([12.0 * (SIGNED / 65.0) ** 2, 12.0 * (SIGNED / 20.0) ** 2])


MEASURED_CUTS = 30.0 - 10.0 * np.log10(1.0 + 10.0 ** (3.0 - 0.1 * CUTS))
"""The same, as smooth as a measured antenna, and 30 dB down behind."""


def path_db(distance_m):
    """A path with a bend, of exponents 2.2 and 4."""
    near = 40.0 + 22.0 * np.log10(np.maximum(distance_m, LEAST_M))
    return near + 18.0 * np.log10(np.maximum(distance_m / 700.0, 1.0))


def make(kinds, height, width, cell_m, reach_m, seed=3):
    rng = np.random.default_rng(seed)
    count = len(kinds)
    nodes = tables.squared_nodes_m2(LEAST_M, reach_m)
    path = 10.0 ** (-0.1 * path_db(np.sqrt(nodes)))
    depression = np.degrees(np.arctan2(OVER_M, np.sqrt(nodes)))

    def gain(cut, angle):
        return 10.0 ** (-0.1 * np.interp(angle % 360.0, ANGLE, cut, period=360.0))

    turns, sines = tables.angle_nodes_deg(TURNS - 1), tables.sine_nodes_deg(SINES - 1)
    around, down = np.meshgrid(turns, sines, indexing="ij")
    solid_db = antenna_losses_db(
        MEASURED_CUTS, 30.0, around.ravel(), down.ravel(), ELECTRICAL, 0.0, PROJECTION
    ).reshape(around.shape)
    made = Tables(
        path=tables.lines(nodes, path)[None],
        lobe=tables.lines(nodes, path * gain(CUTS[1], depression - ELECTRICAL))[None],
        first_segment=int(tables.squared_segment(LEAST_M**2)),
        least_m2=LEAST_M**2,
        around=tables.angle_lines(gain(CUTS[0], tables.angle_nodes_deg()))[None],
        upright=tables.sine_lines(gain(CUTS[1], tables.sine_nodes_deg() - ELECTRICAL))[None],
        floor=np.array([1e-3], np.float32),
        solid=np.power(10.0, -0.1 * solid_db).astype(np.float32)[None],
    )
    bearing = rng.uniform(0.0, 2.0 * np.pi, count)
    emitters = Emitters(
        place_m=np.c_[
            rng.uniform(0, width * cell_m, count), rng.uniform(0, height * cell_m, count)
        ],
        reach_m=np.full(count, reach_m),
        power_mw=rng.uniform(0.5, 2.0, count).astype(np.float32),
        load=rng.uniform(0.1, 1.0, count).astype(np.float32),
        facing=np.c_[np.sin(bearing), np.cos(bearing)].astype(np.float32),
        kind=np.asarray(kinds, np.int32),
        range_table=np.zeros(count, np.int32),
        pattern=np.zeros(count, np.int32),
        tilt=np.tile([math.radians(5.0), OVER_M], (count, 1)),
    )
    return emitters, made


def run(emitters, made, shape, cell_m, least_mw=None, wanted=None):
    rows, columns = -(-shape[0] // TILE), -(-shape[1] // TILE)
    start, sector = sectors_by_tile(emitters.place_m, emitters.reach_m, cell_m, rows, columns)
    served = nothing_served(*shape, least_mw)
    wanted = np.ones(rows * columns, np.bool_) if wanted is None else wanted
    evaluated = sweep(cell_m, emitters, made, start, sector, wanted, served)
    return served, int(evaluated.sum())
