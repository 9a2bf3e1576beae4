"""WorldPop 2020, China, people per cell of 3 arc-seconds."""

from planner.data.cutting import raster_window
from planner.data.recipe import CC_BY_4, CHINA, Recipe

_FILE = "https://data.worldpop.org/GIS/Population/Global_2000_2020/2020/CHN/chn_ppp_2020.tif"

RECIPE = Recipe(
    title="WorldPop 2020, China, people per cell of 3 arc-seconds",
    what="people per cell",
    url="https://hub.worldpop.org/",
    licence=CC_BY_4,
    attribution="WorldPop, University of Southampton (CC BY 4.0)",
    addresses=lambda _area: (_FILE,),
    make=raster_window,
    extent=CHINA,
    is_model=True,
)
