"""The lines of a link budget: the names and the unit of each, and lines made from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from planner.radio.default_sources import source_note
from planner.scenario.base import Section

Direction = Literal["downlink", "uplink", "both"]


class BudgetTerm(NamedTuple):
    """Names and unit of a line of a budget."""

    label_en: str
    label_zh: str
    unit: str


BUDGET_TERMS: Mapping[str, BudgetTerm] = {
    row[0]: BudgetTerm(*row[1:])
    for row in (
        ("carrier_mhz", "Carrier", "载波频率", "MHz"),
        ("bandwidth_mhz", "Channel bandwidth", "信道带宽", "MHz"),
        ("subcarrier_khz", "Subcarrier spacing", "子载波间隔", "kHz"),
        ("resource_blocks", "Resource blocks of the channel", "信道资源块数", ""),
        ("duplex", "Duplex", "双工方式", ""),
        ("cell_load", "Cell load", "小区负荷", ""),
        ("model", "Propagation model", "传播模型", ""),
        ("base_height_m", "Base antenna height", "基站天线挂高", "m"),
        ("building_height_m", "Mean building height", "平均建筑物高度", "m"),
        ("street_width_m", "Mean street width", "平均街道宽度", "m"),
        ("floors", "Floors with users", "用户楼层数", ""),
        ("ue_height_m", "Terminal height", "终端高度", "m"),
        ("downlink_mbit_s", "Rate at the cell edge", "边缘速率", "Mbit/s"),
        ("uplink_mbit_s", "Rate at the cell edge", "边缘速率", "Mbit/s"),
        ("downlink_time_share", "Share of time", "时隙占比", ""),
        ("uplink_time_share", "Share of time", "时隙占比", ""),
        ("downlink_overhead", "Overhead", "开销", ""),
        ("uplink_overhead", "Overhead", "开销", ""),
        ("edge_resource_blocks", "Resource blocks at the edge", "边缘资源块数", ""),
        ("efficiency_bit_s_hz", "Required spectral efficiency", "所需频谱效率", "bit/s/Hz"),
        ("downlink_shannon_share", "Attained share of the Shannon rate", "香农容量折算系数", ""),
        ("uplink_shannon_share", "Attained share of the Shannon rate", "香农容量折算系数", ""),
        ("downlink_layers", "Spatial layers, at most", "最大空间流数", ""),
        ("uplink_layers", "Spatial layers, at most", "最大空间流数", ""),
        ("required_sinr_db", "Required SINR", "所需 SINR", "dB"),
        ("base_power_dbm", "Transmit power", "发射功率", "dBm"),
        ("ue_power_dbm", "Transmit power", "发射功率", "dBm"),
        ("base_antenna_gain_dbi", "Base antenna gain", "基站天线增益", "dBi"),
        ("beamforming_gain_db", "Beamforming gain, full", "波束赋形增益（理想）", "dB"),
        ("array_gain_db", "Beamforming gain at the edge", "小区边缘波束赋形增益", "dB"),
        ("off_axis_loss_db", "Loss off the main direction, mean", "偏离主瓣损耗均值", "dB"),
        ("feeder_loss_db", "Feeder loss", "馈线损耗", "dB"),
        ("ue_antenna_gain_dbi", "Terminal antenna gain", "终端天线增益", "dBi"),
        ("body_loss_db", "Body loss", "人体损耗", "dB"),
        ("eirp_dbm", "EIRP", "等效全向辐射功率", "dBm"),
        ("thermal_noise_dbm", "Thermal noise in the bandwidth", "热噪声功率", "dBm"),
        ("base_noise_figure_db", "Receiver noise figure", "接收机噪声系数", "dB"),
        ("ue_noise_figure_db", "Receiver noise figure", "接收机噪声系数", "dB"),
        ("sensitivity_dbm", "Receiver sensitivity", "接收机灵敏度", "dBm"),
        ("downlink_interference_margin_db", "Interference margin", "干扰余量", "dB"),
        ("uplink_interference_margin_db", "Interference margin", "干扰余量", "dB"),
        (
            "max_loss_db",
            "Maximum loss, walls and fading included",
            "最大允许损耗（含穿透与衰落）",
            "dB",
        ),
        ("ssb_min_sinr_db", "SSB: required SINR", "SSB 所需 SINR", "dB"),
        ("ssb_max_loss_db", "SSB: maximum loss", "SSB 最大允许损耗", "dB"),
        ("prach_khz", "PRACH: bandwidth", "PRACH 带宽", "kHz"),
        ("prach_min_sinr_db", "PRACH: required SINR", "PRACH 所需 SINR", "dB"),
        ("prach_max_loss_db", "PRACH: maximum loss", "PRACH 最大允许损耗", "dB"),
        ("pucch_blocks", "PUCCH: resource blocks", "PUCCH 资源块数", ""),
        ("pucch_min_sinr_db", "PUCCH: required SINR", "PUCCH 所需 SINR", "dB"),
        ("pucch_max_loss_db", "PUCCH: maximum loss", "PUCCH 最大允许损耗", "dB"),
        ("penetration_model", "Loss into buildings", "穿透损耗模型", ""),
        ("high_loss_building_share", "Share of high-loss buildings", "高损耗建筑占比", ""),
        ("penetration_probability", "Probability of the entry loss", "穿透损耗概率", ""),
        ("indoor_depth_m", "Mean depth indoors", "平均室内深度", "m"),
        ("penetration_db", "Penetration loss, mean", "穿透损耗均值", "dB"),
        ("penetration_sigma_db", "Spread of penetration loss", "穿透损耗标准差", "dB"),
        ("off_axis_sigma_db", "Spread by direction", "方向损耗标准差", "dB"),
        ("shadow_sigma_db", "Spread of shadow fading", "阴影衰落标准差", "dB"),
        ("total_sigma_db", "Combined spread", "合成标准差", "dB"),
        ("probability", "Share of locations to be served", "目标覆盖概率", ""),
        ("fading_margin_db", "Fading margin", "衰落余量", "dB"),
        ("mapl_db", "Maximum allowable path loss (MAPL)", "最大允许路径损耗 (MAPL)", "dB"),
        ("binding", "Limiting link or channel", "受限链路或信道", ""),
        ("area_share", "Share of the area served", "面积覆盖率", ""),
        ("edge_share", "Share of the edge served", "边缘覆盖率", ""),
        ("radius_m", "Service radius", "服务半径", "m"),
        ("site_spacing_m", "Site spacing", "站间距", "m"),
        ("ssb_element_power_dbm", "Power of a resource element", "每资源粒子发射功率", "dBm"),
        ("ssb_antenna_gain_dbi", "Gain of the broadcast beams", "广播波束增益", "dBi"),
        ("ssb_eirp_dbm", "EIRP of a resource element", "每资源粒子 EIRP", "dBm"),
        (
            "ssb_rsrp_outdoor_dbm",
            "SSB RSRP at the radius, outdoors",
            "小区边缘 SSB RSRP（室外）",
            "dBm",
        ),
        (
            "ssb_rsrp_indoor_dbm",
            "SSB RSRP at the radius, indoors",
            "小区边缘 SSB RSRP（室内）",
            "dBm",
        ),
        ("ssb_noise_dbm", "Noise in a resource element", "每资源粒子噪声功率", "dBm"),
    )
}
"""Names and units of all lines, by key."""


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
        return asdict(self)


def budget_line(
    key: str, value: float | str, direction: Direction = "both", note: str = "computed"
) -> BudgetLine:
    """Return the line of a key of :data:`BUDGET_TERMS`; ``note`` is the origin of its value."""
    term = BUDGET_TERMS[key]
    shown = value if isinstance(value, str) else float(value)
    return BudgetLine(key, term.label_en, term.label_zh, shown, term.unit, direction, note)


def given_lines(
    section: Section, *keys: str, direction: Direction = "both"
) -> tuple[BudgetLine, ...]:
    """Return lines whose values stand in a section of the scenario, with their sources."""
    return tuple(
        budget_line(key, getattr(section, key), direction, source_note(section, key))
        for key in keys
    )
