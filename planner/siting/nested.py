"""Nested plans: the first stations, of any number, are a good plan, and so is the whole.

The best plan for many stations has poor prefixes: where few stand, they should stand apart from
each other, while the whole should leave no gaps between them. There are two ways.

Where the last stations gain little, most people are served by the first: these are planned as if
there were no others, and the rest for what they leave. Most stations are free to fill the gaps.

Where stations gain much alike, what keeps the first apart costs the whole. So the whole is improved
first, and then its early and its late stations in turn, each among the others. The early part is
taken apart again in the same way.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.sites.footprints import Footprints
from planner.siting.effort import Improvement
from planner.siting.territories import in_order

Bools = npt.NDArray[np.bool_]
Cells = npt.NDArray[np.int64]
Raster = npt.NDArray[np.float32]

_EARLY_SHARE = 1 / 3
"""Stations of the early part, as a share of the whole."""

_EARLY_WORTH = 0.3
"""What weight covered by the early part counts compared with weight covered by the whole, at the
first level; at the second its square, and so on: what is early twice must not cost the whole."""

_WHOLE_WORK, _PARTS_WORK = 4.0, 1.0
"""Work of the whole, and of the parts of a level if it had all stations, in automatic ones."""

_FIRST_SHARE, _FIRST_GAIN = 0.31, 8.0
"""Of a plan from its first stations on: how many these are, as a share of all, and how many times
the gain of the last station of the greedy each of its first must have. With a share of 0.3 the
numbers just above it stand furthest below their bound, with 0.35 those below it."""

_FIRST_WORK, _REST_WORK = 5.0, 3.5
"""Work of the first and of the rest if each were all stations, in automatic ones. A third of it
costs the first of 50,000 stations 0.2 % of the people, and all of them 0.02 %."""

_FEWEST = 30
"""A plan of fewer stations is not taken apart."""


def improved_nested(
    serving: Footprints,
    weight: Raster,
    allowed: Bools,
    covered: Bools,
    cells: Cells,
    effort: Improvement,
) -> Cells:
    """Improve stations so that their first ones cover much, and all of them most.

    Parameters
    ----------
    serving, weight, allowed, covered
        As for :meth:`planner.sites.footprints.Footprints.improved`.
    cells
        Stations of the greedy, ``int64[n]``.
    effort
        How long to improve; "auto": all together takes five to six times as long as a plan for one
        number.

    Returns
    -------
    int64[n]
        Cells in the order of construction: every plan of fewer stations is a prefix.
    """

    def better(weight: Raster, covered: Bools, taken: Cells, own: Cells, share: float) -> Cells:
        free = allowed.copy()
        free.ravel()[taken] = False
        return serving.improved(
            weight, free, covered, own,
            rounds=effort.rounds, seed=effort.seed, work_share=share * effort.share,
        )  # fmt: skip

    n_stations = max(1, len(cells))
    n_first = round(_FIRST_SHARE * n_stations)
    gain = serving.people_gained(weight, covered.copy(), cells)
    if n_first and gain[n_first - 1] >= _FIRST_GAIN * gain[-1]:
        share = _FIRST_WORK * n_first / n_stations
        first = better(weight, covered, cells[:0], cells[:n_first], share)
        served, free = covered.copy(), allowed.copy()
        serving.cover(served, first)
        free.ravel()[first] = False
        rest = serving.order(weight, free, served, n_stations - len(first))
        share = _REST_WORK * len(rest) / n_stations
        return np.concatenate([first, better(weight, served, first, rest, share)])
    cells = better(weight, covered, cells[:0], cells, _WHOLE_WORK)
    worth, later, early_worth = weight, cells[:0], 1.0
    while len(cells) >= _FEWEST:
        early_worth *= _EARLY_WORTH
        share = _PARTS_WORK / n_stations
        n_early = round(_EARLY_SHARE * len(cells))
        early, late = cells[:n_early], cells[n_early:]
        by_late, by_early = covered.copy(), covered.copy()
        serving.cover(by_late, late)
        of_early = worth * np.float32(early_worth)
        of_early += np.where(by_late, np.float32(0), worth)
        taken = np.concatenate([late, later])
        early = better(of_early, covered, taken, early, share * len(early))
        early = in_order(serving, weight, covered, early)
        serving.cover(by_early, early)
        taken = np.concatenate([early, later])
        later = np.concatenate([better(worth, by_early, taken, late, share * len(late)), later])
        cells, worth = early, of_early
    return np.concatenate([cells, later])
