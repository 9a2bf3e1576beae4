"""Capital of each station by item, in whole yuan that add up over items, zones and stations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.ground.area_class import AREA_CLASSES
from planner.scenario.money import SITE_KINDS, ItemsSection, MoneySection, TerrainFactorsSection

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NEW_SITE, UPGRADED_SITE = "new", "upgraded"
ANY_SITE = "any"
"""A station whose own site is not known; it has the mean cost over the kinds of site."""

CAPITAL_ITEMS = ("radio", *(f"site_{kind}" for kind in SITE_KINDS), "transmission")


@dataclass(frozen=True)
class StationSites:
    """Inputs of the capital of stations besides the scenario: arrays with one row each.

    ``price_cny`` (float64[n]): total cost of a station before factors, NaN for the scenario's
    ``station_cny``. ``area_class`` (int[n]): codes. ``site_kind``: "new", "upgraded",
    "shared" or "any" for each. ``equipment``: its name, empty for the network's own.
    ``slope_degree`` (float64[n]): None without terrain.
    """

    price_cny: Floats
    area_class: npt.NDArray[np.integer]
    site_kind: Sequence[str]
    equipment: Sequence[str]
    slope_degree: Floats | None = None

    def __len__(self) -> int:
        return len(self.price_cny)


def capital_cny(cost: MoneySection, stations: StationSites) -> Ints:
    """Return the capital of each station by item, int64[n, len(CAPITAL_ITEMS)], whole yuan.

    The price of a station splits into radio, transmission and, for the rest, site works. A known
    kind of site raises or lowers the works relative to the mean of the kinds, unless an upgrade has
    its own price (``upgrade_cny``), which then applies. Factors by area class and slope apply to
    works and transmission. With factors of 1 and no known site, a station costs exactly its price;
    no station costs less than one yuan.
    """
    items = cost.items
    given = np.isfinite(stations.price_cny)
    price = np.rint(np.where(given, stations.price_cny, cost.station_cny))
    radio = np.minimum(_radio_cny(items, stations.equipment), price)
    transmission = np.minimum(items.transmission_cny, price - radio)
    works = price - radio - transmission
    factor = area_factor(items, stations.area_class)
    if stations.slope_degree is not None:
        factor = factor * terrain_factor(items.terrain_factors, stations.slope_degree)
    shares = _site_shares(items, stations.site_kind, outright=given)
    total = np.rint(radio + factor * (transmission + works * shares.sum(axis=1)))
    total = np.maximum(total, 1.0)
    exact = np.column_stack(
        [radio, factor[:, None] * works[:, None] * shares, factor * transmission]
    )
    return _rounded_rows(exact, total.astype(np.int64))


def area_factor(items: ItemsSection, area_class: npt.NDArray[np.integer]) -> Floats:
    """Return the factor of each station's area class."""
    by_code = np.array([getattr(items.area_factors, known.key) for known in AREA_CLASSES])
    factor: Floats = by_code[area_class]
    return factor


def terrain_factor(factors: TerrainFactorsSection, slope_degree: Floats) -> Floats:
    """Return the factor of each station's slope; a limit belongs to the steeper class."""
    limits = (factors.hilly_from_degree, factors.mountain_from_degree)
    by_class = np.array([factors.flat, factors.hilly, factors.mountain])
    found: Floats = by_class[np.searchsorted(limits, slope_degree, side="right")]
    return found


def slope_degree(height_m: npt.NDArray[np.floating], cell_size_m: float) -> Floats:
    """Return the slope of the ground in every cell of a grid: central differences, degrees."""
    down, right = np.gradient(np.asarray(height_m, dtype=np.float64), cell_size_m)
    steep: Floats = np.degrees(np.arctan(np.hypot(down, right)))
    return steep


def _rounded_rows(exact: Floats, total: Ints) -> Ints:
    """Round each row to its total by the differences of rounded running sums."""
    running = np.rint(np.cumsum(exact, axis=1)).astype(np.int64)
    running[:, -1] = total
    np.minimum(running, total[:, None], out=running)
    return np.diff(running, axis=1, prepend=0)


def _radio_cny(items: ItemsSection, equipment: Sequence[str]) -> Floats:
    own = items.radio_cny_of_equipment
    return np.array([own.get(str(name), items.radio_cny) for name in equipment], dtype=np.float64)


def _site_shares(
    items: ItemsSection, site_kind: Sequence[str], *, outright: npt.NDArray[np.bool_]
) -> Floats:
    """Return the works of each station by kind of site, relative to the mean works.

    ``outright``: stations with their own price, which a known kind does not change.
    """
    mean = items.mean_site_factor
    parts: dict[str, Floats] = {
        kind: np.eye(len(SITE_KINDS))[number] * getattr(items.site_factors, kind) / mean
        for number, kind in enumerate(SITE_KINDS)
    }
    parts[ANY_SITE] = sum(
        (getattr(items.site_shares, kind) * parts[kind] for kind in SITE_KINDS),
        np.zeros(len(SITE_KINDS)),
    )
    kinds = np.asarray(site_kind, dtype=np.str_)
    found = np.zeros((len(kinds), len(SITE_KINDS)))
    for kind, part in parts.items():
        found[kinds == kind] = part
    whole = found.sum(axis=1, keepdims=True)
    return np.where(outright[:, None] & (whole > 0.0), found / np.maximum(whole, 1e-300), found)
