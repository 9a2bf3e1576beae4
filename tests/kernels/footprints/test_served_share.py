"""Expected service of a cell by several stations, against a naive twin."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.footprints.disc_links import PLACES, disc_links
from kernels.footprints.served_share import (
    Links,
    by_square,
    served_in_order,
    served_share,
)
from kernels.footprints.users import Users, alike

SHAPE, REACH, STRATA = (70, 90), 9, 5
STEPS = (0.1, 0.5, 0.9)


def drawn(seed, n_stations=60):
    rng = np.random.default_rng(seed)
    area_class = rng.choice(np.array([0, 1, 255], np.uint8), size=SHAPE, p=[0.5, 0.4, 0.1])
    stations = rng.integers(0, area_class.size, n_stations)
    kind = rng.integers(0, 2, n_stations)
    chance = rng.random((2, 2, 1, REACH**2 + 1, STRATA)) * np.linspace(1, 0, REACH**2 + 1)[:, None]
    chance[1, 1, :, 30:] = 0.0
    return alike(area_class), stations, kind, by_square((1.0 - chance).astype(np.float32))


def naive_miss(users, number, cell, own, links):
    """What one station leaves of each stratum of each cell, by its row and column."""
    area_class = users.area_class
    y, x = np.indices(SHAPE)
    row, column = divmod(int(cell), SHAPE[1])
    classes, steps, side, _ = links.entry[own].shape
    middle = side // 2
    away_y, away_x = y - row + middle, x - column + middle
    near = (np.minimum(away_y, away_x) >= 0) & (np.maximum(away_y, away_x) <= 2 * middle)
    near &= area_class < classes
    missed = np.ones((*SHAPE, links.miss.shape[1]))
    finer = links.step.shape[1] // side if links.step.size else 1
    for row, column in np.argwhere(near):
        beside = (away_y[row, column], away_x[row, column])
        for stratum in range(missed.shape[2]):
            i, j = (stratum // PLACES, stratum % PLACES) if finer > 1 else (0, 0)
            part = [b * finer + k * finer // PLACES for b, k in zip(beside, (i, j), strict=True)]
            step = links.step[number][*part] if links.step.size else 0
            entry = -1
            if step < steps:
                entry = links.entry[own][area_class[row, column], step, *beside]
            if entry >= 0:
                missed[row, column, stratum] = links.miss[entry, stratum]
    return missed


def naive_share(users, stations, kind, links):
    """One station and one cell after the other, by the formula."""
    missed = np.ones((*SHAPE, links.miss.shape[1]))
    for number, (cell, own) in enumerate(zip(stations, kind, strict=True)):
        missed *= naive_miss(users, number, cell, own, links)
    return 1.0 - missed.mean(axis=2)


@pytest.mark.parametrize("seed", [0, 1])
def test_it_is_one_less_the_product_of_what_links_miss(seed):
    case = drawn(seed)
    assert np.allclose(served_share(*case), naive_share(*case), rtol=0, atol=2e-6)


def test_entries_tell_directions_apart():
    """Cells east of a station have chances of their own: as two tables, one for each side."""
    users, stations, kind, links = drawn(4)
    away = np.arange(-REACH, REACH + 1)
    entry = np.where((links.entry >= 0) & (away > 0), links.entry + len(links.miss), links.entry)
    both = Links(np.concatenate([links.miss, np.sqrt(links.miss)]), entry.astype(np.int32))
    found = served_share(users, stations, kind, both)
    expected = naive_share(users, stations, kind, both)
    assert np.allclose(found, expected, rtol=0, atol=2e-6)
    assert (found < served_share(users, stations, kind, links) - 1e-3).any()


@pytest.mark.parametrize("parts", [0, 1, 4])
def test_each_station_has_losses_of_its_own_to_the_cells_around_it(parts):
    users, stations, kind, links = drawn(5, 20)
    if parts:
        links = disc_links(np.array([[[2.0, 1.1], [5.3, 2.2]], [[3.0, 0.0], [8.7, 6.6]]]))
    else:
        entry = np.concatenate([links.entry, links.entry + len(links.miss)], axis=2)
        entry[:, :, 1][links.entry[:, :, 0] < 0] = -1
        links = Links(np.concatenate([links.miss, np.sqrt(links.miss)]), entry)
    side = max(1, parts) * links.entry.shape[-1]
    step = np.random.default_rng(5).choice(
        np.array([0, 1, 2, 255], np.uint8), (stations.size, side, side)
    )
    lossy = links._replace(step=step)
    found = served_share(users, stations, kind, lossy)
    assert np.allclose(found, naive_share(users, stations, kind, lossy), rtol=0, atol=2e-6)
    assert found.sum() < 0.9 * served_share(users, stations, kind, links).sum()
    none = links._replace(step=np.zeros_like(step))
    assert np.array_equal(
        served_share(users, stations, kind, none), served_share(users, stations, kind, links)
    )


def test_more_stations_never_serve_fewer():
    users, stations, kind, links = drawn(2)
    before = np.zeros(SHAPE, np.float32)
    for count in (1, 10, 30, 60):
        share = served_share(users, stations[:count], kind[:count], links)
        assert (share >= before - 1e-6).all()
        before = share
    assert before.max() <= 1.0


def naive_places(people, sharp):
    """People of each place over those of a mean place of its cell, from the cells beside it."""

    def along(values):
        padded = np.pad(values, 1, mode="edge")
        for before, here, after in zip(padded, values, padded[2:], strict=False):
            if not min(before, after) < here < max(before, after):
                yield np.ones(PLACES)
            elif sharp:
                edge = PLACES * (here - after) / (before - after)
                share = np.clip(edge - np.arange(PLACES), 0, 1)
                yield (share * before + (1 - share) * after) / here
            else:
                most = 2 * min(abs(here - before), abs(after - here))
                slope = np.clip((after - before) / 2, -most, most)
                yield 1 + slope * ((np.arange(PLACES) + 0.5) / PLACES - 0.5) / here

    people = people.astype(float)
    columns = np.array([list(along(column)) for column in people.T]).transpose(1, 0, 2)
    rows = np.array([list(along(row)) for row in people])
    return (columns[:, :, :, None] * rows[:, :, None, :]).reshape(*SHAPE, -1)


@pytest.mark.parametrize(
    ("discs", "sharp"), [(False, True), (True, True), (True, False)],
    ids=["graded", "discs on large pixels", "discs on small pixels"],
)  # fmt: skip
def test_gains_and_steps_are_those_of_one_station_after_the_other(discs, sharp):
    users, stations, kind, links = drawn(6)
    if discs:
        links = disc_links(np.array([[2.02, 5.3], [3.0, 8.7]])[..., None])
    rng = np.random.default_rng(6)
    people = rng.gamma(1.0, 50.0, SHAPE).astype(np.float32)
    zone = rng.integers(-1, 3, SHAPE).astype(np.int16)
    mark = rng.integers(1, 200, stations.size).astype(np.uint8)
    users = Users(people, users.area_class, zone, sharp)
    places = naive_places(people, sharp) if discs else np.ones((*SHAPE, STRATA))
    found = served_in_order(users, stations, kind, links, mark, STEPS, standing=20)
    missed, before = places.copy(), np.zeros(SHAPE)
    reached = np.zeros((len(STEPS), *SHAPE), np.uint8)
    for number, (cell, own) in enumerate(zip(stations, kind, strict=True)):
        missed *= naive_miss(users, number, cell, own, links)
        now = 1.0 - missed.mean(axis=2)
        added = [(people * (now - before))[zone == one].sum() for one in range(3)]
        assert np.allclose(found.gain[number], added, rtol=1e-4, atol=1e-2)
        for step, marked in zip(STEPS, reached, strict=True):
            marked[(now >= step - 1e-6) & (marked == 0)] = mark[number]
        before = now
    assert (found.reached != reached).mean() < 1e-4
    assert np.array_equal(found.share, served_share(users, stations, kind, links))
    first = served_share(users, stations[:20], kind[:20], links)
    assert np.array_equal(found.before, first)
    assert (first < found.share).any()
    inside = zone >= 0
    served = float((people * found.share)[inside].sum(dtype=np.float64))
    assert found.gain.sum() == pytest.approx(served, rel=1e-6)


@pytest.mark.parametrize("radius", [0.3, 2.02, 3.0, 10.35])
def test_a_disc_serves_the_places_within_it_and_discs_their_union(radius):
    """Each of 8 x 8 places in a cell, by its distance from the middle of the stations' cells."""
    links = disc_links(np.array([[[radius], [0.6 * radius]]]))
    users, stations, _, _ = drawn(7, 20)
    area_class = users.area_class
    found = served_share(users, stations, np.zeros(stations.size, np.int64), links)
    place = (np.arange(SHAPE[0] * PLACES) + 0.5) / PLACES, (np.arange(90 * PLACES) + 0.5) / PLACES
    nearest = np.full((place[0].size, place[1].size), np.inf)
    for row, column in zip(*np.divmod(stations, SHAPE[1]), strict=True):
        away = np.hypot(place[0][:, None] - row - 0.5, place[1][None, :] - column - 0.5)
        nearest = np.minimum(nearest, away)
    limit = np.select([area_class == 0, area_class == 1], [radius, 0.6 * radius], -1.0)
    limit = np.kron(limit, np.ones((PLACES, PLACES)))
    served = (nearest <= limit * (1 + 1e-9)).reshape(SHAPE[0], PLACES, SHAPE[1], PLACES)
    assert np.array_equal(found, served.mean(axis=(1, 3)).astype(np.float32))


