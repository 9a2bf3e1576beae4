"""Measures of the directive: the effect of each on coverage, cost and date."""

from planner.measures.effects import Effect, MeasuresTable
from planner.measures.run import run_measures

__all__ = ["Effect", "MeasuresTable", "run_measures"]
