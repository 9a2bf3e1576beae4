"""WorldPop 2020 R2025A, China, people in built-up land, 30 arc-seconds."""

from planner.data.worldpop import worldpop_recipe

RECIPE = worldpop_recipe(
    "WorldPop 2020 R2025A, China, people in built-up land, 30 arc-seconds",
    "Global_2015_2030/R2025A/2020/CHN/v1/1km_ua/constrained/chn_pop_2020_CN_1km_R2025A_UA_v1.tif",
)
