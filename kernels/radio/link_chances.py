"""Chance of a link whose loss is partly common to all links of a user, and partly its own."""

from __future__ import annotations

import numpy as np

from kernels.arrays import Floats
from kernels.compiled import compiled
from kernels.numbers.normal import normal_probability

_SURE = 8.3
"""Deviate from which a normal probability is 0 or 1 in double precision."""


@compiled
def link_chances(
    probability: Floats,
    spare_db: Floats,
    common_sigma_db: Floats,
    own_sigma_db: Floats,
    more_db: Floats,
    deviate: Floats,
) -> Floats:
    """Return the chance of a link of each of C users at N distances, as float64 (C, N).

    A link is in one of S states, in sight or not, each with a ``probability`` (0 to 1). Its loss
    has ``spare_db`` left; shadowing in common has ``common_sigma_db``, of which a user has the
    ``deviate``, and shadowing of its own ``own_sigma_db`` above 0. These are float64 (S, N),
    ``deviate`` and ``more_db``, the loss of a user's building, float64 (C).
    """
    states, distances = spare_db.shape
    chance = np.zeros((more_db.size, distances))
    for user in range(more_db.size):
        for state in range(states):
            for n in range(distances):
                common_db = more_db[user] + common_sigma_db[state, n] * deviate[user]
                margin = (spare_db[state, n] - common_db) / own_sigma_db[state, n]
                if margin > _SURE:
                    chance[user, n] += probability[state, n]
                elif not margin < -_SURE:
                    chance[user, n] += probability[state, n] * normal_probability(margin)
    return chance
