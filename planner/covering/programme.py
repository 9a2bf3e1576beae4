"""The mixed-integer programme of a reduced covering problem, for HiGHS.

Variables: ``x`` for each site, ``y`` for each aggregated customer, all in [0, 1], ``x`` whole.
Rows, all ``<=``: a customer is covered by a chosen site (``y_i - sum x_j <= 0``), the limits on
the choice, the quota of each zone with a remaining quota, the target, odd sets of customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from planner.covering.certificate import OddSets
from planner.covering.model import Model

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class IntegerProgramme:
    """Minimise ``objective @ v`` subject to ``matrix @ v <= upper``, ``0 <= v <= 1``.

    ``n_sites`` variables come first, then the customers; rows are those of the customers, then
    ``n_limits``, then ``zones`` (numbers of the zones with a quota), then one for the target if
    ``has_target``, then those of sets of customers.
    """

    objective: Floats
    matrix: sp.csc_array
    upper: Floats
    n_sites: int
    n_limits: int
    zones: npt.NDArray[np.int64]
    has_target: bool

    @property
    def n_customers(self) -> int:
        """Number of variables for customers."""
        return len(self.objective) - self.n_sites


def covers(model: Model) -> sp.csr_array:
    """Return 1 where a site covers a customer, as ``float64[customers, sites]``."""
    fp, shape = model.fp, (model.n_customers, model.n_sites)
    return sp.csr_array((np.ones(len(fp.sites)), fp.sites, fp.customer_start), shape=shape)


def members(sets: OddSets, n_customers: int) -> sp.csr_array:
    """Return how often each set has each customer, as ``float64[sets, customers]``."""
    once, shape = np.ones(len(sets.customers)), (len(sets.size), n_customers)
    return sp.csr_array((once, sets.customers, sets.start), shape=shape)


def half_of_covered(model: Model, sets: OddSets) -> sp.csr_array:
    """Return half of the customers of a set that a site covers, rounded up, ``[sets, sites]``."""
    half = sp.csr_array(members(sets, model.n_customers) @ covers(model))
    half.data = np.ceil(half.data / 2)
    return half


def programme(model: Model, sets: OddSets | None = None) -> IntegerProgramme:
    """Write ``model`` as a programme; the objective is its negative, without the decided part."""
    m, n, r = model.n_sites, model.n_customers, len(model.limits.limit)
    limits = sp.csc_array(
        (model.limits.coefficient, model.limits.row, model.limits.start), shape=(r, m)
    )
    zones = np.flatnonzero(model.quota > 0)
    of_zone = sp.csr_array((model.people, (model.zone, np.arange(n))), shape=(len(model.quota), n))
    has_target = model.target > 0
    blocks = [
        sp.hstack([-covers(model), sp.eye_array(n)]),
        sp.hstack([limits, sp.csr_array((r, n))]),
        sp.hstack([sp.csr_array((len(zones), m)), -of_zone[zones]]),
    ]
    upper = [np.zeros(n), model.limits.limit, -model.quota[zones]]
    if has_target:
        blocks.append(sp.hstack([sp.csr_array((1, m)), sp.csr_array(-model.people[None, :])]))
        upper.append(np.array([-model.target]))
    if sets is not None:
        blocks.append(sp.hstack([-half_of_covered(model, sets), members(sets, n)]))
        upper.append((sets.size // 2).astype(np.float64))
    return IntegerProgramme(
        objective=np.concatenate([model.price, -model.reward * model.people]),
        matrix=sp.csc_array(sp.vstack(blocks)),
        upper=np.concatenate(upper),
        n_sites=m,
        n_limits=r,
        zones=zones,
        has_target=has_target,
    )
