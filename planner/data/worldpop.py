"""The rasters of people of WorldPop, each one file for China."""

from planner.data.cutting import raster_window
from planner.data.recipe import CC_BY_4, CHINA, Recipe

_FOLDER = "https://data.worldpop.org/GIS/Population/"


def worldpop_recipe(title: str, file: str) -> Recipe:
    """Return the recipe of a raster, by its title and its file below the folder of populations.

    Examples
    --------
    >>> from planner.data.worldpop import worldpop_recipe
    >>> worldpop_recipe("People", "Global_2000_2020/2020/CHN/chn_ppp_2020.tif").is_model
    True
    """
    return Recipe(
        title=title,
        what="people per cell",
        url="https://hub.worldpop.org/",
        licence=CC_BY_4,
        attribution="WorldPop, University of Southampton (CC BY 4.0)",
        addresses=lambda _area: (_FOLDER + file,),
        make=raster_window,
        extent=CHINA,
        is_model=True,
    )
