"""Degree of Urbanisation: the manual's rules one by one, a naive twin, refusal of empty land."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.ground import degurba as du
from planner.ground.degurba import degree_of_urbanisation


def classes_of(people, land=None):
    people = np.asarray(people, dtype=float)
    return degree_of_urbanisation(people, np.ones(people.shape) if land is None else land)


def square(side, density, size=13, around=0.0):
    people = np.full((size, size), around)
    people[2 : 2 + side, 2 : 2 + side] = density
    return people


@pytest.mark.parametrize(
    ("side", "density", "code"),
    [
        (6, 1500.0, du.URBAN_CENTRE),  # 54,000 people
        (6, 1499.0, du.SEMI_DENSE_CLUSTER),
        (5, 1999.0, du.DENSE_CLUSTER),  # 49,975
        (2, 1500.0, du.DENSE_CLUSTER),  # 6,000
        (1, 4999.0, du.SEMI_DENSE_CLUSTER),  # fewer than 5,000, more than 2,500
        (1, 2499.0, du.RURAL_CLUSTER),
        (2, 900.0, du.SEMI_DENSE_CLUSTER),
        (2, 899.0, du.RURAL_CLUSTER),  # 3,596
        (4, 320.0, du.SUBURBAN),  # 5,120
        (4, 300.0, du.RURAL_CLUSTER),  # 4,800
        (1, 499.0, du.LOW_DENSITY),
        (1, 50.0, du.LOW_DENSITY),
        (1, 49.0, du.VERY_LOW_DENSITY),
    ],
)
def test_thresholds(side, density, code):
    found = classes_of(square(side, density))
    assert (found[2 : 2 + side, 2 : 2 + side] == code).all()


def test_centres_touch_by_sides_and_clusters_by_corners():
    people = np.zeros((8, 8))
    people[0:4, 0:4] = people[4:8, 4:8] = 2000.0  # 32,000 each, one corner in common
    assert set(np.unique(classes_of(people))) == {du.DENSE_CLUSTER, du.VERY_LOW_DENSITY}
    people[people > 0] = 200.0
    people[0:4, 0:4] = people[4:8, 4:8] = 310.0
    people[0, 0] = people[7, 7] = 300.0
    assert (classes_of(people)[0:4, 0:4] == du.SUBURBAN).all()


def test_a_park_of_a_city_belongs_to_it_and_a_large_lake_does_not():
    people = np.full((14, 14), 2000.0)
    people[0] = people[-1] = people[:, 0] = people[:, -1] = 0.0
    people[3, 3] = 0.0
    people[6:10, 6:10] = 0.0  # 16 km2
    found = classes_of(people)
    assert found[3, 3] == du.URBAN_CENTRE
    assert found[8, 8] == du.VERY_LOW_DENSITY
    people[6:10, 6:9] = 0.0
    people[6:10, 9] = 2000.0  # 12 km2
    assert classes_of(people)[8, 8] == du.URBAN_CENTRE


def test_a_notch_in_the_edge_is_filled_by_majority():
    people = square(6, 2000.0)
    people[2, 4] = 0.0  # five of its eight neighbours are of the centre
    assert classes_of(people)[2, 4] == du.URBAN_CENTRE


def test_a_semi_dense_cluster_near_a_city_is_its_suburb():
    people = np.zeros((9, 20))
    people[1:7, 1:7] = 2000.0
    people[3:5, 8:10] = 1000.0  # one empty cell between
    people[3:5, 14:16] = 1000.0
    found = classes_of(people)
    # Not of an urban cluster either: 4,000 people by themselves.
    assert found[3, 8] == du.RURAL_CLUSTER
    assert found[3, 14] == du.SEMI_DENSE_CLUSTER
    people[2:6, 7:11] = 1000.0
    assert classes_of(people)[3, 10] == du.SUBURBAN


def test_density_is_that_of_the_land():
    people, land = square(6, 800.0), np.ones((13, 13))
    assert classes_of(people)[4, 4] == du.SUBURBAN
    land[2:8, 2:8] = 0.5
    assert classes_of(people, land)[4, 4] == du.DENSE_CLUSTER
    land[4, 4] = 0.0
    assert classes_of(people, land)[4, 4] == du.NO_LAND


def naive_clusters(mask, people, least, steps):
    """Flood fill, cell by cell."""
    seen, kept = set(), []
    for start in zip(*np.nonzero(mask), strict=True):
        if start in seen:
            continue
        waiting, group = [start], set()
        while waiting:
            y, x = waiting.pop()
            if (y, x) in group:
                continue
            group.add((y, x))
            for dy, dx in steps:
                at = (y + dy, x + dx)
                if 0 <= at[0] < mask.shape[0] and 0 <= at[1] < mask.shape[1] and mask[at]:
                    waiting.append(at)
        seen |= group
        if sum(people[at] for at in group) >= least:
            kept.append(group)
    return kept


SIDES = [(0, 1), (1, 0), (0, -1), (-1, 0)]
ALL = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)]


def naive_classes(people):
    """The rules in the order of the manual, over sets of cells; land is everywhere."""
    rows, columns = people.shape
    every = [(y, x) for y in range(rows) for x in range(columns)]
    centres = naive_clusters(people >= 1500, people, 50_000, SIDES)
    for number, group in enumerate(centres):
        # A gap: what is not of the centre and does not reach the rim of its window.
        outside = np.ones((rows + 2, columns + 2), dtype=bool)
        for y, x in group:
            outside[y + 1, x + 1] = False
        for hole in naive_clusters(outside, outside.astype(float), 1, SIDES):
            taken = set().union(*centres)
            if (0, 0) not in hole and len(hole) < 15:
                centres[number] |= {(y - 1, x - 1) for y, x in hole} - taken
    while True:
        added = {}
        taken = set().union(*centres) if centres else set()
        for y, x in every:
            for number, group in enumerate(centres):
                if (y, x) not in taken and sum((y + a, x + b) in group for a, b in ALL) >= 5:
                    added[y, x] = number
        if not added:
            break
        for at, number in added.items():
            centres[number].add(at)
    centre = set().union(*centres) if centres else set()
    free = np.array([[(y, x) not in centre for x in range(columns)] for y in range(rows)])
    dense = set().union(*naive_clusters((people >= 1500) & free, people, 5_000, SIDES))
    for at in dense:
        free[at] = False
    semi = set()
    for group in naive_clusters((people >= 900) & free, people, 2_500, SIDES):
        near = any(max(abs(y - a), abs(x - b)) <= 2 for y, x in group for a, b in centre | dense)
        semi |= set() if near else group
    cluster = set().union(*naive_clusters(people >= 300, people, 5_000, ALL))
    village = set().union(*naive_clusters(people >= 300, people, 500, ALL)) - cluster
    found = np.full(people.shape, du.VERY_LOW_DENSITY)
    found[people >= 50] = du.LOW_DENSITY
    for cells, code in (
        (village, du.RURAL_CLUSTER), (cluster, du.SUBURBAN), (semi, du.SEMI_DENSE_CLUSTER),
        (dense, du.DENSE_CLUSTER), (centre, du.URBAN_CENTRE),
    ):  # fmt: skip
        for at in cells:
            found[at] = code
    return found


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.floats(0.3, 3.0))
def test_against_a_naive_twin(seed, spread):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:16, 0:18]
    people = rng.gamma(spread, 150.0, y.shape)
    for _ in range(3):
        at = rng.uniform(0, 16, 2)
        people += rng.uniform(500, 9000) * np.exp(-((y - at[0]) ** 2 + (x - at[1]) ** 2) / 7.0)
    people = people.round()
    assert np.array_equal(classes_of(people), naive_classes(people))
