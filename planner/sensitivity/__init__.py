"""What moves the answer: every uncertain assumption moved alone, and all of them together."""

from planner.sensitivity.run import run_sensitivity
from planner.sensitivity.table import SensitivityTable

__all__ = ["SensitivityTable", "run_sensitivity"]
