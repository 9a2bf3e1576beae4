"""Copernicus DEM GLO-30: heights of the surface, 1 arc-second."""

from planner.data.copernicus import elevation_recipe

RECIPE = elevation_recipe(30, 1)
