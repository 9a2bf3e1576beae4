"""The kind of site of each station of a plan, if the plan identifies it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.sites.capital import ANY_SITE, UPGRADED_SITE
from planner.sites.station_price import kind_of_new_sites
from planner.siting import MUST_HAVE, UPGRADED, Siting


def site_kinds(existing_use: str, siting: Siting) -> npt.NDArray[np.str_]:
    """Return the kind of site of each station: "new", "upgraded" or "any" (text[n]).

    Only a scenario that upgrades existing sites distinguishes the two: a station on none of them is
    on a new site. Must-have sites stay "any", because the scenario does not give their kind.
    """
    others = np.where(siting.role == MUST_HAVE, ANY_SITE, kind_of_new_sites(existing_use))
    kinds: npt.NDArray[np.str_] = np.where(siting.origin == UPGRADED, UPGRADED_SITE, others)
    return kinds
