"""Random covering problems and objectives."""

from __future__ import annotations

import numpy as np

from planner.covering import (
    CoveringProblem,
    FewestStations,
    LeastCost,
    MaxCovered,
    MaxCoveredWithinBudget,
)


def random_problem(seed: int) -> CoveringProblem:
    """Up to seven sites and ten customers; each kind of constraint comes and goes."""
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(2, 8)), int(rng.integers(1, 11))
    covers = rng.random((m, n)) < rng.choice([0.2, 0.4])
    covers[0, 0] = True
    weights = rng.integers(0, 20, n).astype(float)
    if rng.random() < 0.3:
        weights = np.round(weights * rng.random(n), 3)
    more = {}
    if rng.random() < 0.5:
        more["cost"] = rng.integers(0, 9, m) / rng.choice([1, 2, 7])
    order = rng.permutation(m)
    if rng.random() < 0.4:
        more["fixed"] = order[: rng.integers(0, 3)]
        more["forbidden"] = order[2:][: rng.integers(0, 3)]
    if rng.random() < 0.3:
        more["counted"] = rng.random(m) < 0.7
    if rng.random() < 0.4:
        zone = rng.integers(-1, 2, n)
        there = np.bincount(zone[zone >= 0], weights[zone >= 0], minlength=2)
        more |= {"customer_zone": zone, "quota": np.floor(there * rng.choice([0, 0.3, 0.6, 1], 2))}
    if rng.random() < 0.3:
        more["must_cover"] = rng.integers(0, n, 1)
    if rng.random() < 0.4:
        least = rng.integers(0, 3, 2)
        more |= {"site_zone": rng.integers(-1, 2, m), "zone_most": least + rng.integers(0, 3, 2)}
        if rng.random() < 0.6:
            more["zone_least"] = least
    if rng.random() < 0.3:
        pairs = rng.integers(0, m, (3, 2))
        more["conflicts"] = pairs[pairs[:, 0] != pairs[:, 1]]
    if rng.random() < 0.3:
        more["place"] = rng.integers(-1, 3, m)
    indptr = np.concatenate([[0], np.cumsum(covers.sum(axis=1))])
    return CoveringProblem(weights, indptr, np.nonzero(covers)[1], **more)


def random_objective(problem: CoveringProblem, seed: int):
    rng = np.random.default_rng(seed + 1)
    target = float(np.floor(problem.weights.sum() * rng.choice([0, 0.4, 0.7, 1])))
    usable = len(set(np.flatnonzero(problem.counts)) - set(problem.forbidden.tolist()))
    return [
        MaxCovered(int(rng.integers(0, usable + 1))),
        MaxCoveredWithinBudget(float(rng.integers(0, 12))),
        FewestStations(target),
        LeastCost(target),
    ][rng.integers(4)]
