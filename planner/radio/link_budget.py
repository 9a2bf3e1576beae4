"""Link budget of NR, line by line: the loss that each direction allows between the antennas."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from kernels.radio.array_gain import array_gain, array_gain_for_sinr
from kernels.radio.noise_rise import noise_rise_db
from kernels.radio.shannon import layered_required_sinr_db, spectral_efficiency_bit_s_hz
from planner.errors import InputError, Problem
from planner.radio.budget_lines import BudgetLine, Direction, budget_line, given_lines
from planner.radio.default_sources import source_note
from planner.radio.off_axis import off_axis_loss
from planner.scenario.radio import RadioSection
from planner.scenario.service import ClassService

THERMAL_NOISE_DBM_HZ = -174.0
"""Thermal noise density: Report ITU-R M.2412-0, Table 5 (k T at 290 K is -173.98 dBm/Hz)."""

_HALVINGS = 60


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
        *given_lines(radio, "duplex", "cell_load"),
    )


def downlink_budget(radio: RadioSection, service: ClassService, key: str) -> DirectionBudget:
    """Return the downlink budget of one area class.

    The base station spreads its power over all resource blocks and the user gets those that others
    leave at the scenario's load. Its beam is steered by the terminal's sounding, which arrives the
    weaker the greater the loss: the greatest loss is that at which both fit.
    """
    rate = _rate_lines(radio, service, "downlink", free_blocks(radio), key)
    off_axis_db = off_axis_loss(radio.antenna).mean_db
    margin_db = interference_margin_db(radio, "downlink")
    sensitivity_dbm = rate.noise_dbm + radio.ue_noise_figure_db + rate.sinr_db
    unsteered_db = (
        radio.base_power_dbm
        + radio.base_antenna_gain_dbi
        - radio.feeder_loss_db
        - off_axis_db
        + radio.ue_antenna_gain_dbi
        - radio.body_loss_db
        - sensitivity_dbm
        - margin_db
    )
    array_db = _downlink_array_gain_db(radio, unsteered_db)
    base_gain_db = radio.base_antenna_gain_dbi + array_db - radio.feeder_loss_db
    eirp_dbm = radio.base_power_dbm + base_gain_db
    max_loss_db = unsteered_db + array_db
    lines = (
        *rate.lines,
        *given_lines(
            radio,
            "base_power_dbm",
            "base_antenna_gain_dbi",
            "beamforming_gain_db",
            direction="downlink",
        ),
        _array_line(radio, array_db, "downlink"),
        *given_lines(radio, "feeder_loss_db", direction="downlink"),
        budget_line("eirp_dbm", eirp_dbm, "downlink"),
        off_axis_line(radio, "downlink"),
        _noise_line(rate, "downlink"),
        *given_lines(radio, "ue_noise_figure_db", direction="downlink"),
        budget_line("sensitivity_dbm", sensitivity_dbm, "downlink"),
        *given_lines(radio, "ue_antenna_gain_dbi", "body_loss_db", direction="downlink"),
        _margin_line(radio, "downlink"),
        budget_line("max_loss_db", max_loss_db, "downlink"),
    )
    return DirectionBudget("downlink", max_loss_db, lines)


def uplink_budget(radio: RadioSection, service: ClassService, key: str) -> DirectionBudget:
    """Return the uplink budget of one area class.

    The terminal's power is the limit. Spread over more resource blocks it needs less SINR; but
    the array's gain falls with the SINR. The terminal gets the blocks that reach farthest, of
    those that others leave and down to the lowest SINR that the receiver can use.
    """
    blocks = _uplink_blocks(radio, service)
    rate = _rate_lines(radio, service, "uplink", blocks, key)
    array_db = _uplink_array_gain_db(radio, rate.sinr_db)
    eirp_dbm = radio.ue_power_dbm + radio.ue_antenna_gain_dbi - radio.body_loss_db
    base_gain_db = radio.base_antenna_gain_dbi + array_db - radio.feeder_loss_db
    sensitivity_dbm = rate.noise_dbm + radio.base_noise_figure_db + rate.sinr_db
    max_loss_db = (
        eirp_dbm
        + base_gain_db
        - off_axis_loss(radio.antenna).mean_db
        - sensitivity_dbm
        - interference_margin_db(radio, "uplink")
    )
    terminal = ("ue_power_dbm", "ue_antenna_gain_dbi", "body_loss_db")
    lines = (
        *rate.lines,
        *given_lines(radio, *terminal, direction="uplink"),
        budget_line("eirp_dbm", eirp_dbm, "uplink"),
        _noise_line(rate, "uplink"),
        *given_lines(radio, "base_noise_figure_db", direction="uplink"),
        budget_line("sensitivity_dbm", sensitivity_dbm, "uplink"),
        *given_lines(radio, "base_antenna_gain_dbi", "beamforming_gain_db", direction="uplink"),
        _array_line(radio, array_db, "uplink"),
        *given_lines(radio, "feeder_loss_db", direction="uplink"),
        off_axis_line(radio, "uplink"),
        _margin_line(radio, "uplink"),
        budget_line("max_loss_db", max_loss_db, "uplink"),
    )
    return DirectionBudget("uplink", max_loss_db, lines)


def block_hz(radio: RadioSection) -> float:
    """Return the bandwidth of a resource block."""
    return 12.0 * radio.subcarrier_khz * 1e3


def noise_dbm(bandwidth_hz: float) -> float:
    """Return the thermal noise in a bandwidth."""
    return THERMAL_NOISE_DBM_HZ + 10.0 * math.log10(bandwidth_hz)


def free_blocks(radio: RadioSection) -> int:
    """Return the resource blocks that other users leave at the scenario's load, at least one."""
    return max(1, math.floor(radio.resource_blocks * (1.0 - radio.cell_load) + 1e-9))


