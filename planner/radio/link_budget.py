"""Link budget of NR, line by line: the loss that each direction allows between the antennas."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from kernels.radio.shannon import required_sinr_db, spectral_efficiency_bit_s_hz
from planner.errors import InputError, Problem
from planner.radio.budget_lines import BudgetLine, Direction, budget_line, given_lines
from planner.scenario.radio import ClassService, RadioSection

THERMAL_NOISE_DBM_HZ = -174.0
"""Thermal noise density: Report ITU-R M.2412-0, Table 5 (k T at 290 K is -173.98 dBm/Hz)."""

_BASE_GAIN = ("base_antenna_gain_dbi", "beamforming_gain_db", "feeder_loss_db")


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
    table = "quoted: 3GPP TS 38.101-1 V17.5.0, Table 5.3.2-1"
    return (
        *given_lines(radio, "carrier_mhz", "bandwidth_mhz", "subcarrier_khz"),
        budget_line("resource_blocks", radio.resource_blocks, note=table),
        *given_lines(radio, "duplex"),
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
        *given_lines(radio, "base_power_dbm", *_BASE_GAIN, direction="downlink"),
        budget_line("eirp_dbm", eirp_dbm, "downlink"),
        _noise_line(rate, "downlink"),
        *given_lines(radio, "ue_noise_figure_db", direction="downlink"),
        budget_line("sensitivity_dbm", sensitivity_dbm, "downlink"),
        *given_lines(
            radio,
            "ue_antenna_gain_dbi",
            "body_loss_db",
            "downlink_interference_margin_db",
            direction="downlink",
        ),
        budget_line("max_loss_db", max_loss_db, "downlink"),
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
    terminal = ("ue_power_dbm", "ue_antenna_gain_dbi", "body_loss_db")
    lines = (
        *rate.lines,
        *given_lines(radio, *terminal, direction="uplink"),
        budget_line("eirp_dbm", eirp_dbm, "uplink"),
        _noise_line(rate, "uplink"),
        *given_lines(radio, "base_noise_figure_db", direction="uplink"),
        budget_line("sensitivity_dbm", sensitivity_dbm, "uplink"),
        *given_lines(radio, *_BASE_GAIN, "uplink_interference_margin_db", direction="uplink"),
        budget_line("max_loss_db", max_loss_db, "uplink"),
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
        *given_lines(service, rate_key, direction=direction),
        *given_lines(radio, share_key, overhead_key, direction=direction),
        budget_line("edge_resource_blocks", blocks, direction),
        budget_line("efficiency_bit_s_hz", efficiency, direction),
        *given_lines(radio, shannon_key, direction=direction),
        budget_line("required_sinr_db", sinr_db, direction),
    )
    return _Rate(sinr_db, noise_dbm, lines)


def _noise_line(rate: _Rate, direction: Direction) -> BudgetLine:
    note = f"{THERMAL_NOISE_DBM_HZ:g} dBm/Hz, Report ITU-R M.2412-0"
    return budget_line("thermal_noise_dbm", rate.noise_dbm, direction, note)
