"""GHS-POP R2023A, 2020: people per cell of 100 m."""

from planner.data.cutting import zipped_raster
from planner.data.recipe import CC_BY_4, Recipe
from planner.data.tiles import mollweide_tiles

_NAME = "GHS_POP_E2020_GLOBE_R2023A_54009_100"
_FOLDER = (
    f"https://jeodpp.jrc.ec.europa.eu/ftp/jrc-opendata/GHSL/GHS_POP_GLOBE_R2023A/{_NAME}/V1-0/tiles"
)

RECIPE = Recipe(
    title="GHS-POP R2023A, 2020, people per cell of 100 m",
    what="people per cell",
    url="https://human-settlement.emergency.copernicus.eu/ghs_pop2023.php",
    licence=CC_BY_4,
    attribution="GHS-POP R2023A, European Commission, Joint Research Centre (CC BY 4.0)",
    addresses=lambda area: tuple(
        f"{_FOLDER}/{_NAME}_V1_0_{tile}.zip" for tile in mollweide_tiles(area)
    ),
    make=zipped_raster,
    sparse=True,
    joined=True,
    is_model=True,
)
