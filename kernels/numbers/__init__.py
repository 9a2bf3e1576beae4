"""Numerics for every room: random draws, the normal distribution, sums by zone, smoothing."""
