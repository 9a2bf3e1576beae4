"""The layers of radio maps: their names, units, and the classes that maps and tables show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from planner.ground.area_class import OUTSIDE

_RAMP = ("#8c510a", "#cf9a4f", "#f3e2b8", "#b7d7d8", "#4f9da6", "#0b5566")
"""From worst to best: brown to teal through white, which no colour-vision deficiency confuses."""

NOT_COMPUTED = "not computed: beyond the reach of every sector"
NOT_COMPUTED_COLOUR = "#c4c4c4"


@dataclass(frozen=True)
class Layer:
    """One map: a value in each cell and its classes.

    A class holds the values from its edge up to the next one; the lowest class has no lower edge.
    Cells that no sector reaches were never computed: a class of their own, the last. ``step`` is
    the smallest difference that a file keeps.
    """

    key: str
    name_en: str
    name_zh: str
    unit: str
    edges: tuple[float, ...]
    step: float
    meaning_en: str

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, lowest first."""
        if self.step == 1.0:
            return self._whole_labels()
        unit = f" {self.unit}" if self.unit else ""
        shown = [f"{edge:g}".replace("-", "−") for edge in self.edges]
        middle = [f"{low} to {high}{unit}" for low, high in pairwise(shown)]
        return (f"below {shown[0]}{unit}", *middle, f"{shown[-1]}{unit} and more")

    @property
    def not_computed(self) -> int:
        """Code of the cells that no sector reaches."""
        return len(self.edges) + 1

    @property
    def all_labels(self) -> tuple[str, ...]:
        """Names of the classes, and of the cells that were not computed."""
        return (*self.labels, NOT_COMPUTED)

    @property
    def all_colours(self) -> Mapping[int, str]:
        """Colour of each class by its code, and of the cells that were not computed."""
        return MappingProxyType({**self.colours, self.not_computed: NOT_COMPUTED_COLOUR})

    def _whole_labels(self) -> tuple[str, ...]:
        """Names of classes of whole numbers: 1, 2, 3 to 4."""
        middle = [
            f"{low:g}" if high - low == 1.0 else f"{low:g} to {high - 1.0:g}"
            for low, high in pairwise(self.edges)
        ]
        return ("none", *middle, f"{self.edges[-1]:g} and more")

    @property
    def colours(self) -> Mapping[int, str]:
        """Colour of each class by its code."""
        return MappingProxyType(dict(enumerate(_RAMP[-len(self.edges) - 1 :])))

    def codes(
        self,
        values: npt.NDArray[np.float32],
        inside: npt.NDArray[np.bool_],
        reached: npt.NDArray[np.bool_],
    ) -> npt.NDArray[np.uint8]:
        """Return the class of each cell (uint8): 255 outside the area.

        ``reached`` (bool): whether any sector reaches the cell, so that it was computed.
        """
        codes = np.zeros(values.shape, np.uint8)
        for edge in self.edges:
            codes += values >= edge
        codes[~reached] = self.not_computed
        codes[~inside] = OUTSIDE
        return codes


LAYERS = (
    Layer(
        "rsrp",
        "Signal strength (SSB RSRP)",
        "参考信号接收功率 RSRP",
        "dBm",
        (-115.0, -105.0, -95.0, -85.0, -75.0),
        0.1,
        "median power of the strongest sector's broadcast signal in a resource element",
    ),
    Layer(
        "sinr",
        "SINR",
        "信干噪比 SINR",
        "dB",
        (-3.0, 0.0, 5.0, 10.0, 20.0),
        0.1,
        "strongest sector over the other sectors, each times its load, and noise",
    ),
    Layer(
        "throughput",
        "Downlink throughput",
        "下行速率",
        "Mbit/s",
        (25.0, 50.0, 100.0, 300.0, 800.0),
        0.1,
        "rate of one user who gets the whole carrier of the strongest sector",
    ),
    Layer(
        "servers",
        "Number of servers",
        "可用小区数",
        "",
        (1.0, 2.0, 3.0, 5.0, 9.0),
        1.0,
        "sectors of at least the RSRP that the scenario asks for",
    ),
    Layer(
        "lead",
        "Lead of the best server",
        "主服务小区优势",
        "dB",
        (1.0, 3.0, 6.0, 10.0, 20.0),
        0.1,
        "strongest sector over the second strongest",
    ),
    Layer(
        "service",
        "Share of users served",
        "获得服务的用户比例",
        "",
        (0.05, 0.25, 0.5, 0.75, 0.95),
        0.01,
        "users whose link to the strongest sector gives the service, in both directions and with "
        "the control channels, over buildings, floors and fading; with graded service and without "
        "terrain, a link to any site",
    ),
)
"""Layers with classes; the map of best servers has sector numbers instead."""