def interference_margin_db(radio: RadioSection, direction: Literal["downlink", "uplink"]) -> float:
    """Return the noise rise of a direction: given in the scenario, or by its load."""
    given: float | None = getattr(radio, f"{direction}_interference_margin_db")
    if given is not None:
        return given
    full_db: float = getattr(radio, f"{direction}_interference_over_noise_db")
    return float(noise_rise_db(radio.cell_load, full_db))


def sounding_snr_db(radio: RadioSection, loss_db: float) -> float:
    """Return the signal-to-noise ratio of the terminal's sounding at one antenna of the array.

    ``loss_db`` is the whole loss between the antennas' terminals; interference counts as noise.
    """
    blocks = min(radio.sounding_blocks, radio.resource_blocks)
    received_dbm = (
        radio.ue_power_dbm
        + radio.ue_antenna_gain_dbi
        - radio.body_loss_db
        + radio.base_antenna_gain_dbi
        - radio.feeder_loss_db
        - loss_db
    )
    return (
        received_dbm
        - noise_dbm(blocks * block_hz(radio))
        - radio.base_noise_figure_db
        - interference_margin_db(radio, "uplink")
    )


def off_axis_line(radio: RadioSection, direction: Direction) -> BudgetLine:
    """Return the line of the mean loss off the antennas' main directions."""
    loss = off_axis_loss(radio.antenna)
    note = (
        "derived: 3GPP TR 38.901 V17.0.0, Table 7.3-1, over the directions of "
        f"{len(radio.antenna.azimuths_deg)} sectors; spread {loss.sigma_db:.1f} dB"
    )
    if loss.mean_db == 0.0:
        note = "omni antenna, or all users in the main direction"
    return budget_line("off_axis_loss_db", loss.mean_db, direction, note)


@dataclass(frozen=True)
class _Rate:
    """Return the SINR that the edge rate needs, the noise in its bandwidth, and their lines."""

    sinr_db: float
    noise_dbm: float
    lines: tuple[BudgetLine, ...]


def _least_gain_db(radio: RadioSection) -> float:
    """Return the gain of the beams that need no estimate: those of the broadcast signal."""
    return min(radio.broadcast_beam_gain_db, radio.beamforming_gain_db)


def _is_always_full(radio: RadioSection) -> bool:
    return radio.array_pilots == 0 or radio.beamforming_gain_db <= 0.0


def _downlink_array_gain_db(radio: RadioSection, unsteered_db: float) -> float:
    """Return the array's gain at the greatest loss: the loss rises with it, and it falls with that.

    ``unsteered_db``: the greatest loss without gain of the array.
    """
    if _is_always_full(radio):
        return radio.beamforming_gain_db
    full = 10.0 ** (0.1 * radio.beamforming_gain_db)
    low_db, high_db = _least_gain_db(radio), radio.beamforming_gain_db
    for _ in range(_HALVINGS):
        middle_db = 0.5 * (low_db + high_db)
        snr = 10.0 ** (0.1 * sounding_snr_db(radio, unsteered_db + middle_db))
        if 10.0 * math.log10(array_gain(snr, full, radio.array_pilots)) > middle_db:
            low_db = middle_db
        else:
            high_db = middle_db
    return low_db


def _uplink_array_gain_db(radio: RadioSection, sinr_db: float) -> float:
    if _is_always_full(radio):
        return radio.beamforming_gain_db
    full = 10.0 ** (0.1 * radio.beamforming_gain_db)
    gain = array_gain_for_sinr(10.0 ** (0.1 * sinr_db), full, radio.array_pilots)
    return max(10.0 * math.log10(gain), _least_gain_db(radio))


