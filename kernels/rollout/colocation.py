"""Stations that move to existing sites: radios of one network on another's masts.

Taken in the order given, a station moves to the site within its reach where it newly covers the
most weight, if that is at least a given share of what it would cover in its own place. The share
is what a station on a site that stands costs over one on a site of its own: no less weight for
the money.
"""

from __future__ import annotations

import numpy as np

from kernels.arrays import Bools, Ints, Weights
from kernels.compiled import compiled_exact
from kernels.footprints.spans import Spans


def colocated(
    weight: Weights,
    spans: Spans,
    covered: Bools,
    stations: Ints,
    near_first: Ints,
    near: Ints,
    *,
    least_share: float,
) -> Ints:
    """Return where each station stands after moving.

    Parameters
    ----------
    weight
        ``float[H, W]``, people in each cell.
    spans
        Footprints of n places: those of the stations and the sites.
    covered
        ``bool[H, W]``, cells covered before the first station; not changed.
    stations
        ``int64[k]``, numbers of the stations' own places, all different, in order.
    near_first, near
        ``int64[k + 1]`` and ``int64[m]``: the sites within reach of station i are
        ``near[near_first[i] : near_first[i + 1]]``, numbers of places in ascending order.
    least_share
        Of the weight in a station's own place, the share that must stay for it to move.

    Returns
    -------
    int64[k]
        Numbers of places, in the order of ``stations``. A site takes one station; ties go to the
        site listed first, and to moving.

    Raises
    ------
    ValueError
        When shapes differ, there is no such place, or the share is not within 0 to 1.
    """
    if weight.shape != covered.shape:
        raise ValueError("weight and covered differ in shape")
    _check(stations, near_first, near, spans.first.size - 1, least_share)
    places: Ints = _moved(
        np.ascontiguousarray(weight).reshape(-1),
        covered.reshape(-1).copy(),
        spans,
        stations,
        near_first,
        near,
        least_share,
    )
    return places


def _check(stations: Ints, near_first: Ints, near: Ints, places: int, share: float) -> None:
    if near_first.size != stations.size + 1 or (near_first[0], near_first[-1]) != (0, near.size):
        raise ValueError("near_first must hold a start for each station, and the end")
    for name, numbers in (("stations", stations), ("near", near)):
        if numbers.size and not 0 <= numbers.min() <= numbers.max() < places:
            raise ValueError(f"{name} must be numbers from 0 to {places - 1}")
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"least_share must be from 0 to 1, not {share}")


@compiled_exact
def _moved(
    weight: Weights,
    covered: Bools,
    spans: Spans,
    stations: Ints,
    near_first: Ints,
    near: Ints,
    least_share: float,
) -> Ints:
    first, start, length = spans
    places = stations.copy()
    taken = np.zeros(first.size - 1, dtype=np.bool_)
    for order in range(stations.size):
        least = least_share * _gain(weight, covered, spans, stations[order])
        most = -1.0
        for site in near[near_first[order] : near_first[order + 1]]:
            if taken[site]:
                continue
            gain = _gain(weight, covered, spans, site)
            if gain > most and gain >= least:
                most, places[order] = gain, site
        taken[places[order]] = True
        for span in range(first[places[order]], first[places[order] + 1]):
            covered[start[span] : start[span] + length[span]] = True
    return places


@compiled_exact
def _gain(weight: Weights, covered: Bools, spans: Spans, candidate: int) -> float:
    """Uncovered weight in the footprint of a candidate."""
    first, start, length = spans
    gain = 0.0
    for span in range(first[candidate], first[candidate + 1]):
        for cell in range(start[span], start[span] + length[span]):
            if not covered[cell]:
                gain += weight[cell]
    return gain
