"""Copernicus DEM GLO-90: heights of the surface, 3 arc-seconds."""

from planner.data.copernicus import elevation_recipe

RECIPE = elevation_recipe(90, 3)
