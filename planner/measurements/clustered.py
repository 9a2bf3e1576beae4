"""Shares with intervals that respect clusters: samples of one place say much the same.

Source: Korn and Graubard, Confidence intervals for proportions with small expected number of
positive counts estimated from survey data, Survey Methodology 24 (1998): the exact interval of
Clopper and Pearson with the effective number of samples, from the ratio estimator's variance
between clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import beta, t

from planner.measurements.groups import numbered

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ShareEstimate:
    """A share with its two-sided 90 % interval; each end is a one-sided bound of 95 %.

    ``clusters`` and ``effective``: how many clusters, and to how many independent samples they
    amount.
    """

    share: float
    low: float
    high: float
    samples: int
    clusters: int
    effective: float


ONE_SIDED = 0.95


def clustered_share(yes: npt.ArrayLike, cluster: npt.ArrayLike) -> ShareEstimate:
    """Return the share of samples that are true, with an interval by cluster.

    With fewer than two clusters nothing is known of the spread: the interval is 0 to 1.

    Examples
    --------
    >>> found = clustered_share([True, True, False, False], [1, 1, 2, 2])
    >>> found.share, found.clusters
    (0.5, 2)
    """
    hit = np.asarray(yes, float)
    _, row = np.unique(np.asarray(cluster), return_inverse=True)
    if not len(hit):
        return ShareEstimate(np.nan, 0.0, 1.0, 0, 0, 0.0)
    count = np.bincount(row).astype(float)
    total, clusters = len(hit), len(count)
    share = float(hit.mean())
    if clusters < 2:
        return ShareEstimate(share, 0.0, 1.0, total, clusters, 1.0)
    excess = np.bincount(row, hit) - share * count
    variance = clusters / (clusters - 1) * float(np.sum(excess**2)) / total**2
    effective = share * (1.0 - share) / variance if variance > 0.0 else float(clusters)
    if variance > 0.0:
        effective *= float((t.ppf(ONE_SIDED, total - 1) / t.ppf(ONE_SIDED, clusters - 1)) ** 2)
    effective = min(max(effective, 1.0), float(total))
    found = share * effective
    low = float(beta.ppf(1.0 - ONE_SIDED, found, effective - found + 1.0)) if found > 0.0 else 0.0
    high = float(beta.ppf(ONE_SIDED, found + 1.0, effective - found)) if found < effective else 1.0
    return ShareEstimate(share, low, high, total, clusters, effective)


def blocks_of(x_m: Floats, y_m: Floats, size_m: float) -> npt.NDArray[np.int64]:
    """Return the number of the square block of each position."""
    return numbered(*(np.floor(one / size_m).astype(np.int64) for one in (x_m, y_m)))
