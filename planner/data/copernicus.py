"""The Copernicus digital elevation model, as tiles of one degree."""

from planner.data.cutting import raster_window
from planner.data.recipe import Licence, Recipe
from planner.data.tiles import degree_tiles


def elevation_recipe(metres: int, arc_seconds: int) -> Recipe:
    """Return the recipe of GLO-30 or GLO-90, by the size of its cells in both measures.

    Examples
    --------
    >>> from planner.data.copernicus import elevation_recipe
    >>> elevation_recipe(90, 3).what
    'metres above the geoid EGM2008'
    """
    bucket = f"https://copernicus-dem-{metres}m.s3.amazonaws.com"
    size = f"{arc_seconds} arc-second{'s' if arc_seconds > 1 else ''}"
    return Recipe(
        title=f"Copernicus DEM GLO-{metres}, heights of the surface (with buildings and trees), "
        f"{size}",
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
            f"{bucket}/{tile}/{tile}.tif"
            for north, east in degree_tiles(area, 1)
            for tile in [f"Copernicus_DSM_COG_{arc_seconds}0_{north}_00_{east}_00_DEM"]
        ),
        make=raster_window,
        sparse=True,
    )
