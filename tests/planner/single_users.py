"""Monte Carlo of single users: an independent count of the people that a fixed plan serves.

Each user is drawn: a cell by its people, a place in it, outdoors or in a room along the wall or
deep inside, a floor, a type of building and its loss, shadowing that all sites share, and towards
each site a line of sight, shadowing and a direction off the antenna of its own. Served is who has
one link that holds.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy.spatial import KDTree

from planner.ground.area_class import AREA_CLASSES
from planner.radio.class_link import class_link
from planner.radio.penetration import class_building_losses
from planner.radio.service_area import environment_of

BATCH = 20_000


def allowed_losses_db(radio, service):
    """Loss that the budget of each class allows, walls and fading included."""
    return [class_link(radio, service, known.key).max_loss_db for known in AREA_CLASSES]


def served_share(scenario, ground, station_cells, n_users, seed=0, reach_m=5000.0):
    """Share of users who are served, and its standard error."""
    radio, service = scenario.radio, scenario.service
    rng = np.random.default_rng(seed)
    grid, demand = ground.area.grid, ground.demand
    cell_m = grid.cell_size_m
    people = np.where(demand.area_class < 4, demand.people, 0.0).ravel().astype(float)
    allowed = allowed_losses_db(radio, service)
    width = demand.people.shape[1]
    stations = np.column_stack(np.divmod(np.asarray(station_cells), width)) * cell_m
    tree = KDTree(stations)
    running = np.cumsum(people)
    served = 0
    for first in range(0, n_users, BATCH):
        count = min(BATCH, n_users - first)
        # Stratified draws: one user in each equal part of all people.
        part = (first + np.arange(count) + rng.random(count)) / n_users * running[-1]
        cell = np.minimum(np.searchsorted(running, part, side="right"), people.size - 1)
        place = np.column_stack(np.divmod(cell, width)) + rng.random((count, 2)) - 0.5
        for known in AREA_CLASSES:
            here = demand.area_class.ravel()[cell] == known.code
            if here.any():
                served += _served(
                    radio, service, known.key, allowed[known.code], place[here] * cell_m,
                    (tree, stations, reach_m), rng,
                )  # fmt: skip
    share = served / n_users * people.sum() / demand.people_total
    return share, math.sqrt(share * (1 - share) / n_users)


def _served(radio, service, key, allowed_db, place_m, sites, rng):
    """Count the users of one class who have a link that holds."""
    tree, stations, reach_m = sites
    environment = environment_of(radio, service, key)
    model, count = environment.model, len(place_m)
    shares = [service.outdoor_share, service.window_share, service.deep_share]
    where = rng.choice(3, size=count, p=shares)
    floors = len(environment.ue_heights_m)
    height_m = service.outdoor_ue_height_m + 3.0 * rng.integers(0, floors, count)
    height_m[where == 0] = service.outdoor_ue_height_m
    buildings = class_building_losses(
        service, key, environment.link.frequency_ghz, model.indoor_depth_most_m
    )
    mix = np.array([one.share for one in buildings])
    building = rng.choice(len(buildings), size=count, p=mix / mix.sum())
    mean = np.array([one.mean_db for one in buildings])[building]
    sigma = np.array([one.sigma_db for one in buildings])[building]
    walls_db = mean + sigma * rng.standard_normal(count) + service.deep_loss_db * (where == 2)
    walls_db[where == 0] = 0.0
    common = rng.standard_normal(count)
    near = tree.query_ball_point(place_m, reach_m)
    sizes = np.array([len(one) for one in near])
    user = np.repeat(np.arange(count), sizes)
    site = np.array([number for one in near for number in one], dtype=int)
    distance_m = np.hypot(*(stations[site] - place_m[user]).T)
    own = rng.standard_normal(user.size)
    in_sight = rng.random(user.size)
    off_axis = rng.standard_normal(user.size)
    share = service.shadowing_correlation
    holds = np.zeros(count, bool)
    for level in np.unique(height_m):
        link = replace(environment.link, ue_height_m=float(level))
        rows = height_m[user] == level
        far = distance_m[rows]
        sees = in_sight[rows] < model.los_probability(far, link)
        loss = np.empty(far.size)
        for sight, mask in (("los", sees), ("nlos", ~sees)):
            least_m, _ = model.distance_limits_m(sight)
            there = np.maximum(far[mask], least_m)
            shadow = math.sqrt(share) * common[user[rows][mask]]
            shadow += math.sqrt(1 - share) * own[rows][mask]
            loss[mask] = model.sight_loss_db(there, link, sight)
            loss[mask] += model.sigma_db(there, link, sight) * shadow
        loss += environment.off_axis_sigma_db * off_axis[rows]
        good = loss + walls_db[user[rows]] <= allowed_db
        holds[user[rows][good]] = True
    return int(holds.sum())
