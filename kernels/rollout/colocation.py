"""Stations that move to sites which stand already: radios of one network on another's masts.

Taken in the order given, a station moves to the site within its reach where it newly covers the
most weight, if that is at least a given share of what it would cover in its own place. The share
is what a station on a site that stands costs over one on a site of its own: no less weight for
the money.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled_exact
from kernels.footprints.disc import half_width_table
from kernels.footprints.spans import Spans

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def colocated_discs(
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    covered: Bools,
    stations: Ints,
    near_first: Ints,
    near: Ints,
    *,
    least_share: float,
) -> Ints:
    """Return where each station stands after moving; footprints are discs.

    Parameters
    ----------
    weight
        ``float[H, W]``, people in each cell.
    area_class, radius_cells
        As for :func:`kernels.footprints.cover.cover`.
    covered
        ``bool[H, W]``, cells covered before the first station; not changed.
    stations
        ``int64[n]``, flat indices of the stations' own cells, all different, in order.
    near_first, near
        ``int64[n + 1]`` and ``int64[m]``: the sites within reach of station k are
        ``near[near_first[k] : near_first[k + 1]]``, flat indices in ascending order.
    least_share
        Of the weight in a station's own place, the share that must stay for it to move.

    Returns
    -------
    int64[n]
        Flat indices, in the order of ``stations``. A site takes one station; ties go to the
        site listed first, and to moving.

    Raises
    ------
    ValueError
        When shapes differ, an index is off the grid, or the share is not within 0 to 1.
    """
    if not weight.shape == covered.shape == area_class.shape:
        raise ValueError("weight, covered and area_class differ in shape")
    _check(stations, near_first, near, covered.size, least_share)
    places: Ints = _move_discs(
        np.ascontiguousarray(weight),
        covered.copy(),
        np.ascontiguousarray(area_class),
        half_width_table(radius_cells),
        stations,
        near_first,
        near,
        least_share,
    )
    return places


def colocated_spans(
    weight: npt.NDArray[np.floating],
    spans: Spans,
    covered: Bools,
    stations: Ints,
    near_first: Ints,
    near: Ints,
    *,
    least_share: float,
) -> Ints:
    """Return where each station stands after moving; footprints are spans.

    As :func:`colocated_discs`, with stations and sites as numbers of the table of footprints.
    """
    if weight.shape != covered.shape:
        raise ValueError("weight and covered differ in shape")
    _check(stations, near_first, near, spans.first.size - 1, least_share)
    places: Ints = _move_spans(
        np.ascontiguousarray(weight).reshape(-1),
        covered.reshape(-1).copy(),
        *spans,
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
def _move_discs(weight, covered, area_class, half_width, stations, near_first, near, least_share):  # type: ignore[no-untyped-def]
    places = stations.copy()
    taken = np.zeros(weight.size, dtype=np.bool_)
    for order in range(stations.size):
        least = least_share * _disc_gain(weight, covered, area_class, half_width, stations[order])
        most = -1.0
        for site in near[near_first[order] : near_first[order + 1]]:
            if taken[site]:
                continue
            gain = _disc_gain(weight, covered, area_class, half_width, site)
            if gain > most and gain >= least:
                most, places[order] = gain, site
        taken[places[order]] = True
        _mark_disc(covered, area_class, half_width, places[order])
    return places


@compiled_exact
def _disc_gain(weight, covered, area_class, half_width, station):  # type: ignore[no-untyped-def]
    """Uncovered weight that a station serves."""
    height, width = covered.shape
    reach = half_width.shape[1] - 1
    row, column = divmod(station, width)
    gain = 0.0
    for y in range(max(0, row - reach), min(height, row + reach + 1)):
        dy = abs(y - row)
        for x in range(max(0, column - reach), min(width, column + reach + 1)):
            if covered[y, x] or area_class[y, x] >= half_width.shape[0]:
                continue
            if abs(x - column) <= half_width[area_class[y, x], dy]:
                gain += weight[y, x]
    return gain


@compiled_exact
def _mark_disc(covered, area_class, half_width, station):  # type: ignore[no-untyped-def]
    height, width = covered.shape
    reach = half_width.shape[1] - 1
    row, column = divmod(station, width)
    for y in range(max(0, row - reach), min(height, row + reach + 1)):
        dy = abs(y - row)
        for x in range(max(0, column - reach), min(width, column + reach + 1)):
            known = area_class[y, x] < half_width.shape[0]
            if known and abs(x - column) <= half_width[area_class[y, x], dy]:
                covered[y, x] = True


@compiled_exact
def _move_spans(weight, covered, first, start, length, stations, near_first, near, least_share):  # type: ignore[no-untyped-def]
    places = stations.copy()
    taken = np.zeros(first.size - 1, dtype=np.bool_)
    for order in range(stations.size):
        least = least_share * _span_gain(weight, covered, first, start, length, stations[order])
        most = -1.0
        for site in near[near_first[order] : near_first[order + 1]]:
            if taken[site]:
                continue
            gain = _span_gain(weight, covered, first, start, length, site)
            if gain > most and gain >= least:
                most, places[order] = gain, site
        taken[places[order]] = True
        for span in range(first[places[order]], first[places[order] + 1]):
            covered[start[span] : start[span] + length[span]] = True
    return places


@compiled_exact
def _span_gain(weight, covered, first, start, length, candidate):  # type: ignore[no-untyped-def]
    """Uncovered weight in the footprint of a candidate."""
    gain = 0.0
    for span in range(first[candidate], first[candidate + 1]):
        for cell in range(start[span], start[span] + length[span]):
            if not covered[cell]:
                gain += weight[cell]
    return gain
