"""How annealing cools, what it draws, and the price that steers the number of stations.

The heat bath (S. and D. Geman, IEEE PAMI-6, 1984): an outcome is drawn with a probability
proportional to exp(worth / temperature), as the greatest of worth + temperature * Gumbel noise. A
station's worth is what it newly covers less its price. The temperature falls geometrically, and
the price rises where there are more stations than wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.arrays import Floats

Integers = npt.NDArray[np.signedinteger]

VISITS_PER_ADDITION = 8
"""How many stations are looked at before a new one is tried."""

_NOISE_SIZE = 1 << 14
_PRICE_EXPONENT = 0.5
"""Price moves with (stations / wanted) to this power: a hundredth too many, half of it dearer."""

_FIRST_PRICE_SHARE = 0.86
"""Price to start from, as a share of what the last station gains: measured, soon corrected."""


class Chance(NamedTuple):
    """Prices, noise and seed of one round; weights are in whole fixed-point units.

    ``price`` (int[n]): weight that a station has to be worth, at each candidate, or one for all;
    ``noise`` (int[k]): temperature times Gumbel noise, of the type of ``price``; ``sweeps``: how
    often each station is looked at; ``seed``: of this round.
    """

    price: Integers
    noise: Integers
    sweeps: int
    seed: int


@dataclass(frozen=True)
class Cooling:
    """How long and how warm to search.

    ``rounds``: how often the tiles are shifted and the temperature falls; ``sweeps``: how often
    each station is looked at in a round; ``temperature``: first and last, as shares of the price of
    a station; ``seed``: of all random numbers.

    Raises
    ------
    ValueError
        When a number is below 1, or the temperature does not fall within 1 and 0.
    """

    rounds: int = 40
    sweeps: int = 50
    temperature: tuple[float, float] = (0.1, 0.008)
    seed: int = 0

    def __post_init__(self) -> None:
        if self.rounds < 1 or self.sweeps < 1:
            raise ValueError(
                f"rounds and sweeps must be at least 1, not {self.rounds} and {self.sweeps}"
            )
        first, last = self.temperature
        if not 0 < last <= first <= 1:
            raise ValueError(f"temperature must fall within 1 and 0, not from {first} to {last}")

    def share(self, step: int) -> float:
        """Temperature of a round, from 0 on, as a share of the price."""
        first, last = self.temperature
        return float(first * (last / first) ** (step / max(1, self.rounds - 1)))


def gumbel_noise(random: np.random.Generator) -> Floats:
    """Return the noise (float64[k]) from which all rounds take runs of numbers."""
    return random.gumbel(size=_NOISE_SIZE)


def anneal_at_steered_price(
    cooling: Cooling,
    last_gain: float,
    n_stations: int,
    anneal_round: Callable[[float, Floats, np.random.Generator], int],
) -> None:
    """Run all rounds, at a price that keeps the number of stations near the wanted one.

    Parameters
    ----------
    cooling
        Rounds, temperature and seed.
    last_gain
        What the last station gains before the search, in fixed-point units.
    n_stations
        Number of stations at the beginning, which is also the wanted one.
    anneal_round
        Called with the price of a station, the noise (float64[k]) in the same units, and the
        generator of seeds and offsets; returns how many stations there are more than before.
    """
    random = np.random.default_rng(cooling.seed)
    gumbel = gumbel_noise(random)
    price, count = last_gain * _FIRST_PRICE_SHARE, n_stations
    for step in range(cooling.rounds):
        count += anneal_round(price, gumbel * cooling.share(step) * price, random)
        price *= max(0.5, count / n_stations) ** _PRICE_EXPONENT
