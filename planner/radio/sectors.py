"""Sectors of stations, and the broadcast signal (SSB) that each of them sends."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from planner.columns import Column
from planner.errors import InputError
from planner.ground.area_class import AREA_CLASSES
from planner.radio.antenna import AntennaPattern, antenna_pattern
from planner.radio.budget_lines import BudgetLine, budget_line
from planner.radio.budget_table import budget_dict, budget_text
from planner.radio.calibrated import class_buildings
from planner.radio.link_budget import THERMAL_NOISE_DBM_HZ, LinkBudget
from planner.radio.penetration import mean_loss_db
from planner.radio.service_radius import ServiceRadius, service_radii
from planner.scenario.base import Origin
from planner.scenario.radio import ClassRadio, RadioSection
from planner.scenario.service import ServiceSection

SECTORS: Mapping[str, Column] = {
    row[0]: Column(*row)
    for row in (
        ("sector", "", "Sector", "小区编号", "number in the map of best servers, from 0"),
        ("site", "", "Site", "基站编号", "identifier of its station"),
        ("lon", "degree", "Longitude", "经度", "WGS 84"),
        ("lat", "degree", "Latitude", "纬度", "WGS 84"),
        ("band", "", "Band", "频段", "band whose carrier the sector has"),
        ("area_class", "", "Area class", "区域类型", "class of the station's own cell"),
        ("azimuth_deg", "degree", "Azimuth", "方位角", "clockwise from north"),
        ("height_m", "m", "Height", "挂高", "antenna above ground"),
        ("power_dbm", "dBm", "Power", "发射功率", "all antennas of the sector"),
        ("electrical_tilt_deg", "degree", "Electrical tilt", "电下倾角", "downwards"),
        ("mechanical_tilt_deg", "degree", "Mechanical tilt", "机械下倾角", "downwards"),
        ("load", "share", "Load", "负荷", "share of the time in which it interferes"),
        ("antenna", "", "Antenna", "天线", "antenna file of its own; empty: that of the scenario"),
    )
}
"""Columns of the table of sectors."""


def sector_table(
    sites: pd.DataFrame, radio: RadioSection, *, pattern: AntennaPattern
) -> pd.DataFrame:
    """Return the sectors of sites with the columns of :data:`SECTORS`, site by site.

    ``sites`` has the columns site, lon, lat and area_class; and, where a site differs from the
    scenario, azimuths_deg (a tuple), height_m, power_dbm, electrical_tilt_deg,
    mechanical_tilt_deg, load, band and antenna, with NaN or None for the scenario's value. The
    column antenna is there only if a site has one of its own.
    """
    antenna = radio.antenna
    directions = (0.0,) if pattern.is_omni else antenna.azimuths_deg
    given = sites.get("azimuths_deg", pd.Series([None] * len(sites), index=sites.index))
    azimuths = [directions if own is None else own for own in given]
    rows = np.repeat(np.arange(len(sites)), [len(own) for own in azimuths])
    repeated = sites.iloc[rows].reset_index(drop=True)
    heights = {known.key: getattr(radio, known.key).base_height_m for known in AREA_CLASSES}
    defaults = {
        "band": radio.band,
        "height_m": repeated["area_class"].map(heights),
        "power_dbm": radio.base_power_dbm,
        "electrical_tilt_deg": antenna.electrical_tilt_deg,
        "mechanical_tilt_deg": antenna.mechanical_tilt_deg,
        "load": radio.maps_load,
    }
    table = repeated[["site", "lon", "lat", "area_class"]].copy()
    table["sector"] = np.arange(len(table))
    table["azimuth_deg"] = [float(azimuth) for own in azimuths for azimuth in own]
    for column, default in defaults.items():
        table[column] = default
        if column in repeated:
            table[column] = repeated[column].where(repeated[column].notna(), table[column])
            if column != "band":
                table[column] = table[column].astype(float)
    if "antenna" not in repeated:
        return table[[name for name in SECTORS if name != "antenna"]]
    table["antenna"] = repeated["antenna"].fillna("")
    return table[list(SECTORS)]


def broadcast_gain_dbi(radio: RadioSection, pattern: AntennaPattern) -> float:
    """Return the gain of the broadcast beams in the antenna's direction, minus the feeder loss.

    The gain of an antenna file replaces ``base_antenna_gain_dbi``.
    """
    gain_dbi = radio.base_antenna_gain_dbi if pattern.gain_dbi is None else pattern.gain_dbi
    return gain_dbi + radio.broadcast_beam_gain_db - radio.feeder_loss_db


def traffic_beam_gain_db(radio: RadioSection) -> float:
    """Return the gain of a user's own beam relative to the broadcast beams.

    Neighbours send their data towards their own users, which on average over time and over the cell
    is about the pattern of the broadcast beams; so interference uses the broadcast gain. An
    antenna file's gain applies to both, unless the scenario also gives the broadcast beams' gain.
    """
    if radio.antenna.file is not None and radio.antenna.broadcast_beam_gain_db is None:
        return 0.0
    return max(radio.beamforming_gain_db - radio.broadcast_beam_gain_db, 0.0)


def element_power_db(radio: RadioSection) -> float:
    """Return the share of a sector's power in one resource element, in dB (negative)."""
    return -10.0 * math.log10(12.0 * radio.resource_blocks)


