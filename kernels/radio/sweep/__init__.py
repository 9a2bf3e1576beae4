"""Sweeps of many sectors over a raster: signal, best server, interference."""
