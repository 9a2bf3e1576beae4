"""The order in which to build stations that are chosen already: the greedy's, on them alone.

:func:`kernels.covering.greedy_raster.greedy_order` gives the same with these stations as its
candidates, but keeps the gains of a whole raster. Known stations have spans: the greedy of lists
orders them, on weights rounded to the unit of the raster.
"""

from __future__ import annotations

import numpy as np

from kernels.arrays import Ints
from kernels.covering.gains import uncovered_units
from kernels.covering.greedy_list import ListOptions, greedy_list_of_units
from kernels.covering.limits import NO_LIMITS, remaining_limits
from kernels.footprints.disc import half_width_table
from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.field import Field


def construction_order(sites: Ints, field: Field, n_stations: int) -> Ints:
    """Order stations so that each in turn newly covers the most weight.

    Parameters
    ----------
    sites
        Flat indices of their cells, ``int64[n]``, none twice, in any order.
    field
        What is to be covered; where stations may stand is not looked at.
    n_stations
        How many to keep at most; ties go to the smallest flat index.

    Returns
    -------
    int64[m]
        Those that cover anything more, ``m <= n_stations``.
    """
    half_width = half_width_table(field.radius_cells)
    remaining, unit = uncovered_units(field.weight, field.area_class, field.covered, half_width)
    sites = np.sort(sites)
    order, _ = greedy_list_of_units(
        remaining,
        disc_spans(field.area_class, field.radius_cells, sites),
        np.ones(sites.size, np.bool_),
        n_stations,
        ListOptions.alike(sites.size),
        remaining_limits(NO_LIMITS, unit),
    )
    return sites[order]
