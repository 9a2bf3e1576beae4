"""WorldPop 2020, China, people per cell of 3 arc-seconds."""

from planner.data.worldpop import worldpop_recipe

RECIPE = worldpop_recipe(
    "WorldPop 2020, China, people per cell of 3 arc-seconds",
    "Global_2000_2020/2020/CHN/chn_ppp_2020.tif",
)
