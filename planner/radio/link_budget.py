"""Link budget of NR, line by line: the loss that each direction allows between the antennas."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from kernels.radio.shannon import required_sinr_db, spectral_efficiency_bit_s_hz
from planner.errors import InputError, Problem
from planner.radio.default_sources import source_note
from planner.scenario.radio import ClassService, RadioSection

Direction = Literal["downlink", "uplink", "both"]

THERMAL_NOISE_DBM_HZ = -174.0
"""Thermal noise density: Report ITU-R M.2412-0, Table 5 (k T at 290 K is -173.98 dBm/Hz)."""


@dataclass(frozen=True)
class BudgetLine:
    """One line of a link budget: a value with its names, unit, direction and origin."""

    key: str
    label_en: str
    label_zh: str
    value: float | str
    unit: str
    direction: Direction
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the line as plain values, for JSON."""
        return {
            "key": self.key,
            "label_en": self.label_en,
            "label_zh": self.label_zh,
            "value": self.value,
            "unit": self.unit,
            "direction": self.direction,
            "note": self.note,
        }


@dataclass(frozen=True)
class DirectionBudget:
    """Maximum loss of one direction between the antennas' terminals, walls and fading included.

    ``max_loss_db`` is the transmit power with all gains, minus the sensitivity and the
    interference margin.
    """

    direction: Direction
    max_loss_db: float
    lines: tuple[BudgetLine, ...]


@dataclass(frozen=True)
class LinkBudget:
    """Link budget of one area class.

    The maximum allowable path loss (MAPL) is the part of each direction's budget that remains for
    the path outdoors, after walls and fading margin. ``None`` if the scenario gives the radius
    directly.
    """

    area_class: str
    lines: tuple[BudgetLine, ...]
    mapl_downlink_db: float | None
    mapl_uplink_db: float | None

    def value(self, key: str, direction: Direction = "both") -> float | str:
        """Return the value of one line; KeyError if there is none."""
        for line in self.lines:
            if line.key == key and line.direction == direction:
                return line.value
        raise KeyError(f"{key} ({direction})")

    def as_dict(self) -> dict[str, Any]:
        """Return the budget as plain values, for JSON."""
        return {
            "area_class": self.area_class,
            "mapl_downlink_db": self.mapl_downlink_db,
            "mapl_uplink_db": self.mapl_uplink_db,
            "lines": [line.as_dict() for line in self.lines],
        }


def shared_lines(radio: RadioSection) -> tuple[BudgetLine, ...]:
    """Return the lines that both directions and all area classes have in common."""
    return (
        _radio_line(radio, "carrier_mhz", "Carrier", "载波频率", "MHz"),
        _radio_line(radio, "bandwidth_mhz", "Channel bandwidth", "信道带宽", "MHz"),
        _radio_line(radio, "subcarrier_khz", "Subcarrier spacing", "子载波间隔", "kHz"),
        BudgetLine(
            "resource_blocks",
            "Resource blocks of the channel",
            "信道资源块数",
            float(radio.resource_blocks),
            "",
            "both",
            "quoted: 3GPP TS 38.101-1 V17.5.0, Table 5.3.2-1",
        ),
        _radio_line(radio, "duplex", "Duplex", "双工方式", ""),
    )


def downlink_budget(radio: RadioSection, service: ClassService, key: str) -> DirectionBudget:
    """Return the downlink budget of one area class.

    The base station spreads its power over all resource blocks and the user gets all of them.
    Fewer blocks would not change the power per block, and hence not the range.
    """
    rate = _rate_lines(radio, service, "downlink", radio.resource_blocks, key)
    base_gain = radio.base_antenna_gain_dbi + radio.beamforming_gain_db - radio.feeder_loss_db
    eirp_dbm = radio.base_power_dbm + base_gain
    sensitivity_dbm = rate.noise_dbm + radio.ue_noise_figure_db + rate.sinr_db
    max_loss_db = (
        eirp_dbm
        + radio.ue_antenna_gain_dbi
        - radio.body_loss_db
        - sensitivity_dbm
        - radio.downlink_interference_margin_db
    )
    lines = (
        *rate.lines,
        _radio_line(radio, "base_power_dbm", "Transmit power", "发射功率", "dBm", "downlink"),
        *_base_gain_lines(radio, "downlink"),
        _derived("eirp_dbm", "EIRP", "等效全向辐射功率", eirp_dbm, "dBm", "downlink"),
        _noise_line(rate, "downlink"),
        _radio_line(
            radio, "ue_noise_figure_db", "Receiver noise figure", "接收机噪声系数", "dB", "downlink"
        ),
        _sensitivity_line(sensitivity_dbm, "downlink"),
        _radio_line(
            radio, "ue_antenna_gain_dbi", "Terminal antenna gain", "终端天线增益", "dBi", "downlink"
        ),
        _radio_line(radio, "body_loss_db", "Body loss", "人体损耗", "dB", "downlink"),
        _radio_line(
            radio,
            "downlink_interference_margin_db",
            "Interference margin",
            "干扰余量",
            "dB",
            "downlink",
        ),
        _max_loss_line(max_loss_db, "downlink"),
    )
    return DirectionBudget("downlink", max_loss_db, lines)


