"""Stations of each province: needs by rule, and whole numbers that add up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.ground.area_class import AREA_CLASSES
from planner.scenario.area import AreaClassesSection
from planner.scenario.national import RULES, MixSection, RuleSection

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def split_whole(total: int, weight: Floats) -> Ints:
    """Return whole numbers that add up to ``total``, in proportion to ``weight``.

    By largest remainder; ties go to the first.
    """
    exact = [total * part for part in (weight / weight.sum())]
    whole = np.floor(exact).astype(np.int64)
    missing = total - int(whole.sum())
    order = np.argsort(whole - np.array(exact), kind="stable")
    whole[order[:missing]] += 1
    return whole


def settled_density(counties: pd.DataFrame, town_people_per_km2: float) -> Floats:
    """Return the density (people/km2) at which the urban people of each county live.

    This is the density of the whole county, or that of towns if the county is thinner than a town,
    because the land between its towns does not count.
    """
    area = counties["area_km2"].to_numpy(np.float64)
    people = counties["people"].to_numpy(np.float64)
    whole = np.divide(people, area, out=np.zeros_like(people), where=area > 0.0)
    settled: Floats = np.maximum(whole, town_people_per_km2)
    return settled


def density_class(density: Floats, limits: AreaClassesSection) -> Ints:
    """Return the code of the area class of each density; a limit belongs to the denser class."""
    falling = (
        limits.dense_urban_people_per_km2,
        limits.urban_people_per_km2,
        limits.suburban_people_per_km2,
    )
    code = np.full(len(density), len(falling), dtype=np.int64)
    for number, limit in reversed(list(enumerate(falling))):
        code[density >= limit] = number
    return code


def stations_per_km2(radius_m: Sequence[float]) -> Floats:
    """Return stations per km2 of continuous cover by hexagons of the service radius."""
    if len(radius_m) != len(AREA_CLASSES):
        raise ValueError(f"radius_m has {len(radius_m)} values; expected {len(AREA_CLASSES)}")
    radius_km = np.asarray(radius_m, dtype=np.float64) / 1_000.0
    density: Floats = 2.0 / (3.0 * np.sqrt(3.0) * radius_km**2)
    return density


def equal_cover_need(
    counties: pd.DataFrame,
    rule: RuleSection,
    limits: AreaClassesSection,
    radius_m: Sequence[float],
) -> Floats:
    """Return the stations that cover the rule's share of the urban people of each county.

    Urban land = urban people / settled density; stations = urban land times the stations per km2 of
    that density's class.
    """
    density = settled_density(counties, rule.town_people_per_km2)
    land_km2 = counties["urban_people"].to_numpy(np.float64) / density
    need: Floats = (
        rule.covered_share * land_km2 * stations_per_km2(radius_m)[density_class(density, limits)]
    )
    return need


def rule_shares(provinces: pd.DataFrame) -> dict[str, Floats]:
    """Return the share of each province by each simple rule, from the columns of ``provinces``."""
    columns = {
        "equal_cover": "stations_needed",
        "people": "people",
        "urban_people": "urban_people",
        "area": "area_km2",
    }
    shares: dict[str, Floats] = {}
    for rule in RULES:
        value = provinces[columns[rule]].to_numpy(np.float64)
        shares[rule] = value / value.sum()
    return shares


def mixed_share(
    shares: dict[str, Floats], mix: MixSection, fixed: Sequence[tuple[int, float]] = ()
) -> Floats:
    """Return the share of each province by the mix, with some shares given (row, share)."""
    mixed = sum((getattr(mix, rule) * shares[rule] for rule in RULES), np.zeros(1))
    if not fixed:
        return np.asarray(mixed / mixed.sum())
    rows = np.array([row for row, _ in fixed])
    given = np.array([share for _, share in fixed])
    free = np.ones(len(mixed), dtype=bool)
    free[rows] = False
    left = 1.0 - given.sum()
    mixed = np.where(free, mixed, 0.0)
    mixed = left * mixed / mixed.sum() if mixed.sum() > 0.0 else mixed
    mixed[rows] = given
    return np.asarray(mixed)
