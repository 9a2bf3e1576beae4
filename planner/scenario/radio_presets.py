"""Defaults of the radio network by band and by preset.

A preset is a set of assumptions about terminals, load and antennas; a band is a carrier with its
duplex and power. Values of the band take precedence over those of the preset.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from planner.scenario.base import merged

BandName = Literal["n41", "n78", "n28"]
PresetName = Literal["sober", "2019-generous"]

BAND_DEFAULTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "n41": {},
        "n78": {
            "carrier_mhz": 3500.0,
            "downlink_time_share": 0.643,
            "uplink_time_share": 0.329,
        },
        "n28": {
            "carrier_mhz": 700.0,
            "bandwidth_mhz": 30.0,
            "subcarrier_khz": 15,
            "duplex": "fdd",
            "downlink_time_share": 1.0,
            "uplink_time_share": 1.0,
            "base_power_dbm": 52.0,
            "base_antenna_gain_dbi": 14.0,
            "beamforming_gain_db": 3.0,
            "feeder_loss_db": 0.5,
            "ue_power_dbm": 23.0,
            "downlink_layers": 2,
        },
    }
)
"""Values of each band that differ from the field defaults of ``[radio]``."""

PRESET_DEFAULTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "sober": {},
        "2019-generous": {
            "ue_power_dbm": 26.0,
            "body_loss_db": 0.0,
            "cell_load": 0.0,
            "downlink_interference_margin_db": 6.0,
            "uplink_interference_margin_db": 2.0,
            "array_pilots": 0,
            "downlink_max_bit_s_hz": 4.4,
            "suburban": {"model": "rma", "base_height_m": 35.0},
            "antenna": {"direction_in_budget": "main"},
            "maps": {"load": 0.5},
        },
    }
)
"""Values of each preset that differ from the field defaults of ``[radio]``."""


def radio_defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of ``[radio]`` with the defaults of their preset and band filled in."""

    def named(table: Mapping[str, Mapping[str, Any]], key: str, default: str) -> Mapping[str, Any]:
        name = given.get(key, default)
        return table.get(name, {}) if isinstance(name, str) else {}

    preset = named(PRESET_DEFAULTS, "preset", "sober")
    return merged(merged(preset, named(BAND_DEFAULTS, "band", "n41")), given)
