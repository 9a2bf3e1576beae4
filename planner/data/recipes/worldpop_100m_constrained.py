"""WorldPop 2020 R2025A, China, people per built-up cell of 3 arc-seconds."""

from planner.data.worldpop import worldpop_recipe

RECIPE = worldpop_recipe(
    "WorldPop 2020 R2025A, China, people per built-up cell of 3 arc-seconds",
    "Global_2015_2030/R2025A/2020/CHN/v1/100m/constrained/chn_pop_2020_CN_100m_R2025A_v1.tif",
)
