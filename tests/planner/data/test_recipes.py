"""Recipes of data by name: each form of file is cut to the area."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely

from planner.data.data_area import area_of
from planner.data.fetching import fetch
from planner.data.recipe import recipe_names, recipe_of
from planner.data.recipes.opencellid import COLUMNS as OPENCELLID_COLUMNS
from planner.data.remote import FetchError
from planner.errors import InputError
from tests.planner.data.local_server import Files
from tests.planner.data.publishers import (
    EAST,
    NORTH,
    ROADS,
    SOUTH,
    WEST,
    geotiff,
    settings,
    waiting,
)  # fmt: skip
from tests.planner.study import rectangle, write_geojson


def test_tiles_at_sea_are_left_out(server: Files, tmp_path: Path, area: str) -> None:
    host = "https://copernicus-dem-90m.s3.amazonaws.com"
    tile = "Copernicus_DSM_COG_30_N26_00_E106_00_DEM"
    server.content[f"/{tile}/{tile}.tif"] = geotiff(106.0, 27.0, (1200, 1200), 1 / 1200)
    config = settings(server, tmp_path, host)
    reader, _ = waiting(config)
    wide = write_geojson(tmp_path / "wide.geojson", [(rectangle(106.2, 26.2, 107.4, 26.8), {})])
    fetched = fetch("copernicus-dem-90", str(wide), settings=config, remote=reader)
    assert [path.name for path in fetched.files] == [f"{tile}.tif"]
    assert "Airbus" in fetched.attribution


def test_the_zip_of_ghsl_is_cut(server: Files, tmp_path: Path, area: str) -> None:
    name = "GHS_POP_E2020_GLOBE_R2023A_54009_100"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        tif = geotiff(9_959_000, 3_400_000, (2000, 4000), 100.0, crs="ESRI:54009")
        archive.writestr(f"{name}_V1_0_R6_C29.tif", tif)
        archive.writestr("readme.txt", "x")
    root = f"/ftp/jrc-opendata/GHSL/GHS_POP_GLOBE_R2023A/{name}/V1-0/tiles/"
    server.content[f"{root}{name}_V1_0_R6_C29.zip"] = packed.getvalue()
    config = settings(server, tmp_path, "https://jeodpp.jrc.ec.europa.eu")
    fetched = fetch("ghs-pop-100m", area, settings=config, remote=waiting(config)[0])
    with rasterio.open(fetched.files[0]) as cut:
        assert cut.crs.to_string() == "ESRI:54009"
        assert 300 < cut.width < 1000
    server.content[f"{root}{name}_V1_0_R6_C29.zip"] = b"not a zip"
    with pytest.raises(FetchError, match="cannot be read"):
        fetch(
            "ghs-pop-100m", area, settings=settings(server, tmp_path / "b", "https://jeodpp.jrc.ec.europa.eu"),
            remote=waiting(settings(server, tmp_path / "b", "https://jeodpp.jrc.ec.europa.eu"))[0],
        )  # fmt: skip


def test_geoboundaries_come_by_their_api(server: Files, tmp_path: Path, area: str) -> None:
    said = {"gjDownloadURL": "https://www.geoboundaries.org/files/chn2.geojson"}
    server.content["/api/current/gbOpen/CHN/ADM2/"] = json.dumps(said).encode()
    inside = {"type": "Feature", "geometry": rectangle(WEST, SOUTH, EAST, NORTH),
              "properties": {"shapeName": "Guiyang", "shapeID": "1"}}  # fmt: skip
    outside = {**inside, "geometry": rectangle(120, 40, 121, 41)}
    server.content["/files/chn2.geojson"] = json.dumps(
        {"type": "FeatureCollection", "features": [inside, outside]}
    ).encode()
    config = settings(server, tmp_path, "https://www.geoboundaries.org")
    reader, _ = waiting(config)
    fetched = fetch(
        "geoboundaries", area, accept=lambda _recipe: True, settings=config, remote=reader
    )
    assert pyogrio.read_dataframe(fetched.files[0])["shapeName"].tolist() == ["Guiyang"]


@pytest.mark.parametrize("header", [True, False])
def test_opencellid_needs_the_users_key_and_shows_it_to_nobody(
    server: Files, tmp_path: Path, area: str, monkeypatch: pytest.MonkeyPatch, header: bool
) -> None:
    config = settings(server, tmp_path, "https://opencellid.org")
    reader, _ = waiting(config)
    monkeypatch.delenv("PLANNER_OPENCELLID_KEY", raising=False)
    with pytest.raises(InputError, match="needs your own key"):
        fetch("opencellid", area, accept=lambda _recipe: True, settings=config, remote=reader)
    monkeypatch.setenv("PLANNER_OPENCELLID_KEY", "pk.secret")
    names = ",".join(OPENCELLID_COLUMNS)
    rows = [f"LTE,460,0,1,{n},0,{lon},26.6,100,5,1,1,1,0" for n, lon in enumerate((106.4, 99.0))]
    text = "\n".join([names, *rows] if header else rows) + "\n"
    server.content["/ocid/downloads"] = gzip.compress(text.encode())
    fetched = fetch("opencellid", area, accept=lambda _recipe: True, settings=config, remote=reader)
    assert "token=pk.secret" in server.requests[-1][0]
    table = pd.read_csv(fetched.files[0])
    assert (table["lon"].tolist(), table["radio"].tolist()) == ([106.4], ["LTE"])
    assert "secret" not in (fetched.folder / "record.json").read_text(encoding="utf-8")
    server.faults["/ocid/downloads"] = [401]
    other, _ = waiting(settings(server, tmp_path / "b", "https://opencellid.org"))
    with pytest.raises(FetchError, match="key is missing, wrong or used up") as caught:
        fetch("opencellid", area, accept=lambda _recipe: True, remote=other,
              settings=settings(server, tmp_path / "b", "https://opencellid.org"))  # fmt: skip
    assert "secret" not in str(caught.value)


def test_of_ookla_only_the_row_groups_of_the_area_are_read(
    server: Files, tmp_path: Path, area: str
) -> None:
    keys, tiles = [], []
    from planner.data.cutting import quadkeys

    for lon in np.arange(75.0, 134.0, 0.01):
        west, north = float(lon), 26.65
        keys.append(quadkeys((west, north, west, north))[0])
        tiles.append(shapely.box(west, north, west + 0.0055, north + 0.005).wkt)
    table = pd.DataFrame({"quadkey": keys, "tile": tiles}).sort_values("quadkey")
    table["avg_d_kbps"] = 1000
    table["noise"] = [os.urandom(800) for _ in range(len(table))]
    packed = io.BytesIO()
    table.to_parquet(packed, row_group_size=500)
    path = (
        "/parquet/performance/type=mobile/year=2020/quarter=4/"
        "2020-10-01_performance_mobile_tiles.parquet"
    )
    content = server.content[path] = packed.getvalue()
    config = settings(server, tmp_path, "https://ookla-open-data.s3.us-west-2.amazonaws.com")
    reader, _ = waiting(config)
    fetched = fetch("ookla", area, accept=lambda _recipe: True, settings=config, remote=reader)
    assert server.bytes_sent < 0.5 * len(content)
    found = pyogrio.read_dataframe(fetched.files[0])
    assert 45 <= len(found) <= 52


def test_every_recipe_says_its_licence_and_gives_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANNER_OPENCELLID_KEY", "pk.x")
    asked = {
        "worldpop-100m", "worldpop-1km", "worldpop-100m-constrained", "worldpop-1km-constrained",
        "ghs-pop-100m", "ghs-smod", "geoboundaries", "copernicus-dem-30", "copernicus-dem-90",
        "worldcover-10m", "osm-roads", "osm-railways", "opencellid", "ookla",
    }  # fmt: skip
    assert set(recipe_names()) == asked
    guizhou = area_of("520000")
    for name in recipe_names():
        recipe = recipe_of(name)
        addresses = recipe.addresses(guizhou)
        assert addresses
        assert all(address.startswith("https://") for address in addresses)
        assert recipe.licence.name
        assert recipe.attribution
    assert len(recipe_of("copernicus-dem-30").addresses(guizhou)) == 7 * 6
    assert recipe_of("osm-roads").addresses(guizhou)[0].endswith(ROADS)
