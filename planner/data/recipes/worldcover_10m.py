"""ESA WorldCover 2020: classes of land cover, 10 m."""

from planner.data.cutting import raster_window
from planner.data.recipe import CC_BY_4, Recipe
from planner.data.tiles import degree_tiles

_FOLDER = "https://esa-worldcover.s3.eu-central-1.amazonaws.com/v100/2020/map"

RECIPE = Recipe(
    title="ESA WorldCover 2020 v100, classes of land cover, 10 m",
    what="class: 10 trees, 20 shrubs, 30 grass, 40 crops, 50 built-up, 60 bare, 70 snow, 80 water, "
    "90 wetland, 95 mangroves, 100 moss",
    url="https://esa-worldcover.org/",
    licence=CC_BY_4,
    attribution="© ESA WorldCover project 2020 / Contains modified Copernicus Sentinel data (2020) "
    "processed by ESA WorldCover consortium (CC BY 4.0)",
    addresses=lambda area: tuple(
        f"{_FOLDER}/ESA_WorldCover_10m_2020_v100_{north}{east}_Map.tif"
        for north, east in degree_tiles(area, 3)
    ),
    make=raster_window,
    sparse=True,
)
