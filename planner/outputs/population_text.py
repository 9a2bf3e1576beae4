"""Which population a result was made with, in words: the same on every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.data import data_sets


def population_en(summary: Mapping[str, Any]) -> str:
    """Return whether it is the embedded model, another one or the scenario's raster, by name."""
    source = summary["population_source"]
    if not summary["population_is_model"]:
        return f"the scenario's raster {source}"
    return f"{'embedded' if _is_embedded(source) else 'a'} model, not a count ({source})"


def population_zh(summary: Mapping[str, Any]) -> str:
    """Return the same in Chinese."""
    source = summary["population_source"]
    if summary["population_is_model"]:
        return "内置人口模型（非实测）" if _is_embedded(source) else f"人口模型 {source}（非实测）"
    return f"场景所给栅格 {source}"


def _is_embedded(source: str) -> bool:
    return any(row.title == source for row in data_sets())
