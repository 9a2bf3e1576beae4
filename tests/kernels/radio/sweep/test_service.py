"""Share of users served from a sweep: against every cell by itself, and its limits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kernels.radio.sweep.sectors import OMNI, SECTOR, TILE
from kernels.radio.sweep.service import ServiceTable, service_shares
from tests.kernels.radio.sweep.cases import LEAST_M, make, path_db, run

SHAPE, CELL_M, REACH_M = (60, TILE + 20), 50.0, 1500.0


def share(excess_db, distance_m):
    """A share that falls with both, linear in the excess and in the logarithm."""
    return 1.2 - 0.02 * excess_db - 0.1 * np.log(distance_m / 5.0)


def table():
    excess = np.arange(-10.0, 40.1, 0.5)
    distance = np.geomspace(5.0, 2000.0, 200)
    values = share(excess[:, None], distance[None, :])
    step = math.log(400.0) / 199
    return ServiceTable(values.astype(np.float32)[None], -10.0, 0.5, math.log(5.0), step)


@pytest.mark.parametrize("kinds", [[OMNI] * 3, [SECTOR] * 5])
def test_against_every_cell_by_itself(kinds):
    emitters, tables = make(kinds, *SHAPE, CELL_M, REACH_M)
    emitters.tilt[:, 0] = 0.0
    served, _ = run(emitters, tables, SHAPE, CELL_M)
    found = service_shares(served, emitters, tables, CELL_M, table())
    assert (found[served.server < 0] == 0.0).all()
    checked = 0
    for row in range(0, SHAPE[0], 7):
        for column in range(0, SHAPE[1], 5):
            i = served.server[row, column]
            if i < 0:
                continue
            x, y = emitters.place_m[i]
            far_m = math.hypot((column + 0.5) * CELL_M - x, (row + 0.5) * CELL_M - y)
            far_m = max(far_m, LEAST_M)
            plain_db = 10.0 * math.log10(emitters.power_mw[i]) - path_db(far_m)
            excess_db = plain_db - 10.0 * math.log10(served.best_mw[row, column])
            assert found[row, column] == pytest.approx(share(excess_db, far_m), abs=2e-3)
            checked += 1
    assert checked > 100


def test_beyond_the_table_the_share_is_that_at_its_end():
    emitters, tables = make([OMNI], *SHAPE, CELL_M, REACH_M)
    served, _ = run(emitters, tables, SHAPE, CELL_M)
    small = table()._replace(first_log_m=math.log(1e5))
    found = service_shares(served, emitters, tables, CELL_M, small)
    reached = served.server >= 0
    assert found[reached] == pytest.approx(share(0.0, 5.0), abs=2e-3)


def test_a_class_without_users_served_has_none():
    emitters, tables = make([OMNI], *SHAPE, CELL_M, REACH_M)
    twice = tables._replace(
        path=np.concatenate([tables.path] * 2), lobe=np.concatenate([tables.lobe] * 2)
    )
    served, _ = run(emitters, twice, SHAPE, CELL_M)
    served.user_class[:, ::2] = 1
    both = table()
    both = both._replace(share=np.concatenate([both.share, np.zeros_like(both.share)]))
    found = service_shares(served, emitters, twice, CELL_M, both)
    assert (found[:, ::2] == 0.0).all()
    assert (found[:, 1::2][served.server[:, 1::2] >= 0] > 0.0).all()
