"""Range of the control and access channels: broadcast (SSB), random access, uplink control.

A terminal that gets the data rate must also find the cell (SSB), call it (PRACH) and acknowledge
(PUCCH). Each needs far fewer resource blocks than the data; but no beam is steered at a terminal
that is not yet known, so each has the gain of the broadcast beams.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from planner.radio.budget_lines import BudgetLine, Direction, budget_line, given_lines
from planner.radio.link_budget import block_hz, interference_margin_db, noise_dbm
from planner.radio.off_axis import off_axis_loss
from planner.scenario.radio import RadioSection

ControlChannel = Literal["ssb", "prach", "pucch"]


@dataclass(frozen=True)
class ControlBudget:
    """Maximum loss of one channel between the antennas' terminals, walls and fading included."""

    channel: ControlChannel
    max_loss_db: float
    lines: tuple[BudgetLine, ...]


def control_budgets(radio: RadioSection) -> tuple[ControlBudget, ...]:
    """Return the budgets of SSB, PRACH and PUCCH, the same in all area classes.

    Examples
    --------
    >>> from planner.scenario.radio import RadioSection
    >>> [(one.channel, round(one.max_loss_db, 1)) for one in control_budgets(RadioSection())]
    [('ssb', 151.5), ('prach', 143.8), ('pucch', 144.9)]
    """
    control = radio.control
    element_hz = radio.subcarrier_khz * 1e3
    per_element_dbm = radio.base_power_dbm - noise_dbm(12.0 * radio.resource_blocks) + noise_dbm(1)
    ssb_db = _max_loss_db(radio, "downlink", per_element_dbm, element_hz, control.ssb_min_sinr_db)
    prach_db = _max_loss_db(
        radio, "uplink", radio.ue_power_dbm, control.prach_khz * 1e3, control.prach_min_sinr_db
    )
    pucch_hz = control.pucch_blocks * block_hz(radio)
    pucch_db = _max_loss_db(
        radio, "uplink", radio.ue_power_dbm, pucch_hz, control.pucch_min_sinr_db
    )
    return (
        _budget(radio, "ssb", ssb_db, "downlink", "ssb_min_sinr_db"),
        _budget(radio, "prach", prach_db, "uplink", "prach_khz", "prach_min_sinr_db"),
        _budget(radio, "pucch", pucch_db, "uplink", "pucch_blocks", "pucch_min_sinr_db"),
    )


def _max_loss_db(
    radio: RadioSection,
    direction: Literal["downlink", "uplink"],
    power_dbm: float,
    bandwidth_hz: float,
    sinr_db: float,
) -> float:
    figure_db = radio.ue_noise_figure_db if direction == "downlink" else radio.base_noise_figure_db
    antennas_db = (
        radio.base_antenna_gain_dbi
        + radio.broadcast_beam_gain_db
        - radio.feeder_loss_db
        - off_axis_loss(radio.antenna).mean_db
        + radio.ue_antenna_gain_dbi
        - radio.body_loss_db
    )
    sensitivity_dbm = noise_dbm(bandwidth_hz) + figure_db + sinr_db
    return power_dbm + antennas_db - sensitivity_dbm - interference_margin_db(radio, direction)


def _budget(
    radio: RadioSection, channel: ControlChannel, loss_db: float, direction: Direction, *keys: str
) -> ControlBudget:
    lines = (
        *given_lines(radio.control, *keys, direction=direction),
        budget_line(f"{channel}_max_loss_db", loss_db, direction),
    )
    return ControlBudget(channel, loss_db, lines)