def element_noise_dbm(radio: RadioSection) -> float:
    """Return the noise of the terminal in one resource element."""
    return (
        THERMAL_NOISE_DBM_HZ
        + 10.0 * math.log10(radio.subcarrier_khz * 1e3)
        + radio.ue_noise_figure_db
    )


def class_building_loss_db(radio: RadioSection, service: ServiceSection, key: str) -> float:
    """Return the mean loss into the buildings of an area class."""
    class_radio: ClassRadio = getattr(radio, key)
    return mean_loss_db(class_buildings(class_radio, service, key, radio.frequency_ghz))


def with_broadcast_lines(
    radii: Sequence[ServiceRadius],
    radio: RadioSection,
    service: ServiceSection,
    pattern: AntennaPattern,
) -> tuple[ServiceRadius, ...]:
    """Return the radii with the lines of the broadcast signal (SSB) added to their budgets.

    A class whose radius the scenario gives directly has no budget, and gets no lines.
    """
    added = []
    for radius in radii:
        if radius.mapl_db is None:
            added.append(radius)
            continue
        lines = _broadcast_lines(radius, radio, service, pattern)
        budget: LinkBudget = replace(radius.budget, lines=(*radius.budget.lines, *lines))
        added.append(replace(radius, budget=budget))
    return tuple(added)


def scenario_budgets(
    radio: RadioSection, service: ServiceSection, origin: Origin, *, as_json: bool = False
) -> str:
    """Return the link budgets of a scenario, SSB lines included: as text, or as one JSON object.

    Raises
    ------
    InputError
        As :func:`planner.radio.service_radius.service_radii`; errors name the scenario's file.
    """
    file = radio.antenna.file
    try:
        radii = service_radii(radio, service)
        pattern = antenna_pattern(
            radio.antenna, origin.path(file) if file else None, carrier_mhz=radio.carrier_mhz
        )
    except InputError as error:
        raise error.in_file(origin.file) from error
    radii = with_broadcast_lines(radii, radio, service, pattern)
    if as_json:
        return json.dumps(budget_dict(radii), ensure_ascii=False, indent=2, allow_nan=False)
    return budget_text(radii)


def _broadcast_lines(
    radius: ServiceRadius, radio: RadioSection, service: ServiceSection, pattern: AntennaPattern
) -> tuple[BudgetLine, ...]:
    element_dbm = radio.base_power_dbm + element_power_db(radio)
    gain_dbi = broadcast_gain_dbi(radio, pattern)
    eirp_dbm = element_dbm + gain_dbi
    terminal_db = radio.ue_antenna_gain_dbi - radio.body_loss_db
    rsrp_dbm = eirp_dbm + terminal_db - (radius.mapl_db or 0.0)
    power_note = "the sector's power over all subcarriers of the channel"
    outdoor_note = "median without line of sight, in the antenna's own direction"
    lines = [
        budget_line("ssb_element_power_dbm", element_dbm, "downlink", power_note),
        budget_line("ssb_antenna_gain_dbi", gain_dbi, "downlink", _gain_note(radio, pattern)),
        budget_line("ssb_eirp_dbm", eirp_dbm, "downlink"),
        budget_line("ssb_rsrp_outdoor_dbm", rsrp_dbm, "downlink", outdoor_note),
    ]
    if service.kind == "indoor":
        indoor_dbm = rsrp_dbm - class_building_loss_db(radio, service, radius.area_class)
        note = "behind the mean penetration loss"
        lines.append(budget_line("ssb_rsrp_indoor_dbm", indoor_dbm, "downlink", note))
    lines.append(budget_line("ssb_noise_dbm", element_noise_dbm(radio), "downlink"))
    return tuple(lines)


def _gain_note(radio: RadioSection, pattern: AntennaPattern) -> str:
    if pattern.gain_dbi is not None:
        return f"gain of {pattern.name} from its file, less the feeder loss"
    given = radio.antenna.broadcast_beam_gain_db is not None
    origin = "given in the scenario" if given else "assumption: 7 dB less than those of traffic"
    return (
        f"antenna gain and {radio.broadcast_beam_gain_db:g} dB of beamforming, less the feeder "
        f"loss; {origin}"
    )
