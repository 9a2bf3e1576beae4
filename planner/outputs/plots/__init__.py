"""Plots: each draws on an axis and returns it; :mod:`planner.plots` has them all."""
