"""Stations that a covering plan does not need, found from the last one backwards."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels.arrays import Bools, Counts, Floats, Ints, Weights, Zones
from kernels.compiled import compiled_exact
from kernels.footprints.spans import Spans


class CoverNeeds(NamedTuple):
    """The cover that must remain.

    ``zone`` (int16[H, W]): zone of each cell for ``zone_slack`` (float64[q]), weight that each
    zone has above its need; ``slack`` (float64[1]) that of all. ``protected`` (bool[H, W]): cells
    that must stay covered whatever their weight.
    """

    zone: Zones
    zone_slack: Floats
    slack: Floats
    protected: Bools


def idle_stations(
    weight: Weights, covered: Bools, spans: Spans, removable: Ints, needs: CoverNeeds
) -> Bools:
    """Mark (bool[n]) the stations that can go one after another while every need stays met.

    Parameters
    ----------
    weight, covered
        ``float[H, W]``, and ``bool[H, W]`` what is covered without any of the stations.
    spans
        Footprints of the n stations.
    removable
        ``int64[k]``, numbers of stations that may go, in the order of trying.
    needs
        What must stay covered; not changed.

    Raises
    ------
    ValueError
        When shapes differ.
    """
    if not weight.shape == covered.shape == needs.zone.shape == needs.protected.shape:
        raise ValueError("weight, covered, zone and protected differ in shape")
    times = np.ascontiguousarray(covered).reshape(-1).astype(np.uint16)
    idle = np.zeros(spans.first.size - 1, np.bool_)
    _mark_idle(
        idle,
        np.ascontiguousarray(weight).reshape(-1),
        times,
        spans,
        np.asarray(removable, np.int64),
        CoverNeeds(
            np.ascontiguousarray(needs.zone).reshape(-1),
            needs.zone_slack.copy(),
            needs.slack.copy(),
            np.ascontiguousarray(needs.protected).reshape(-1),
        ),
    )
    return idle


@compiled_exact
def _mark_idle(
    idle: Bools, weight: Weights, times: Counts, spans: Spans, removable: Ints, needs: CoverNeeds
) -> None:
    """Mark what is idle; ``times``: how often each cell is covered. Both are changed in place."""
    for span in range(spans.start.size):
        for cell in range(spans.start[span], spans.start[span] + spans.length[span]):
            times[cell] += 1
    for station in removable:
        lost = np.zeros(needs.zone_slack.size + 1)
        kept = False
        for span in range(spans.first[station], spans.first[station + 1]):
            for cell in range(spans.start[span], spans.start[span] + spans.length[span]):
                if times[cell] == 1:
                    kept |= needs.protected[cell]
                    lost[needs.zone[cell]] += weight[cell]
        if kept or lost.sum() > needs.slack[0] or (lost[:-1] > needs.zone_slack).any():
            continue
        idle[station] = True
        needs.slack[0] -= lost.sum()
        for zone in range(needs.zone_slack.size):
            needs.zone_slack[zone] -= lost[zone]
        for span in range(spans.first[station], spans.first[station + 1]):
            for cell in range(spans.start[span], spans.start[span] + spans.length[span]):
                times[cell] -= 1
