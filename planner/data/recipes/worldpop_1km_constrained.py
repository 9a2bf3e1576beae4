"""WorldPop 2020 R2025A, China, people in built-up land, 30 arc-seconds."""

from planner.data.cutting import raster_window
from planner.data.recipe import CC_BY_4, CHINA, Recipe

_FILE = (
    "https://data.worldpop.org/GIS/Population/"
    "Global_2015_2030/R2025A/2020/CHN/v1/1km_ua/constrained/"
    "chn_pop_2020_CN_1km_R2025A_UA_v1.tif"
)

RECIPE = Recipe(
    title="WorldPop 2020 R2025A, China, people in built-up land, 30 arc-seconds",
    what="people per cell",
    url="https://hub.worldpop.org/",
    licence=CC_BY_4,
    attribution="WorldPop, University of Southampton (CC BY 4.0)",
    addresses=lambda _area: (_FILE,),
    make=raster_window,
    extent=CHINA,
    is_model=True,
)
