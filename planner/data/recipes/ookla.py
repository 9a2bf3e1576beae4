"""Ookla open data: measured speeds of mobile networks by tiles of about 600 m, end of 2020."""

from planner.data.cutting import quadkey_tiles
from planner.data.recipe import Licence, Recipe

RECIPE = Recipe(
    title="Speedtest by Ookla, mobile networks, fourth quarter of 2020",
    what="polygons: avg_d_kbps, avg_u_kbps, avg_lat_ms, tests, devices",
    url="https://registry.opendata.aws/speedtest-global-performance/",
    licence=Licence(
        "CC BY-NC-SA 4.0",
        "https://creativecommons.org/licenses/by-nc-sa/4.0/",
        "not for commercial use, and what is made from it must carry the same licence",
    ),
    attribution="Speedtest by Ookla Global Fixed and Mobile Network Performance Maps (CC BY-NC-SA "
    "4.0)",
    addresses=lambda _area: (
        "https://ookla-open-data.s3.us-west-2.amazonaws.com/parquet/performance/type=mobile/"
        "year=2020/quarter=4/2020-10-01_performance_mobile_tiles.parquet",
    ),
    make=quadkey_tiles,
)
