"""Losses next to a terminal: clutter around it (ITU-R P.2108) and the building it is in (P.2109).

Each adds to the loss of a path calculated to a point above the clutter, or outside the building.
Outside the ranges of the Recommendation a function refuses or, where the caller prefers, computes
and flags.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from kernels.radio.models import p2108, p2109
from planner.errors import InputError, Problem
from planner.radio.kernel_codes import code_of, kernel_codes

Outside = Literal["refuse", "flag"]
Clutter = Literal["water", "open_rural", "suburban", "urban", "forest", "dense_urban"]
Building = Literal["traditional", "thermally_efficient"]

CLUTTER_EDITION = "ITU-R P.2108-1 (09/2021)"
BUILDING_EDITION = "ITU-R P.2109-2 (08/2023)"

DEFAULT_STREET_WIDTH_M = 27.0
"""Street width where none is known locally: P.2108-1, section 3.1.1."""

_CLUTTER_CODES = kernel_codes(Clutter, p2108)
_BUILDING_CODES = kernel_codes(Building, p2109)


@dataclass(frozen=True)
class TerminalLoss:
    """A loss in dB, and whether the ranges of the Recommendation cover it."""

    loss_db: float
    valid: bool


@dataclass(frozen=True)
class _Given:
    """A value given by the caller, and its range; ``open_ends`` excludes the ends."""

    quantity: str
    value: float
    least: float
    most: float
    open_ends: bool = False

    def problem(self, model: str) -> Problem | None:
        inside = (
            self.least < self.value < self.most
            if self.open_ends
            else self.least <= self.value <= self.most
        )
        if inside:
            return None
        return Problem(
            f"outside the validity of {model}",
            key=self.quantity,
            value=self.value,
            expected=self._range(),
        )

    def _range(self) -> str:
        if self.open_ends and math.isinf(self.most):
            return f"more than {self.least:g}"
        if math.isinf(self.most):
            return f"at least {self.least:g}"
        ends = ", neither included" if self.open_ends else ""
        return f"{self.least:g} to {self.most:g}{ends}"


def _share(quantity: str, value: float) -> _Given:
    return _Given(quantity, value, 0.0, 1.0, open_ends=True)


def _length(quantity: str, value: float) -> _Given:
    return _Given(quantity, value, 0.0, math.inf, open_ends=True)


def _checked(model: str, outside: Outside, *values: _Given) -> bool:
    """Return whether all values are in range; raise for the others, unless flagged."""
    problems = [found for given in values if (found := given.problem(model))]
    if problems and outside == "refuse":
        raise InputError(problems)
    return not problems


def terminal_clutter_loss(
    clutter: Clutter,
    frequency_ghz: float,
    height_m: float,
    *,
    clutter_height_m: float | None = None,
    street_width_m: float = DEFAULT_STREET_WIDTH_M,
    outside: Outside = "refuse",
) -> TerminalLoss:
    """Return the median loss of a terminal below its surroundings, P.2108 section 3.1.

    Parameters
    ----------
    clutter
        What surrounds the terminal.
    frequency_ghz
        0.03 to 3 GHz.
    height_m
        Terminal over ground.
    clutter_height_m
        Representative height of the surroundings; without one, the default of the Recommendation.
    street_width_m
        Distance between the obstacles on both sides.
    outside
        Outside the ranges: raise, or compute and flag.

    Raises
    ------
    InputError
        For an unknown clutter, and outside the ranges unless flagged.
    """
    code = code_of(_CLUTTER_CODES, "clutter", clutter)
    top_m = p2108.default_clutter_height_m(code) if clutter_height_m is None else clutter_height_m
    valid = _checked(
        f"{CLUTTER_EDITION}, section 3.1",
        outside,
        _Given("frequency_ghz", frequency_ghz, 0.03, 3.0),
        _length("height_m", height_m),
        _length("clutter_height_m", top_m),
        _length("street_width_m", street_width_m),
    )
    loss_db = p2108.terminal_clutter_loss_db(code, frequency_ghz, height_m, top_m, street_width_m)
    return TerminalLoss(float(loss_db), valid)


def terrestrial_clutter_loss(
    frequency_ghz: float,
    distance_m: float,
    location_share: float = 0.5,
    *,
    both_ends: bool = False,
    outside: Outside = "refuse",
) -> TerminalLoss:
    """Return the urban or suburban clutter loss of a terrestrial path, P.2108 section 3.2.

    Parameters
    ----------
    frequency_ghz
        0.5 to 67 GHz.
    distance_m
        Length of the path: at least 250 m, or 1 km where the loss is applied at both ends.
    location_share
        Share of locations at which the loss is not exceeded, between 0 and 1.
    both_ends
        Whether the caller also applies this loss at the other end; the result is that of one end.
    outside
        Outside the ranges: raise, or compute and flag.

    Raises
    ------
    InputError
        Outside the ranges, unless flagged.
    """
    valid = _checked(
        f"{CLUTTER_EDITION}, section 3.2",
        outside,
        _Given("frequency_ghz", frequency_ghz, 0.5, 67.0),
        _Given("distance_m", distance_m, 1000.0 if both_ends else 250.0, math.inf),
        _share("location_share", location_share),
    )
    loss_db = p2108.terrestrial_clutter_loss_db(frequency_ghz, distance_m, location_share)
    return TerminalLoss(float(loss_db), valid)


def slant_clutter_loss(
    frequency_ghz: float,
    elevation_deg: float,
    location_share: float = 0.5,
    *,
    outside: Outside = "refuse",
) -> TerminalLoss:
    """Return the clutter loss towards a satellite or aircraft, P.2108 section 3.3.

    For 10 to 100 GHz and elevations of 0 to 90 degrees; not exceeded at ``location_share``.

    Raises
    ------
    InputError
        Outside the ranges, unless flagged.
    """
    valid = _checked(
        f"{CLUTTER_EDITION}, section 3.3",
        outside,
        _Given("frequency_ghz", frequency_ghz, 10.0, 100.0),
        _Given("elevation_deg", elevation_deg, 0.0, 90.0),
        _share("location_share", location_share),
    )
    loss_db = p2108.slant_clutter_loss_db(frequency_ghz, elevation_deg, location_share)
    return TerminalLoss(float(loss_db), valid)


def building_entry_loss(
    building: Building,
    frequency_ghz: float,
    *,
    elevation_deg: float = 0.0,
    probability: float = 0.5,
    outside: Outside = "refuse",
) -> TerminalLoss:
    """Return the building entry loss not exceeded with a probability, P.2109.

    For 0.08 to 100 GHz; ``elevation_deg`` is that of the path at the facade, -90 to 90.

    Raises
    ------
    InputError
        For an unknown building, and outside the ranges unless flagged.
    """
    code = code_of(_BUILDING_CODES, "building", building)
    valid = _checked(
        BUILDING_EDITION,
        outside,
        _Given("frequency_ghz", frequency_ghz, 0.08, 100.0),
        _Given("elevation_deg", elevation_deg, -90.0, 90.0),
        _share("probability", probability),
    )
    loss_db = p2109.entry_loss_db(code, frequency_ghz, elevation_deg, probability)
    return TerminalLoss(float(loss_db), valid)
