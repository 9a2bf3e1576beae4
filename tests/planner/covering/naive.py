"""Naive twins: every choice of sites tried, every constraint read off the problem's own words."""

from __future__ import annotations

from itertools import combinations

import numpy as np


def covered_by(problem, sites):
    """Customers that sites cover, as a set."""
    return {
        int(i) for j in sites for i in problem.indices[problem.indptr[j] : problem.indptr[j + 1]]
    }


def covered_weight(problem, sites):
    return float(sum(problem.weights[i] for i in covered_by(problem, sites)))


def keeps_constraints(problem, sites):
    """Whether a set of sites keeps all that the problem itself demands."""
    sites = set(map(int, sites))
    covered = covered_by(problem, sites)
    if not set(problem.fixed.tolist()) <= sites or sites & set(problem.forbidden.tolist()):
        return False
    if not set(problem.must_cover.tolist()) <= covered:
        return False
    if any(a in sites and b in sites for a, b in problem.conflicts.tolist()):
        return False
    if problem.place is not None:
        places = [int(problem.place[j]) for j in sites if problem.place[j] >= 0]
        if len(places) != len(set(places)):
            return False
    if problem.quota is not None:
        for zone, quota in enumerate(problem.quota):
            met = sum(problem.weights[i] for i in covered if problem.customer_zone[i] == zone)
            if met < quota - 1e-9 * max(1, quota):
                return False
    for bounds, sign in ((problem.zone_least, 1), (problem.zone_most, -1)):
        for zone, bound in enumerate([] if bounds is None else bounds):
            n = sum(problem.site_zone[j] == zone for j in sites)
            if sign * n < sign * bound:
                return False
    return True


def all_choices(problem):
    """Every set of sites that keeps the constraints of the problem."""
    for size in range(problem.n_sites + 1):
        for sites in combinations(range(problem.n_sites), size):
            if keeps_constraints(problem, sites):
                yield sites


def n_counted(problem, sites):
    return int(sum(problem.counts[j] for j in sites))


def cost_of(problem, sites):
    return float(sum(problem.costs[j] for j in sites))


def best_value(problem, objective):
    """Optimal value by enumeration, None where no choice is feasible."""
    name, values = objective.name, []
    for sites in all_choices(problem):
        covered = covered_weight(problem, sites)
        if name == "max_covered":
            if n_counted(problem, sites) <= objective.n_stations:
                values.append(covered)
        elif name == "max_covered_within_budget":
            if cost_of(problem, sites) <= objective.budget * (1 + 1e-9):
                values.append(covered)
        elif covered >= objective.cover_target * (1 - 1e-9):
            price = n_counted if name == "fewest_stations" else cost_of
            values.append(price(problem, sites))
    if not values:
        return None
    return max(values) if name.startswith("max") else min(values)


def greedy(problem, n_stations):
    """Textbook greedy: sites and gains, ties going to the smallest index."""
    sites, gains, covered = [], [], set()
    for _ in range(n_stations):
        gain = [
            sum(problem.weights[i] for i in covered_by(problem, [j]) - covered)
            for j in range(problem.n_sites)
        ]
        site = int(np.argmax(gain))
        if gain[site] <= 0:
            break
        sites.append(site)
        gains.append(gain[site])
        covered |= covered_by(problem, [site])
    return sites, gains
