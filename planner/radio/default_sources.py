"""Sources of the defaults of the radio network and of the service.

``quoted``: given in a document; ``derived``: arithmetic on quoted values; ``assumption``: not
based on a document that was read for this project.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from planner.scenario.base import Section
from planner.scenario.radio import RadioSection
from planner.scenario.radio_presets import BAND_DEFAULTS, PRESET_DEFAULTS, BandName, PresetName
from planner.scenario.service import ServiceSection

_M2412 = "Report ITU-R M.2412-0 (2017), Table 5 b, macro layer at 4 GHz"
_TR36942 = "3GPP TR 36.942 V8.2.0, Annex A, Table A.1"
_TS38306 = "3GPP TS 38.306, clause 4.1.2, frequency range 1"
_TR38901 = "3GPP TR 38.901 V17.0.0"

DEFAULT_SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "carrier_mhz": "nominal carrier of the band",
        "bandwidth_mhz": "quoted: 100 MHz TDD in the bands of 2020; 30 MHz in n28 is an assumption",
        "subcarrier_khz": "assumption: 30 kHz in time division, 15 kHz in n28",
        "duplex": "quoted: n41 and n78 are time division, n28 frequency division",
        "downlink_time_share": "assumption: frames DDDDDDDSUU (S 6:4:4) in n41, DDDSUDDSUU "
        "(S 10:2:2) in n78; all symbols of both parts of S count",
        "uplink_time_share": "assumption: frames DDDDDDDSUU (S 6:4:4) in n41, DDDSUDDSUU "
        "(S 10:2:2) in n78; all symbols of both parts of S count",
        "downlink_overhead": f"quoted: {_TS38306}",
        "uplink_overhead": f"quoted: {_TS38306}",
        "base_power_dbm": "assumption: 200 W over 64 transmitters in n41 and n78, 160 W in n28",
        "base_antenna_gain_dbi": "assumption: with the beamforming gain 25 dBi in n41 and n78",
        "beamforming_gain_db": "assumption: with the antenna gain 25 dBi in n41 and n78",
        "feeder_loss_db": "assumption: none where radio and antenna are one unit",
        "base_noise_figure_db": f"quoted: {_M2412}",
        "array_pilots": "assumption: two DM-RS symbols of a slot, six elements each in a resource "
        "block, 3 dB stronger than the data, over the 1.4 blocks of a coherence bandwidth of 0.5 "
        "MHz (UMa without sight at 2.6 GHz: delay spread 0.4 us, TR 38.901 Table 7.5-6)",
        "sounding_blocks": "assumption: sounding hops over 48 blocks",
        "ue_power_dbm": "quoted: 3GPP TS 38.101-1 Table 6.2.1-1, power class 3, which every "
        "terminal has; class 2 (26 dBm) is an option in n41 and n78",
        "ue_antenna_gain_dbi": f"quoted: {_M2412}",
        "ue_noise_figure_db": f"quoted: {_M2412}",
        "body_loss_db": "quoted: 3 dB, typical below 6 GHz (5g6gacademy.com, 5G link budget, "
        "parameter reference); budgets for data on a table take none",
        "cell_load": "quoted: 50 % of the downlink resource blocks for middle packets, and of the "
        "uplink's, in the design rules of China Mobile's 4G (bwwdw.com/article/dq2f.html); that 5G "
        "is designed alike is an assumption",
        "downlink_interference_over_noise_db": "assumption: 6 dB of noise rise at half load",
        "uplink_interference_over_noise_db": "derived: an interference density of -165.7 dBm/Hz "
        "over noise of -174 + 5 dBm/Hz; that the density is the uplink's in the template of "
        "M.2412 is recalled, an assumption",
        "downlink_interference_margin_db": "assumption: loaded neighbours",
        "uplink_interference_margin_db": "assumption: moderate load; chosen with the published "
        "dense urban spacing in view, which 1 dB more shortens by a twentieth",
        "downlink_shannon_share": f"quoted: {_TR36942}",
        "uplink_shannon_share": f"quoted: {_TR36942}",
        "min_sinr_db": f"quoted: {_TR36942}",
        "downlink_max_bit_s_hz": f"quoted: {_TR36942}",
        "uplink_max_bit_s_hz": f"assumption: recalled of {_TR36942}",
        "downlink_layers": "assumption: four receive antennas in the terminal, two in n28",
        "uplink_layers": "assumption: one transmit antenna in the terminal",
        "ssb_min_sinr_db": "assumption: recalled of 3GPP TS 38.133, SSB Es/Iot of -6 dB",
        "prach_khz": "quoted: 839 subcarriers of 1.25 kHz, 3GPP TS 38.211, Table 6.3.3.1-1",
        "prach_min_sinr_db": "assumption: recalled of 3GPP TS 38.104, Table 8.4.2.2-1, -6.6 dB at "
        "each of two antennas (format 0, fading), and 3 dB for both",
        "pucch_blocks": "assumption: format 3 in one resource block",
        "pucch_min_sinr_db": "assumption",
        "model": "assumption: urban macro in towns and their suburbs; rural macro, whose formula "
        "takes the height of the buildings, outside them",
        "base_height_m": f"quoted for uma (25 m): {_TR38901}, Table 7.4.1-1; "
        "45 m in rural areas is an assumption, common height of lattice towers",
        "building_height_m": f"quoted: 5 m, {_TR38901}, Table 7.4.1-1; 10 m in suburban areas is "
        "an assumption",
        "street_width_m": f"quoted: {_TR38901}, Table 7.4.1-1",
        "downlink_mbit_s": "quoted: edge rates of 50/5 and 10/1 Mbit/s in plans of 2020; which "
        "class gets which outside dense urban areas is an assumption",
        "uplink_mbit_s": "quoted: edge rates of 50/5 and 10/1 Mbit/s in plans of 2020; which "
        "class gets which outside dense urban areas is an assumption",
        "high_loss_building_share": f"quoted: 20 % in dense urban areas, none in rural ones, "
        f"{_M2412}; 20 % in urban and suburban areas is an assumption",
        "reach_factor": "derived: so that siting counts as many users of each class as are "
        "expected to be served, in a first plan by the greedy",
        "situations": "assumption: equal shares of users; more follow the served share closer",
        "outdoor_share": f"quoted: 20 % outdoors, 80 % indoors, {_M2412}",
        "window_share": "assumption: three of four users indoors are in rooms along the outer wall",
        "deep_share": "assumption: one of four users indoors is behind inner walls",
        "deep_loss_db": "assumption: one or two inner walls of 5 to 10 dB",
        "shadowing_correlation": "quoted: 0.5 between sites, Report ITU-R M.2135-1, Table A1-7",
        "take_up": "assumption: all people are users; with less, the served users are reported "
        "as well",
        "penetration_model": "assumption: the 3GPP model, as in most studies of 5G networks; ITU-R "
        "P.2109 by choice",
        "penetration_probability": "assumption: all places indoors count, with P.2109's whole "
        "distribution",
        "floors": "assumption: 6 in towns, the mean of the 4 to 8 floors of the urban macro layout "
        "(3GPP TR 36.873, recalled), 3 and 2 outside them; users on the ground floor alone would "
        "shorten the dense urban spacing by a fifth",
        "outdoor_ue_height_m": f"quoted: {_TR38901}, Table 7.4.1-1",
        "probability": "quoted: 95 % in the published plans",
        "probability_of": "assumption: the published 95 % is a share of the cell's area",
    }
)
"""Source of each default, by the name of its key."""


def source_note(section: Section, key: str) -> str:
    """Return the source of a value: that of its default, or that the scenario gives it.

    The defaults of the radio network are those of its preset and band.
    """
    if not isinstance(section, RadioSection):
        own = getattr(section, key) == getattr(_defaults(type(section)), key)
        return DEFAULT_SOURCES[key] if own else "given in the scenario"
    if getattr(section, key) != getattr(_radio_defaults(section.band, section.preset), key):
        return "given in the scenario"
    if key in PRESET_DEFAULTS[section.preset] and key not in BAND_DEFAULTS[section.band]:
        return f'assumption: preset "{section.preset}"'
    return DEFAULT_SOURCES[key]


@cache
def _defaults(section: type[Section]) -> Section:
    return section()


@cache
def _radio_defaults(band: BandName, preset: PresetName) -> RadioSection:
    return RadioSection(band=band, preset=preset)


def sources_markdown() -> str:
    """Return the defaults with their sources as a table: band n41, without the area classes."""
    sections = (RadioSection(), RadioSection().control, ServiceSection())
    rows = [
        f"| `{key}` | {_shown(getattr(section, key))} | {DEFAULT_SOURCES[key]} |"
        for section in sections
        for key in type(section).model_fields
        if key in DEFAULT_SOURCES
    ]
    return "\n".join(["| key | default | source |", "|---|---|---|", *rows])


def _shown(value: object) -> str:
    """Return a default as text."""
    if value is None:
        return "computed"
    return f"{value:g}" if isinstance(value, float) else str(value)
