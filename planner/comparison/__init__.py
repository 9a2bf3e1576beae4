"""Plans for the same people compared: gains and losses of one relative to another, and costs."""

from planner.comparison.compare import compare
from planner.comparison.comparison import ComparedPart, Comparison

__all__ = ["ComparedPart", "Comparison", "compare"]
