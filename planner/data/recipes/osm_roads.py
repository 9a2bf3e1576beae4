"""Roads of OpenStreetMap."""

from planner.data.openstreetmap import geofabrik_recipe

RECIPE = geofabrik_recipe(
    "gis_osm_roads_free_1",
    "Roads of OpenStreetMap, by way of Geofabrik",
    "lines; fclass: motorway, trunk, primary, secondary and so on",
)