def uplink_budget(radio: RadioSection, service: ClassService, key: str) -> DirectionBudget:
    """Return the uplink budget of one area class.

    The terminal's power is the limit. Spread over more resource blocks it needs less SINR and
    reaches farther, down to the lowest SINR that the receiver can use.
    """
    blocks = _uplink_blocks(radio, service)
    rate = _rate_lines(radio, service, "uplink", blocks, key)
    eirp_dbm = radio.ue_power_dbm + radio.ue_antenna_gain_dbi - radio.body_loss_db
    base_gain = radio.base_antenna_gain_dbi + radio.beamforming_gain_db - radio.feeder_loss_db
    sensitivity_dbm = rate.noise_dbm + radio.base_noise_figure_db + rate.sinr_db
    max_loss_db = eirp_dbm + base_gain - sensitivity_dbm - radio.uplink_interference_margin_db
    lines = (
        *rate.lines,
        _radio_line(radio, "ue_power_dbm", "Transmit power", "发射功率", "dBm", "uplink"),
        _radio_line(
            radio, "ue_antenna_gain_dbi", "Terminal antenna gain", "终端天线增益", "dBi", "uplink"
        ),
        _radio_line(radio, "body_loss_db", "Body loss", "人体损耗", "dB", "uplink"),
        _derived("eirp_dbm", "EIRP", "等效全向辐射功率", eirp_dbm, "dBm", "uplink"),
        _noise_line(rate, "uplink"),
        _radio_line(
            radio, "base_noise_figure_db", "Receiver noise figure", "接收机噪声系数", "dB", "uplink"
        ),
        _sensitivity_line(sensitivity_dbm, "uplink"),
        *_base_gain_lines(radio, "uplink"),
        _radio_line(
            radio,
            "uplink_interference_margin_db",
            "Interference margin",
            "干扰余量",
            "dB",
            "uplink",
        ),
        _max_loss_line(max_loss_db, "uplink"),
    )
    return DirectionBudget("uplink", max_loss_db, lines)


@dataclass(frozen=True)
class _Rate:
    """Return the SINR that the edge rate needs, the noise in its bandwidth, and their lines."""

    sinr_db: float
    noise_dbm: float
    lines: tuple[BudgetLine, ...]


def _block_hz(radio: RadioSection) -> float:
    return 12.0 * radio.subcarrier_khz * 1e3


def _uplink_blocks(radio: RadioSection, service: ClassService) -> int:
    """Return the largest number of resource blocks whose SINR is still usable."""
    lowest = spectral_efficiency_bit_s_hz(
        radio.min_sinr_db, radio.uplink_shannon_share, radio.min_sinr_db, radio.uplink_max_bit_s_hz
    )
    net = radio.uplink_time_share * (1.0 - radio.uplink_overhead)
    blocks = math.floor(service.uplink_mbit_s * 1e6 / (net * lowest * _block_hz(radio)))
    return int(max(1, min(blocks, radio.resource_blocks)))


