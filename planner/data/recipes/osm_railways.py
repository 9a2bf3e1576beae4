"""Railways of OpenStreetMap."""

from planner.data.openstreetmap import geofabrik_recipe

RECIPE = geofabrik_recipe(
    "gis_osm_railways_free_1",
    "Railways of OpenStreetMap, by way of Geofabrik",
    "lines; fclass: rail, subway, light_rail and so on",
)
