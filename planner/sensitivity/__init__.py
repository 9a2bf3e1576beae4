"""Sensitivity: every uncertain assumption varied alone, and all of them together."""

from planner.sensitivity.run import run_sensitivity
from planner.sensitivity.table import SensitivityTable

__all__ = ["SensitivityTable", "run_sensitivity"]
