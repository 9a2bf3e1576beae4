"""A plan whose early part is good by itself, within a whole that is good too.

The best plan for many stations has poor prefixes: where few stand, they should stand apart from
each other, while the whole should leave no gaps between them. So the whole is improved first, and
then its early and its late stations in turn, each among the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from kernels.arrays import Floats, Ints
from kernels.covering.construction_order import construction_order
from kernels.covering.cooling import Cooling
from kernels.covering.greedy_raster import greedy_order
from kernels.covering.improve_raster import improve
from kernels.footprints.field import Field

_LAST_ROUNDS_SHARE = 0.2
_COOLER = 0.5
"""The parts are improved for this share of the rounds, from this share of the temperature."""


def improve_nested(
    n_early: int,
    n_stations: int,
    field: Field,
    cooling: Cooling,
    *,
    early_worth: float = 0.3,
    progress: Callable[[int], object] | None = None,
) -> tuple[Ints, Floats]:
    """Plan stations so that the first ``n_early`` of them cover much, and all of them most.

    Parameters
    ----------
    n_early, n_stations
        Stations of the early part, from 1 to ``n_stations``, and of the whole.
    field
        What is to be covered, and where stations may stand.
    cooling
        How long and how warm to search for the whole; the parts get a fifth of its rounds.
    early_worth
        What weight covered by the early part counts compared with weight covered by the whole:
        the sum ``early_worth * early + whole`` is not less than for the whole improved alone.
    progress
        Called with 1 after each round.

    Returns
    -------
    sites : int64[m]
        Flat indices in the order of construction, ``m`` at most ``n_stations``: every plan of
        fewer stations is a prefix.
    gain : float64[m]
        Weight that each covers and none before it does; falls within each part.

    Raises
    ------
    ValueError
        As for :func:`kernels.covering.improve_raster.improve`, or when ``n_early`` or
        ``early_worth`` is out of range.
    """
    if not 0 < n_early <= n_stations:
        raise ValueError(f"n_early must be from 1 to {n_stations}, not {n_early}")
    if not 0.0 <= early_worth < np.inf:
        raise ValueError(f"early_worth must be at least 0, not {early_worth}")
    start, _ = greedy_order(field, n_stations)
    sites, gain = improve(start, field, cooling, progress=progress)
    if sites.size <= n_early:
        return sites, gain
    first, last = cooling.temperature
    shorter = replace(
        cooling,
        rounds=max(1, round(cooling.rounds * _LAST_ROUNDS_SHARE)),
        temperature=(max(first * _COOLER, last), last),
    )
    early, late = sites[:n_early], sites[n_early:]
    by_late = field.after(late).covered
    worth = field.weight * np.where(by_late, np.float32(early_worth), np.float32(1 + early_worth))
    early, _ = improve(early, field._replace(weight=worth), shorter, progress=progress)
    early = construction_order(early, field, early.size)
    late, _ = improve(late, field.after(early), shorter, progress=progress)
    sites = np.concatenate([early, late])
    return sites, field.gains(sites)
