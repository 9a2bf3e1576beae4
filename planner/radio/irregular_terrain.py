"""Irregular terrain model (Longley-Rice, NTIA version 1.2.2) in planning terms.

Point to point if a terrain profile is known; area mode if only the irregularity is known. Inputs
that the model cannot compute are refused with all problems at once; results at its limits come
with warnings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from kernels.radio.itm import losses as itm
from kernels.radio.itm import path as itm_path
from kernels.radio.itm import reference as itm_reference
from kernels.radio.itm import variability as itm_variability
from planner.errors import InputError, Problem
from planner.radio.kernel_codes import code_of, kernel_codes
from planner.radio.propagation_model import Link

Climate = Literal[
    "equatorial",
    "continental_subtropical",
    "maritime_subtropical",
    "desert",
    "continental_temperate",
    "maritime_temperate_land",
    "maritime_temperate_sea",
]
Mode = Literal["single_message", "accidental", "mobile", "broadcast"]
Siting = Literal["random", "careful", "very_careful"]
Polarisation = Literal["horizontal", "vertical"]
Mechanism = Literal["line_of_sight", "diffraction", "scatter"]

EDITION = "NTIA Irregular Terrain Model 1.2.2"

PLAINS_M = 30.0
HILLS_M = 90.0
MOUNTAINS_M = 200.0
"""Terrain irregularity of kinds of land: NTIA Report 82-100, with 90 m as average."""

_CLIMATES = kernel_codes(Climate, itm_variability)
_MODES = kernel_codes(Mode, itm_variability)
_SITINGS = kernel_codes(Siting, itm_path)
_POLARISATIONS = kernel_codes(Polarisation, itm_path)
_MECHANISMS: dict[int, Mechanism] = {
    getattr(itm_reference, name.upper()): name for name in get_args(Mechanism)
}
_LENGTH = "distance_m"
_ERRORS: tuple[tuple[int, str, str], ...] = (
    (itm.ERROR_HEIGHT_1, "base_height_m", "0.5 to 3000"),
    (itm.ERROR_HEIGHT_2, "ue_height_m", "0.5 to 3000"),
    (itm.ERROR_FREQUENCY, "frequency_ghz", "0.02 to 20"),
    (itm.ERROR_REFRACTIVITY, "refractivity", "250 to 400 N-units"),
    (itm.ERROR_PERMITTIVITY, "permittivity", "at least 1"),
    (itm.ERROR_CONDUCTIVITY, "conductivity_s_m", "more than 0"),
    (itm.ERROR_TIME, "time_share", "between 0 and 1"),
    (itm.ERROR_LOCATION, "location_share", "between 0 and 1"),
    (itm.ERROR_SITUATION, "situation_share", "between 0 and 1"),
    (itm.ERROR_IRREGULARITY, "irregularity_m", "0 or more"),
    (itm.ERROR_DISTANCE, _LENGTH, "more than 0"),
    (itm.ERROR_PROFILE, "terrain_m", "at least two heights, all of them numbers"),
    (itm.ERROR_IMPEDANCE, "permittivity", "a ground that reflects less than a perfect mirror"),
    (itm.ERROR_EARTH_RADIUS, "refractivity", "an effective earth radius of 4,000 to 13,333 km"),
    (itm.ERROR_SURFACE_REFRACTIVITY_SMALL, "terrain_m", "at least 150 N-units at its height"),
    (itm.ERROR_SURFACE_REFRACTIVITY_LARGE, "terrain_m", "at most 400 N-units at its height"),
)
_WARNINGS: tuple[tuple[int, str], ...] = (
    (itm.WARNING_HEIGHT_1, "base station below 1 m or above 1000 m"),
    (itm.WARNING_HEIGHT_2, "terminal below 1 m or above 1000 m"),
    (itm.WARNING_FREQUENCY, "frequency below 40 MHz or above 10 GHz"),
    (itm.WARNING_DISTANCE_LARGE, "path longer than 1000 km"),
    (itm.WARNING_DISTANCE_TOO_LARGE, "path longer than 2000 km"),
    (itm.WARNING_DISTANCE_SMALL, "path short against the difference in effective heights"),
    (itm.WARNING_DISTANCE_TOO_SMALL, "path shorter than 1 km"),
    (itm.WARNING_HORIZON_ANGLE_1, "steep horizon at the base station"),
    (itm.WARNING_HORIZON_ANGLE_2, "steep horizon at the terminal"),
    (itm.WARNING_HORIZON_NEAR_1, "horizon of the base station very near"),
    (itm.WARNING_HORIZON_NEAR_2, "horizon of the terminal very near"),
    (itm.WARNING_HORIZON_FAR_1, "horizon of the base station very far"),
    (itm.WARNING_HORIZON_FAR_2, "horizon of the terminal very far"),
    (itm.WARNING_EXTREME_QUANTILES, "shares far in the tails of their distributions"),
    (itm.WARNING_SURFACE_REFRACTIVITY, "surface refractivity below 250 N-units"),
)


@dataclass(frozen=True)
class Surroundings:
    """Ground, air and polarisation; the defaults are average ground and average air.

    Suggested values of NTIA Report 82-100: relative permittivity 15, conductivity 0.005 S/m, and
    the 301 N-units at sea level of a continental temperate climate.
    """

    permittivity: float = 15.0
    conductivity_s_m: float = 0.005
    refractivity: float = 301.0
    polarisation: Polarisation = "vertical"
    climate: Climate = "continental_temperate"


@dataclass(frozen=True)
class Reliability:
    """Shares of time, locations and situations in which the loss is not exceeded.

    ``mode`` sets how the three kinds of variability combine: NTIA Report 82-100.
    """

    mode: Mode = "broadcast"
    time_share: float = 0.5
    location_share: float = 0.5
    situation_share: float = 0.5
    location_spread: bool = True
    situation_spread: bool = True


@dataclass(frozen=True)
class IrregularTerrainLoss:
    """A basic transmission loss, its ingredients, and its warnings."""

    loss_db: float
    reference_attenuation_db: float
    free_space_db: float
    irregularity_m: float
    mechanism: Mechanism
    warnings: tuple[str, ...]


def point_to_point_loss(
    terrain_m: npt.ArrayLike,
    step_m: float,
    link: Link,
    *,
    surroundings: Surroundings | None = None,
    wanted: Reliability | None = None,
) -> IrregularTerrainLoss:
    """Return the loss along a terrain profile.

    Parameters
    ----------
    terrain_m
        Terrain heights over sea level at equal steps, from below the base station to below the
        terminal (two or more).
    step_m
        Ground distance between them.
    link
        Frequency and both heights over ground.
    surroundings
        Ground, air and polarisation.
    wanted
        Quantiles of the loss; the median without them.

    Raises
    ------
    InputError
        With all inputs that the model cannot compute.
    """
    around, quantile = surroundings or Surroundings(), wanted or Reliability()
    profile_m = np.ascontiguousarray(terrain_m, dtype=np.float64).ravel()
    found = itm.point_to_point_loss(
        profile_m,
        float(step_m),
        float(link.base_height_m),
        float(link.ue_height_m),
        _medium(link, around),
        _quantiles(around, quantile),
    )
    return _checked(found, link, around, quantile, {"step_m": step_m})


def area_loss(
    distance_m: float,
    irregularity_m: float,
    link: Link,
    *,
    base_siting: Siting = "careful",
    surroundings: Surroundings | None = None,
    wanted: Reliability | None = None,
) -> IrregularTerrainLoss:
    """Return the loss over a distance in an area whose irregularity alone is known.

    Parameters
    ----------
    distance_m
        Ground distance.
    irregularity_m
        Interdecile range of terrain heights, such as :data:`HILLS_M`.
    link
        Frequency and both heights over ground.
    base_siting
        Care with which the base station was sited; terminals are anywhere.
    surroundings
        Ground, air and polarisation.
    wanted
        Quantiles of the loss; the median without them.

    Raises
    ------
    InputError
        With all inputs that the model cannot compute.
    """
    around, quantile = surroundings or Surroundings(), wanted or Reliability()
    found = itm.area_loss(
        float(distance_m),
        float(link.base_height_m),
        float(link.ue_height_m),
        code_of(_SITINGS, "base_siting", base_siting),
        itm_path.RANDOM,
        float(irregularity_m),
        _medium(link, around),
        _quantiles(around, quantile),
    )
    given = {"distance_m": distance_m, "irregularity_m": irregularity_m}
    return _checked(found, link, around, quantile, given)


def area_median_losses_db(
    distances_m: npt.NDArray[np.float64], irregularity_m: float, link: Link
) -> npt.NDArray[np.float64]:
    """Return median losses over distances (float64, N) from a carefully sited base station.

    Average ground and air; NaN where the model cannot compute.
    """
    around, quantile = Surroundings(), Reliability()
    return np.asarray(
        itm.area_losses_db(
            distances_m,
            float(link.base_height_m),
            float(link.ue_height_m),
            itm_path.CAREFUL,
            itm_path.RANDOM,
            float(irregularity_m),
            _medium(link, around),
            _quantiles(around, quantile),
        )
    )


def _medium(link: Link, around: Surroundings) -> itm_path.Medium:
    return itm_path.Medium(
        float(link.frequency_ghz),
        code_of(_POLARISATIONS, "polarisation", around.polarisation),
        float(around.permittivity),
        float(around.conductivity_s_m),
        float(around.refractivity),
    )


def _quantiles(around: Surroundings, wanted: Reliability) -> itm_variability.Quantiles:
    mode = code_of(_MODES, "mode", wanted.mode)
    if not wanted.location_spread:
        mode += itm_variability.NO_LOCATION_SPREAD
    if not wanted.situation_spread:
        mode += itm_variability.NO_SITUATION_SPREAD
    return itm_variability.Quantiles(
        code_of(_CLIMATES, "climate", around.climate),
        mode,
        float(wanted.time_share),
        float(wanted.location_share),
        float(wanted.situation_share),
    )


def _checked(
    found: itm.TerrainLoss,
    link: Link,
    around: Surroundings,
    wanted: Reliability,
    given: dict[str, float],
) -> IrregularTerrainLoss:
    """Return the kernel's result, or raise with all of its errors by the names of inputs."""
    if found.errors:
        values = {**vars(link), **vars(around), **vars(wanted), **given}
        names = {_LENGTH: next(iter(given))}
        raise InputError(
            Problem(f"outside {EDITION}", key=name, value=values.get(name), expected=expected)
            for flag, key, expected in _ERRORS
            if found.errors & flag and (name := names.get(key, key))
        )
    return IrregularTerrainLoss(
        loss_db=found.loss_db,
        reference_attenuation_db=found.reference_db,
        free_space_db=found.free_space_db,
        irregularity_m=found.irregularity_m,
        mechanism=_MECHANISMS[found.mechanism],
        warnings=tuple(text for flag, text in _WARNINGS if found.warnings & flag),
    )
