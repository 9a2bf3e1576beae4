"""Plans of the same people side by side: what one gains and loses against another, and its cost."""

from planner.comparison.compare import compare
from planner.comparison.comparison import ComparedPart, Comparison

__all__ = ["ComparedPart", "Comparison", "compare"]
