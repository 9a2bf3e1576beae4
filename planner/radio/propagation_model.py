"""Interface of a propagation model: names, edition, validity, and losses over distance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from planner.errors import InputError, Problem

Floats = npt.NDArray[np.float64]
Sight = Literal["los", "nlos"]


@dataclass(frozen=True)
class Link:
    """The two ends of a link and their surroundings, without their distance.

    Heights are over ground. ``building_height_m`` and ``street_width_m`` are means of the
    surroundings.
    """

    frequency_ghz: float
    base_height_m: float
    ue_height_m: float = 1.5
    building_height_m: float = 5.0
    street_width_m: float = 20.0


@dataclass(frozen=True)
class ValidRange:
    """Range over which a model may be used, both ends included, by the name of the quantity.

    ``quantity`` is a field of :class:`Link`, or ``distance_2d_m``; the latter may be limited for
    one ``sight`` only.
    """

    quantity: str
    least: float
    most: float
    sight: Sight | None = None


@dataclass(frozen=True)
class PathLoss:
    """Loss at each distance, and whether the model is valid there (both of shape N)."""

    loss_db: Floats
    valid: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PropagationModel:
    """One propagation model, as a file of :mod:`planner.radio.propagation` registers it.

    ``sight_loss_db(distances_2d_m, link, sight)`` gives the median loss in dB, NaN outside the
    domain of its formula; ``los_probability(distances_2d_m, link)`` the probability of line of
    sight; ``sigma_db(distances_2d_m, link, sight)`` the standard deviation of shadow fading. All
    take and give float64 of shape N. ``indoor_depth_most_m``: users indoors are at the lesser of
    two depths drawn evenly up to here.
    """

    key: str
    name_en: str
    name_zh: str
    edition: str
    reference: str
    valid_ranges: tuple[ValidRange, ...]
    indoor_depth_most_m: float
    sight_loss_db: Callable[[Floats, Link, Sight], Floats] = field(repr=False)
    los_probability: Callable[[Floats, Link], Floats] = field(repr=False)
    sigma_db: Callable[[Floats, Link, Sight], Floats] = field(repr=False)

    def loss_db(
        self,
        distance_2d_m: npt.ArrayLike,
        link: Link,
        sight: Sight = "nlos",
        *,
        outside: Literal["refuse", "flag"] = "refuse",
    ) -> PathLoss:
        """Return the median path loss at each ground distance.

        Parameters
        ----------
        distance_2d_m
            Ground distances in metres, any shape; taken as one dimension.
        link
            Frequency, heights and surroundings.
        sight
            Line of sight or not.
        outside
            Outside the model's validity: raise, or compute and flag in ``valid``.

        Raises
        ------
        InputError
            Outside the validity, unless flagged: one problem for each quantity.
        """
        distances_m = np.atleast_1d(np.asarray(distance_2d_m, dtype=np.float64)).ravel()
        if outside == "refuse":
            problems = self.problems(distances_m, link, sight)
            if problems:
                raise InputError(problems)
        valid = np.ones(distances_m.size, dtype=np.bool_)
        for limit in self._ranges(sight):
            value = distances_m if limit.quantity == "distance_2d_m" else _of(link, limit)
            valid &= (value >= limit.least) & (value <= limit.most)
        return PathLoss(self.sight_loss_db(distances_m, link, sight), valid)

    def problems(self, distances_2d_m: Floats, link: Link, sight: Sight) -> list[Problem]:
        """Return one problem for each quantity outside the model's validity."""
        found = []
        for limit in self._ranges(sight):
            values = distances_2d_m if limit.quantity == "distance_2d_m" else _of(link, limit)
            wrong = np.atleast_1d(values)
            wrong = wrong[~((wrong >= limit.least) & (wrong <= limit.most))]
            if wrong.size:
                found.append(
                    Problem(
                        f"outside the validity of {self.name_en} ({self.edition})",
                        key=limit.quantity,
                        value=float(wrong[0]),
                        expected=f"{limit.least:g} to {limit.most:g}",
                    )
                )
        return found

    def distance_limits_m(self, sight: Sight) -> tuple[float, float]:
        """Return the least and the greatest ground distance of the model's validity."""
        limits = [r for r in self._ranges(sight) if r.quantity == "distance_2d_m"]
        return max(r.least for r in limits), min(r.most for r in limits)

    def _ranges(self, sight: Sight) -> list[ValidRange]:
        return [limit for limit in self.valid_ranges if limit.sight in (None, sight)]


def _of(link: Link, limit: ValidRange) -> Floats:
    return np.asarray(getattr(link, limit.quantity), dtype=np.float64)
