"""Stations, gaps and zones as KMZ (OGC KML 2.3, zipped), in the colours of the map."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import shapely

from planner.columns import GAPS, STATIONS, ZONES, Column
from planner.outputs.palette import GAP, ROLE_COLOURS, SHARE_COLOURS, share_colour

if TYPE_CHECKING:
    import geopandas as gpd

    from planner.plan import Plan

_LONG_AGO = (2020, 1, 1, 0, 0, 0)
_DOT = "http://maps.google.com/mapfiles/kml/shapes/shaded_dot.png"
_SHOWN = {
    "stations": ("order", "role", "people_gained", "cost_cny"),
    "gaps": ("people", "area_km2", "nearest_station", "closing_stations", "closing_cost_cny"),
    "zones": ("adcode", "population", "covered_share", "stations_new"),
}


def write_kmz(plan: Plan, path: Path) -> None:
    """Write a folder for each table; zones and gaps with their outlines, stations as dots."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
        f"<name>{escape(plan.scenario.title_zh or plan.scenario.title)}</name>",
        *_styles(),
        *_folder(
            "zones", plan.zones, ZONES, (_share_style(row) for row in plan.zones.itertuples())
        ),
        *_folder("gaps", plan.gaps, GAPS, ["gap"] * len(plan.gaps)),
        *_folder("stations", plan.stations, STATIONS, plan.stations["role"]),
        "</Document></kml>",
    ]
    with path.open("wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("doc.kml", _LONG_AGO), "\n".join(parts))


def _styles() -> Iterator[str]:
    label = "<LabelStyle><scale>0</scale></LabelStyle>"
    for role, colour in ROLE_COLOURS.items():
        icon = f"<scale>0.5</scale><color>{_abgr(colour)}</color><Icon><href>{_DOT}</href></Icon>"
        yield f'<Style id="{role}"><IconStyle>{icon}</IconStyle>{label}</Style>'
    line = f"<LineStyle><color>{_abgr(GAP)}</color><width>2</width></LineStyle>"
    yield f'<Style id="gap">{line}<PolyStyle><fill>0</fill></PolyStyle></Style>'
    line = "<LineStyle><color>ffffffff</color></LineStyle>"
    for number, colour in enumerate(SHARE_COLOURS):
        fill = f"<PolyStyle><color>{_abgr(colour, 'b3')}</color></PolyStyle>"
        yield f'<Style id="zone{number}">{line}{fill}</Style>'


def _share_style(zone: Any) -> str:
    return f"zone{SHARE_COLOURS.index(share_colour(zone.covered_share))}"


def _folder(
    name: str, table: gpd.GeoDataFrame, columns: Mapping[str, Column], styles: Iterable[str]
) -> Iterator[str]:
    shown = [columns[column] for column in _SHOWN[name]]
    yield f"<Folder><name>{name}</name>"
    for row, style in zip(table.to_dict("records"), styles, strict=True):
        title = row.get("station_id") or row.get("name_zh") or row.get("name_en") or row.get("rank")
        data = "".join(
            f"<Data name={quoteattr(column.name)}>"
            f"<displayName>{escape(column.label_en)}</displayName>"
            f"<value>{escape(str(row[column.name]))}</value></Data>"
            for column in shown
        )
        yield (
            f"<Placemark><name>{escape(str(title))}</name><styleUrl>#{style}</styleUrl>"
            f"<ExtendedData>{data}</ExtendedData>{_geometry(row['geometry'])}</Placemark>"
        )
    yield "</Folder>"


def _geometry(shape: shapely.Geometry) -> str:
    if shape.geom_type == "Point":
        return f"<Point><coordinates>{_corners(shape)}</coordinates></Point>"
    return f"<MultiGeometry>{''.join(map(_polygon, shapely.get_parts(shape)))}</MultiGeometry>"


def _polygon(part: shapely.Polygon) -> str:
    sides = [("outer", part.exterior), *(("inner", hole) for hole in part.interiors)]
    rings = "".join(
        f"<{side}BoundaryIs><LinearRing><coordinates>{_corners(ring)}</coordinates></LinearRing>"
        f"</{side}BoundaryIs>"
        for side, ring in sides
    )
    return f"<Polygon>{rings}</Polygon>"


def _corners(shape: shapely.Geometry) -> str:
    return " ".join(f"{x:.6f},{y:.6f}" for x, y in shapely.get_coordinates(shape))


def _abgr(colour: str, alpha: str = "ff") -> str:
    """Return a colour as KML writes it: alpha, blue, green, red."""
    return f"{alpha}{colour[5:7]}{colour[3:5]}{colour[1:3]}"
