"""Copernicus DEM GLO-90: heights of the surface, 3 arc-seconds."""

from planner.data.cutting import raster_window
from planner.data.recipe import Licence, Recipe
from planner.data.tiles import degree_tiles

_BUCKET = "https://copernicus-dem-90m.s3.amazonaws.com"

RECIPE = Recipe(
    title="Copernicus DEM GLO-90, heights of the surface (with buildings and trees), 3 arc-seconds",
    what="metres above the geoid EGM2008",
    url="https://registry.opendata.aws/copernicus-dem/",
    licence=Licence(
        "Copernicus DEM licence",
        "https://docs.sentinel-hub.com/api/latest/static/files/data/dem/resources/license/"
        "License-COPDEM-30.pdf",
    ),
    attribution="© DLR e.V. 2010-2014 and © Airbus Defence and Space GmbH 2014-2018, provided "
    "under COPERNICUS by the European Union and ESA; all rights reserved",
    addresses=lambda area: tuple(
        f"{_BUCKET}/{tile}/{tile}.tif"
        for north, east in degree_tiles(area, 1)
        for tile in [f"Copernicus_DSM_COG_30_{north}_00_{east}_00_DEM"]
    ),
    make=raster_window,
    sparse=True,
)