def _rate_lines(
    radio: RadioSection, service: ClassService, direction: Direction, blocks: int, key: str
) -> _Rate:
    rate_key = f"{direction}_mbit_s"
    share_key, overhead_key = f"{direction}_time_share", f"{direction}_overhead"
    shannon_key, most_key = f"{direction}_shannon_share", f"{direction}_max_bit_s_hz"
    rate_mbit_s: float = getattr(service, rate_key)
    bandwidth_hz = blocks * _block_hz(radio)
    net = getattr(radio, share_key) * (1.0 - getattr(radio, overhead_key))
    efficiency = rate_mbit_s * 1e6 / (net * bandwidth_hz)
    most = getattr(radio, most_key)
    if efficiency > most:
        fastest = most * net * radio.resource_blocks * _block_hz(radio) / 1e6
        raise InputError(
            Problem(
                "the carrier cannot provide this rate at the cell edge",
                key=f"service.{key}.{rate_key}",
                value=rate_mbit_s,
                expected=f"at most {fastest:.0f} Mbit/s",
            )
        )
    sinr_db = max(required_sinr_db(efficiency, getattr(radio, shannon_key)), radio.min_sinr_db)
    noise_dbm = THERMAL_NOISE_DBM_HZ + 10.0 * math.log10(bandwidth_hz)
    lines = (
        BudgetLine(
            rate_key,
            "Rate at the cell edge",
            "边缘速率",
            rate_mbit_s,
            "Mbit/s",
            direction,
            source_note(service, rate_key),
        ),
        _radio_line(radio, share_key, "Share of time", "时隙占比", "", direction),
        _radio_line(radio, overhead_key, "Overhead", "开销", "", direction),
        _derived(
            "edge_resource_blocks",
            "Resource blocks at the edge",
            "边缘资源块数",
            float(blocks),
            "",
            direction,
        ),
        _derived(
            "efficiency_bit_s_hz",
            "Required spectral efficiency",
            "所需频谱效率",
            efficiency,
            "bit/s/Hz",
            direction,
        ),
        _radio_line(
            radio,
            shannon_key,
            "Attained share of the Shannon rate",
            "香农容量折算系数",
            "",
            direction,
        ),
        _derived("required_sinr_db", "Required SINR", "所需 SINR", sinr_db, "dB", direction),
    )
    return _Rate(sinr_db, noise_dbm, lines)


def _base_gain_lines(radio: RadioSection, direction: Direction) -> tuple[BudgetLine, ...]:
    return (
        _radio_line(
            radio, "base_antenna_gain_dbi", "Base antenna gain", "基站天线增益", "dBi", direction
        ),
        _radio_line(
            radio, "beamforming_gain_db", "Beamforming gain", "波束赋形增益", "dB", direction
        ),
        _radio_line(radio, "feeder_loss_db", "Feeder loss", "馈线损耗", "dB", direction),
    )


def _noise_line(rate: _Rate, direction: Direction) -> BudgetLine:
    return BudgetLine(
        "thermal_noise_dbm",
        "Thermal noise in the bandwidth",
        "热噪声功率",
        rate.noise_dbm,
        "dBm",
        direction,
        f"{THERMAL_NOISE_DBM_HZ:g} dBm/Hz, Report ITU-R M.2412-0",
    )


def _sensitivity_line(sensitivity_dbm: float, direction: Direction) -> BudgetLine:
    return _derived(
        "sensitivity_dbm", "Receiver sensitivity", "接收机灵敏度", sensitivity_dbm, "dBm", direction
    )


def _max_loss_line(max_loss_db: float, direction: Direction) -> BudgetLine:
    return _derived(
        "max_loss_db",
        "Maximum loss, walls and fading included",
        "最大允许损耗（含穿透与衰落）",
        max_loss_db,
        "dB",
        direction,
    )


def _radio_line(
    radio: RadioSection,
    key: str,
    label_en: str,
    label_zh: str,
    unit: str,
    direction: Direction = "both",
) -> BudgetLine:
    value = getattr(radio, key)
    shown = value if isinstance(value, str) else float(value)
    note = source_note(radio, key, band=radio.band)
    return BudgetLine(key, label_en, label_zh, shown, unit, direction, note)


def _derived(
    key: str, label_en: str, label_zh: str, value: float, unit: str, direction: Direction
) -> BudgetLine:
    return BudgetLine(key, label_en, label_zh, float(value), unit, direction, "computed")


def all_lines(groups: Iterable[Iterable[BudgetLine]]) -> tuple[BudgetLine, ...]:
    """Return the lines of several groups as one."""
    return tuple(line for group in groups for line in group)
