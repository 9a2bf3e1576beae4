"""The raster on which a plan's stations move among options, for one step after another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kernels.covering.anneal_list import ListField
from kernels.covering.anneal_list_limited import (
    CountLimits,
    OptionPlaces,
    PricedChance,
    anneal_within,
    stand_within,
    too_close,
)
from kernels.covering.cooling import gumbel_noise
from kernels.footprints.spans import span_weight_unit
from planner.siting.construction import Construction
from planner.siting.limit_prices import LimitPrices
from planner.siting.option_pool import OptionPool
from planner.siting.options import Options

_SERVED_CELL_PRICES = 20.0
"""What a cell that must be served counts for, in prices of stations."""


@dataclass(frozen=True)
class Search:
    """How stations are looked at: ``sweeps`` times each, at a share of the prices.

    ``temperature``: as a share of the whole price of a station.
    """

    price_share: float
    temperature: float
    sweeps: int


class OptionGround:
    """Options with the weight that is to be covered; ``start``: the plan with nothing chosen."""

    def __init__(
        self, start: Construction, pool: OptionPool, random: np.random.Generator, *, by_cost: bool
    ) -> None:
        self.pool = pool
        self._start, self._random = start, random
        self._gumbel = gumbel_noise(random)
        self._unit = 1.0
        options, rules, spans = pool.options, start.rules, pool.spans
        cells = rules.zone.size
        self._field = ListField(
            weight=np.zeros(cells, np.int32),
            remaining=np.zeros(cells, np.int32),
            serving=np.zeros(cells, np.uint16),
            stands=np.zeros(len(options), np.bool_),
            home=np.where(start.closed.ravel()[options.cell], -1, 0).astype(np.int32),
            first=spans.first,
            start=spans.start,
            length=spans.length,
            near=pool.near,
        )
        zone = rules.zone.ravel()[options.cell].astype(np.int64)
        half_width = too_close(rules.separation_cells)
        self._places = OptionPlaces(
            cell=options.cell,
            zone=np.where(zone < 0, len(rules.least), zone),
            group=options.group,
            cost=options.cost_cny if by_cost else np.ones(len(options)),
            stations_near=np.zeros(cells, np.uint16),
            station_at=np.full(cells if half_width.size > 1 else 0, -1, np.int32),
            half_width=half_width,
            width=rules.zone.shape[1],
        )

    @property
    def covered(self) -> npt.NDArray[np.bool_]:
        """What is covered by what is given and by the stations that stand."""
        served: npt.NDArray[np.bool_] = self._field.serving.reshape(self._start.standing.shape) > 0
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
        self._field.weight[:] = np.minimum(weight, np.float32(2.0**30)).ravel()

    def annealed(
        self, stations: Options, prices: LimitPrices, limits: CountLimits, search: Search
    ) -> Options:
        """Return what ``stations``, all of them options here, become within ``limits``."""
        self._stand(stations)
        price = prices.of(self.pool.options) / self._unit
        scale = search.temperature * max(0.0, float(price.mean()))
        chance = PricedChance(
            np.rint(price * search.price_share).astype(np.int64),
            (self._gumbel * scale).astype(np.int64),
            search.sweeps,
            int(self._random.integers(1 << 32)),
        )
        anneal_within(self._field, self._places, limits, chance)
        return self.pool.options.taken(np.flatnonzero(self._field.stands))

    def _stand(self, stations: Options) -> None:
        self._field.stands[:] = False
        self._field.serving[:] = 0
        self._field.remaining[:] = self._field.weight
        self._places.stations_near[:] = 0
        self._places.station_at[:] = -1
        stand_within(self._field, self._places, self.pool.numbers(stations))