@pytest.mark.parametrize("standing", [False, True], ids=["in parts", "at points"])
def test_people_of_whom_more_is_known_count_where_they_are(standing):
    """Some cells hold a part of their people, in some places, or at points in them."""
    users, stations, kind, _ = drawn(8, 40)
    links = disc_links(np.array([[2.3, 5.1], [3.4, 1.2]])[..., None])
    rng = np.random.default_rng(8)
    known = np.sort(rng.choice(users.area_class.size, 900, replace=False))
    weight = rng.random((known.size, PLACES**2)).astype(np.float32)
    weight[rng.random(weight.shape) < 0.7] = 0.0
    weight[:, 5] = 0.25
    place = (np.arange(PLACES) + 0.5) / PLACES - 0.5
    at = np.stack([one.ravel() for one in np.meshgrid(place, place, indexing="ij")], axis=1)
    at = np.tile(at, (known.size, 1, 1)).astype(np.float32)
    if standing:
        at += rng.uniform(-0.06, 0.06, at.shape).astype(np.float32)
    people = np.full(SHAPE, 40.0, np.float32)
    zone = np.zeros(SHAPE, np.int16)
    given = {"known": known, "weight": weight} | ({"at": at} if standing else {})
    users = Users(people, users.area_class, zone)._replace(**given)
    mark = np.ones(stations.size, np.uint8)
    found = served_in_order(users, stations, kind, links, mark, ())
    row, column = np.divmod(known, SHAPE[1])
    missed = np.ones(weight.shape, bool)
    for cell, own in zip(stations, kind, strict=True):
        y, x = divmod(int(cell), SHAPE[1])
        away = np.hypot(row[:, None] + at[:, :, 0] - y, column[:, None] + at[:, :, 1] - x)
        radius = np.append([[2.3, 5.1], [3.4, 1.2]][own], [-1.0])
        code = np.minimum(users.area_class.ravel()[known], 2)
        missed &= away > radius[code][:, None]
    share = 1 - (missed * weight).sum(axis=1) / weight.sum(axis=1)
    assert found.share.ravel()[known] == pytest.approx(share, abs=2e-3 if standing else 1e-5)
    assert 0.1 < share.mean() < 0.9
    whole = found.share.sum(dtype=float) - found.share.ravel()[known].sum(dtype=float)
    parts = (found.share.ravel()[known] * weight.mean(axis=1)).sum(dtype=float)
    assert found.gain.sum() == pytest.approx(40.0 * (whole + parts), rel=1e-5)


