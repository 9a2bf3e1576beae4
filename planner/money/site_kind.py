"""The kind of site that each station of a plan stands on, where the plan tells."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.scenario import Scenario
from planner.siting import MUST_HAVE, UPGRADED, Siting

NEW_SITE, UPGRADED_SITE = "new", "upgraded"
ANY_SITE = "any"
"""A station whose own site is not known: it bears the mean of the kinds of site."""


def site_kinds(scenario: Scenario, siting: Siting) -> npt.NDArray[np.str_]:
    """Return the kind of site of each station: "new", "upgraded" or "any" (text[n]).

    Only a scenario that upgrades existing sites tells the two apart: what stands on none of them
    is new. Of a must-have site the planner knows more than the scenario: it stays "any".
    """
    told = scenario.sites.existing_use == "upgraded"
    others = np.where(siting.role == MUST_HAVE, ANY_SITE, NEW_SITE if told else ANY_SITE)
    kinds: npt.NDArray[np.str_] = np.where(siting.origin == UPGRADED, UPGRADED_SITE, others)
    return kinds
