"""The raster on which a plan's stations move among options, for one step after another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kernels.covering.anneal_list import anneal_list, stand
from kernels.covering.cooling import Chance, gumbel_noise
from kernels.covering.greedy_list import ListOptions
from kernels.covering.improve_list import list_state
from kernels.covering.limits import SiteLimits
from kernels.footprints.spans import span_weight_unit
from planner.siting.construction import Construction
from planner.siting.limit_prices import LimitPrices
from planner.siting.option_pool import OptionPool
from planner.siting.options import Options

_SERVED_CELL_PRICES = 20.0
"""Weight of a cell that must be served, in prices of stations."""


@dataclass(frozen=True)
class Warmth:
    """How stations are looked at: ``sweeps`` times each, at a share of the prices.

    ``temperature``: as a share of the whole price of a station.
    """

    price_share: float
    temperature: float
    sweeps: int


class AnnealingField:
    """Options with the weight that is to be covered; ``start``: the plan with nothing chosen."""

    def __init__(
        self, start: Construction, pool: OptionPool, random: np.random.Generator, *, by_cost: bool
    ) -> None:
        self.pool = pool
        self._start, self._random = start, random
        self._gumbel = gumbel_noise(random)
        nothing = np.zeros(start.standing.shape, np.float32)
        self._state, self._unit = list_state(nothing, pool.spans, pool.near)
        options = pool.options
        self._open = np.flatnonzero(~start.closed.ravel()[options.cell])
        cost = options.cost_cny if by_cost else np.ones(len(options))
        self._options = ListOptions(options.cell, options.group, cost)

    @property
    def covered(self) -> npt.NDArray[np.bool_]:
        """Cells covered by the given sites and the current stations."""
        served: npt.NDArray[np.bool_] = self._state.serving.reshape(self._start.standing.shape) > 0
        return self._start.standing | served

    def weigh(self, prices: LimitPrices) -> None:
        """Take the weight of each cell as it counts now."""
        weight = prices.weight()
        dearest = max(0.0, float(prices.of(self.pool.options).max(initial=0.0)))
        weight[self._start.rules.to_serve] += np.float32(_SERVED_CELL_PRICES * dearest)
        weight[self._start.standing] = 0
        self._unit = span_weight_unit(weight, self.pool.spans)
        weight *= np.float32(1 / self._unit)
        np.rint(weight, out=weight)
        # No footprint holds a cell that does not fit.
        self._state.weight[:] = np.minimum(weight, np.float32(2.0**30)).ravel()

    def annealed(
        self, stations: Options, prices: LimitPrices, limits: SiteLimits, warmth: Warmth
    ) -> Options:
        """Return what ``stations``, all of them options here, become within ``limits``."""
        self._state.stands[:] = False
        self._state.serving[:] = 0
        self._state.remaining[:] = self._state.weight
        stand(self._state, self.pool.numbers(stations))
        price = prices.of(self.pool.options) / self._unit
        scale = warmth.temperature * max(0.0, float(price.mean()))
        chance = Chance(
            np.rint(price * warmth.price_share).astype(np.int64),
            (self._gumbel * scale).astype(np.int64),
            warmth.sweeps,
            int(self._random.integers(1 << 32)),
        )
        anneal_list(self._state, chance, [self._open], self._options, limits)
        return self.pool.options.taken(np.flatnonzero(self._state.stands))
