"""Which population a result was made with, in words: the same on every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def population_en(summary: Mapping[str, Any]) -> str:
    """Return whether it is the embedded model or the scenario's own raster, by name."""
    source = summary["population_source"]
    if summary["population_is_model"]:
        return f"embedded model, not a count ({source})"
    return f"the scenario's raster {source}"


def population_zh(summary: Mapping[str, Any]) -> str:
    """Return the same in Chinese."""
    if summary["population_is_model"]:
        return "内置人口模型（非实测）"
    return f"场景所给栅格 {summary['population_source']}"
