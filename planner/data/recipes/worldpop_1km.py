"""WorldPop 2020, China, people per cell of 30 arc-seconds, adjusted to UN totals."""

from planner.data.worldpop import worldpop_recipe

RECIPE = worldpop_recipe(
    "WorldPop 2020, China, people per cell of 30 arc-seconds, adjusted to UN totals",
    "Global_2000_2020_1km_UNadj/2020/CHN/chn_ppp_2020_1km_Aggregated_UNadj.tif",
)
