"""Priority places of the small study."""

from __future__ import annotations

from pathlib import Path

from tests.planner.study import SCENARIO, rectangle, write_geojson, write_study

PLACES = """
[[priority_places]]
file = "hospitals.csv"
class_column = "kind"

[[priority_places]]
file = "park.geojson"
place_class = "industrial_park"
use = "must_serve"
service = { radius_m = { dense_urban = 300, urban = 300, suburban = 400, rural = 500 } }
"""


def study(folder: Path, places: str = PLACES, kind: str = "airport", lon: float = 113.22) -> Path:
    path = write_study(folder, SCENARIO + places)
    rows = f"113.05,23.1,A,hospital,2\n{lon},23.15,B,{kind},-1\n"
    (folder / "hospitals.csv").write_text(f"lon,lat,name,kind,beds\n{rows}", encoding="utf-8")
    park = rectangle(113.1, 23.03, 113.104, 23.033)
    write_geojson(folder / "park.geojson", [(park, {"name": "Park"})])
    return path