def _uplink_blocks(radio: RadioSection, service: ClassService) -> int:
    """Return the number of resource blocks that reach farthest, of those whose SINR is usable."""
    lowest = spectral_efficiency_bit_s_hz(
        radio.min_sinr_db, radio.uplink_shannon_share, radio.min_sinr_db, radio.uplink_max_bit_s_hz
    )
    net = radio.uplink_time_share * (1.0 - radio.uplink_overhead)
    per_block = service.uplink_mbit_s * 1e6 / (net * block_hz(radio))
    most = max(1, min(math.floor(per_block / lowest), free_blocks(radio)))

    def reach_db(blocks: int) -> float:
        sinr_db = _required_sinr_db(radio, "uplink", per_block / blocks)
        if math.isnan(sinr_db):
            return -math.inf
        return _uplink_array_gain_db(radio, sinr_db) - sinr_db - 10.0 * math.log10(blocks)

    # Of equals the most blocks, as where the gain does not depend on the SINR.
    return max(range(most, 0, -1), key=reach_db)


def _required_sinr_db(
    radio: RadioSection, direction: Literal["downlink", "uplink"], efficiency: float
) -> float:
    """Return the SINR that carries a rate per bandwidth, NaN if none does."""
    sinr_db: float = layered_required_sinr_db(
        efficiency,
        getattr(radio, f"{direction}_shannon_share"),
        getattr(radio, f"{direction}_max_bit_s_hz"),
        getattr(radio, f"{direction}_layers"),
    )
    return sinr_db if math.isnan(sinr_db) else max(sinr_db, radio.min_sinr_db)


def _rate_lines(
    radio: RadioSection,
    service: ClassService,
    direction: Literal["downlink", "uplink"],
    blocks: int,
    key: str,
) -> _Rate:
    rate_key = f"{direction}_mbit_s"
    share_key, overhead_key = f"{direction}_time_share", f"{direction}_overhead"
    shannon_key, layers_key = f"{direction}_shannon_share", f"{direction}_layers"
    rate_mbit_s: float = getattr(service, rate_key)
    bandwidth_hz = blocks * block_hz(radio)
    net = getattr(radio, share_key) * (1.0 - getattr(radio, overhead_key))
    efficiency = rate_mbit_s * 1e6 / (net * bandwidth_hz)
    most = getattr(radio, f"{direction}_max_bit_s_hz") * getattr(radio, layers_key)
    if efficiency > most:
        fastest = most * net * free_blocks(radio) * block_hz(radio) / 1e6
        load = f" at a load of {radio.cell_load:g}" if radio.cell_load else ""
        raise InputError(
            Problem(
                f"the carrier cannot provide this rate at the cell edge{load}",
                key=f"service.{key}.{rate_key}",
                value=rate_mbit_s,
                expected=f"at most {fastest:.0f} Mbit/s",
            )
        )
    sinr_db = _required_sinr_db(radio, direction, efficiency)
    lines = (
        *given_lines(service, rate_key, direction=direction),
        *given_lines(radio, share_key, overhead_key, direction=direction),
        budget_line("edge_resource_blocks", blocks, direction),
        budget_line("efficiency_bit_s_hz", efficiency, direction),
        *given_lines(radio, shannon_key, layers_key, direction=direction),
        budget_line("required_sinr_db", sinr_db, direction),
    )
    return _Rate(sinr_db, noise_dbm(bandwidth_hz), lines)


def _array_line(radio: RadioSection, gain_db: float, direction: Direction) -> BudgetLine:
    note = "full: array_pilots = 0"
    if not _is_always_full(radio):
        note = (
            f"derived: with an estimate from {radio.array_pilots} pilots at this SINR, Marzetta "
            "et al. 2016, section 3.1.2; at least that of the broadcast beams"
        )
    return budget_line("array_gain_db", gain_db, direction, note)


def _margin_line(radio: RadioSection, direction: Literal["downlink", "uplink"]) -> BudgetLine:
    key = f"{direction}_interference_margin_db"
    if getattr(radio, key) is not None:
        (line,) = given_lines(radio, key, direction=direction)
        return line
    over_key = f"{direction}_interference_over_noise_db"
    note = (
        f"derived: 10 log10(1 + load x I/N), load {radio.cell_load:g}, I/N "
        f"{getattr(radio, over_key):g} dB; {source_note(radio, over_key)}"
    )
    return budget_line(key, interference_margin_db(radio, direction), direction, note)


def _noise_line(rate: _Rate, direction: Direction) -> BudgetLine:
    note = f"{THERMAL_NOISE_DBM_HZ:g} dBm/Hz, Report ITU-R M.2412-0"
    return budget_line("thermal_noise_dbm", rate.noise_dbm, direction, note)
