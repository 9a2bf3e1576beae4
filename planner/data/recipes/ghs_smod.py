"""GHS-SMOD R2023A, 2020: degree of urbanisation, 1 km."""

from planner.data.cutting import zipped_raster
from planner.data.recipe import CC_BY_4, Recipe

_NAME = "GHS_SMOD_E2020_GLOBE_R2023A_54009_1000"

RECIPE = Recipe(
    title="GHS-SMOD R2023A, 2020, degree of urbanisation, 1 km",
    what="class: 30 urban centre, 23 dense and 22 semi-dense cluster, 21 suburban, 13 rural "
    "cluster, 12 and 11 rural, 10 water",
    url="https://human-settlement.emergency.copernicus.eu/ghs_smod2023.php",
    licence=CC_BY_4,
    attribution="GHS-SMOD R2023A, European Commission, Joint Research Centre (CC BY 4.0)",
    addresses=lambda _area: (
        "https://jeodpp.jrc.ec.europa.eu/ftp/jrc-opendata/GHSL/GHS_SMOD_GLOBE_R2023A/"
        f"{_NAME}/V1-0/{_NAME}_V1_0.zip",
    ),
    make=zipped_raster,
    is_model=True,
)
