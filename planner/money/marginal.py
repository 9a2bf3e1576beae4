"""Cost of each further per cent of people, from the plan's own order of construction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """One per cent of the people, or the part of it that the plan covers."""

    share_from: float
    share_to: float
    stations: float
    cost_cny: float
    people: float

    @property
    def cny_per_person(self) -> float:
        """Capital per additional person."""
        return self.cost_cny / self.people

    def as_dict(self) -> dict[str, Any]:
        """Return the row of ``summary.json``."""
        return {
            "share_from": self.share_from,
            "share_to": self.share_to,
            "stations": round(self.stations, 2),
            "cost_cny": round(self.cost_cny),
            "people": round(self.people),
            "cny_per_person": self.cny_per_person,
        }


def marginal_steps(
    people_gained: Floats, cost_cny: npt.NDArray[np.int64], *, before: float, population: float
) -> tuple[Step, ...]:
    """Return the cost of each per cent of people, from the baseline's share to the plan's.

    ``people_gained`` (float64[n]) and ``cost_cny`` (int64[n]) of the new stations in their order;
    ``before``: people covered already. Within a station, cost and people rise together.
    """
    share = (before + np.concatenate([[0.0], np.cumsum(people_gained)])) / population
    cost = np.concatenate([[0.0], np.cumsum(cost_cny, dtype=np.float64)])
    if share[-1] - share[0] <= 1e-12:
        return ()
    start, end = float(share[0]), float(share[-1])
    whole = np.arange(np.floor(100.0 * start) + 1.0, np.ceil(100.0 * end - 1e-9)) / 100.0
    edges = np.unique(np.concatenate([[start], whole, [end]]))
    rising, last = np.unique(share[::-1], return_index=True)
    # Stations that add no people belong to the one before them; the very first to the one after.
    at = len(share) - 1 - last
    at[0] = 0
    stations, money = np.interp(edges, rising, at), np.interp(edges, rising, cost[at])
    return tuple(
        Step(
            float(edges[i]),
            float(edges[i + 1]),
            float(stations[i + 1] - stations[i]),
            float(money[i + 1] - money[i]),
            float((edges[i + 1] - edges[i]) * population),
        )
        for i in range(len(edges) - 1)
        if edges[i + 1] - edges[i] > 1e-9
    )