def test_the_places_of_a_disc_have_its_area():
    """To 0.7 %, from two cells in the radius on: 64 places a cell are no true circle."""
    for radius in np.linspace(2.0, 12.0, 41):
        miss, entry, *_ = disc_links(np.array([[[radius]]]))
        cells = (1.0 - miss.mean(axis=1))[entry[entry >= 0]].sum()
        assert cells == pytest.approx(np.pi * radius**2, rel=0.012 if radius < 3 else 0.006)


def test_without_stations_nobody_is_served():
    users, _, _, links = drawn(3)
    nothing = np.zeros(0, np.int64)
    assert not served_share(users, nothing, nothing, links).any()


def test_bad_input_is_refused():
    users, stations, kind, links = drawn(4)
    with pytest.raises(ValueError, match="differ in shape"):
        served_share(users, stations, kind[1:], links)
    with pytest.raises(ValueError, match="flat indices"):
        served_share(users, stations + users.area_class.size, kind, links)
    with pytest.raises(ValueError, match="numbers from 0 to 1"):
        served_share(users, stations, kind + 2, links)
    with pytest.raises(ValueError, match="from 0 to 1"):
        served_share(users, stations, kind, Links(links.miss + 1, links.entry))
    with pytest.raises(ValueError, match="entries must be below"):
        served_share(users, stations, kind, Links(links.miss[:9], links.entry))
    with pytest.raises(ValueError, match="steps must be"):
        served_share(users, stations, kind, links._replace(step=np.zeros((3, 19, 19), np.uint8)))
