"""A plan whose early part is good by itself, within a whole that is good too.

The best plan for many stations has poor prefixes: where few stand, they should stand apart from
each other, while the whole should leave no gaps between them. So the whole is improved first, and
then its early and its late stations in turn, each among the others.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from kernels.covering.construction_order import construction_order
from kernels.covering.greedy_raster import greedy_order
from kernels.covering.improve_raster import improve
from kernels.footprints.cover import cover, newly_covered_weight

_LAST_ROUNDS_SHARE = 0.2
_COOLER = 0.5
"""The parts are improved for so much of the rounds, from so much of the first temperature."""


def improve_nested(
    n_early: int,
    n_stations: int,
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    candidate: npt.NDArray[np.bool_],
    covered: npt.NDArray[np.bool_],
    *,
    early_worth: float = 0.3,
    rounds: int = 40,
    sweeps: int = 40,
    temperature: tuple[float, float] = (0.1, 0.008),
    seed: int = 0,
    progress: Callable[[int], object] | None = None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Plan stations so that the first ``n_early`` of them cover much, and all of them most.

    Parameters
    ----------
    n_early, n_stations
        Stations of the early part, and of the whole; from 1 to ``n_stations``.
    weight, area_class, radius_cells, candidate, covered
        As for :func:`kernels.covering.greedy_raster.greedy_order`.
    early_worth
        What weight covered by the early part counts beside weight covered by the whole: the sum
        ``early_worth * early + whole`` is not less than for the whole improved alone.
    rounds, sweeps, temperature, seed, progress
        As for :func:`kernels.covering.improve_raster.improve`, for the whole.

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
    place = (area_class, radius_cells)
    start, _ = greedy_order(weight, *place, candidate, covered, n_stations)
    sites, gain = improve(
        start,
        weight,
        *place,
        candidate,
        covered,
        rounds=rounds,
        sweeps=sweeps,
        temperature=temperature,
        seed=seed,
        progress=progress,
    )
    if sites.size <= n_early:
        return sites, gain

    def improved(
        part: npt.NDArray[np.int64], worth: npt.NDArray[np.floating], others: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.int64]:
        better, _ = improve(
            part,
            worth,
            *place,
            candidate,
            others,
            rounds=max(1, round(rounds * _LAST_ROUNDS_SHARE)),
            sweeps=sweeps,
            temperature=(max(temperature[0] * _COOLER, temperature[1]), temperature[1]),
            seed=seed,
            progress=progress,
        )
        return better

    early, late = sites[:n_early], sites[n_early:]
    by_late = covered.copy()
    cover(by_late, *place, late)
    worth = weight * np.where(by_late, np.float32(early_worth), np.float32(1 + early_worth))
    early = improved(early, worth, covered)
    early = construction_order(early, weight, *place, covered, early.size)
    by_early = covered.copy()
    cover(by_early, *place, early)
    sites = np.concatenate([early, improved(late, weight, by_early)])
    return sites, newly_covered_weight(weight, covered.copy(), *place, sites)
