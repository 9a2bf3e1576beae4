"""A covering problem on plain arrays: weights, footprints, and constraints on the choice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.covering.validation import checked

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CoveringProblem:
    """Customers, candidate sites and constraints; an objective says which choice is best.

    Arrays are copied into their types when the problem is made, and all problems with them are
    reported at once as an ``InputError`` (a ``ValueError``).

    Parameters
    ----------
    weights
        ``float[n]``, weight of each customer (people, traffic): finite, at least 0.
    indptr, indices
        Footprints as sparse rows: candidate ``j`` covers the customers
        ``indices[indptr[j]:indptr[j + 1]]``, ascending. A row may be empty, a customer without
        any candidate cannot be covered.
    cost
        ``float[m]``, cost of each candidate, at least 0; 1 if not given.
    fixed, forbidden
        Indices of candidates that are in every plan (existing, must-have), or in none.
    counted
        ``bool[m]``: whether a candidate counts as a station (False: an existing one that is kept).
    customer_zone, quota
        ``int[n]``, zone of each customer (-1: none), and ``float[z]``, weight that must be
        covered in each zone.
    must_cover
        Indices of customers that must be covered regardless of their weight.
    site_zone, zone_least, zone_most
        ``int[m]``, zone of each candidate (-1: none), and ``int[z]``, how many candidates of each
        zone a plan has at least and at most, fixed ones included.
    conflicts
        ``int[k, 2]``: pairs of candidates of which a plan has at most one (minimum separation).
    place
        ``int[m]``: candidates of the same number, 0 or more, are kinds of equipment at one place,
        of which a plan has at most one; -1 for a place of its own.
    """

    weights: Floats
    indptr: Index
    indices: npt.NDArray[np.int32]
    cost: Floats | None = None
    fixed: Index = field(default_factory=lambda: np.zeros(0, np.int64))
    forbidden: Index = field(default_factory=lambda: np.zeros(0, np.int64))
    counted: npt.NDArray[np.bool_] | None = None
    customer_zone: Index | None = None
    quota: Floats | None = None
    must_cover: Index = field(default_factory=lambda: np.zeros(0, np.int64))
    site_zone: Index | None = None
    zone_least: Index | None = None
    zone_most: Index | None = None
    conflicts: Index = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    place: Index | None = None

    def __post_init__(self) -> None:
        values: dict[str, Any] = checked(self)
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def n_customers(self) -> int:
        """How many customers there are."""
        return len(self.weights)

    @property
    def n_sites(self) -> int:
        """How many candidates there are."""
        return len(self.indptr) - 1

    @property
    def costs(self) -> Floats:
        """Cost of each candidate, 1 where none is given."""
        return np.ones(self.n_sites) if self.cost is None else self.cost

    @property
    def counts(self) -> Floats:
        """1 for a candidate that counts as a station, else 0."""
        if self.counted is None:
            return np.ones(self.n_sites)
        return self.counted.astype(np.float64)
