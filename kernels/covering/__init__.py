"""Siting on rasters: greedy, improvement, order of construction, upper bound, check."""
