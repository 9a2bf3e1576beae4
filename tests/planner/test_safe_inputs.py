"""Nobody let in: no network, no files of other folders, no pipes, no bombs."""

from __future__ import annotations

import gzip
import http.server
import os
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from planner import cli
from planner.errors import InputError
from planner.openers.raster import EARTH, RasterFile, opened
from planner.openers.table import read_table
from planner.openers.vector import VectorFile, read_features
from planner.safe_inputs import remote_allowed
from planner.scenario import load_scenario
from tests.planner.study import SCENARIO, write_people, write_study

AROUND = (113.0, 23.0, 113.24, 23.16)
VRT = """<VRTDataset rasterXSize="52" rasterYSize="36"><SRS>EPSG:4326</SRS>
<GeoTransform>112.99,0.005,0,23.17,0,-0.005</GeoTransform>
<VRTRasterBand dataType="Float32" band="1"><SimpleSource>
<SourceFilename relativeToVRT="{relative}">{source}</SourceFilename><SourceBand>1</SourceBand>
</SimpleSource></VRTRasterBand></VRTDataset>"""


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A web server of this machine, and what it is asked for."""
    asked: list[str] = []

    class Asked(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Asked) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_address[1]}", asked
        served.shutdown()


def read_raster(path: Path, name: str = "people.vrt") -> np.ndarray:
    with opened(RasterFile(path, name, "population.file"), AROUND) as source:
        return next(source.read(AROUND)).values


def vrt(path: Path, source: str, *, relative: int = 0) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(VRT.format(source=source, relative=relative))
    return path


@pytest.mark.parametrize(
    "address", ["{}/x.tif", "/vsicurl/{}/x.tif", "/vsicurl_streaming/{}/x.tif",
                "/vsizip//vsicurl/{}/x.zip/x.tif", "&#47;vsicurl/{}/x.tif"],
)  # fmt: skip
def test_a_virtual_raster_asks_nobody(
    tmp_path: Path, address: str, server: tuple[str, list[str]]
) -> None:
    path = vrt(tmp_path / "people.vrt", address.format(server[0]))
    with pytest.raises(InputError, match="names an address or a virtual file system"):
        read_raster(path)
    assert server[1] == []


def test_the_network_is_closed_even_to_what_the_check_does_not_see(
    tmp_path: Path, server: tuple[str, list[str]]
) -> None:
    (tmp_path / "a.gml").write_text(
        '<ogr:FeatureCollection xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="http://ogr.maptools.org/ {server[0]}/a.xsd" '
        'xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml">'
        '<gml:featureMember><ogr:a fid="a.0"><ogr:geometryProperty><gml:Point '
        'srsName="EPSG:4326"><gml:coordinates>113.1,23.1</gml:coordinates></gml:Point>'
        "</ogr:geometryProperty></ogr:a></gml:featureMember></ogr:FeatureCollection>"
    )
    read_features(VectorFile(tmp_path / "a.gml", "a.gml", "sites.existing"))
    linked = tmp_path / "a.geojson"
    linked.write_text(
        '{"type": "FeatureCollection", "crs": {"type": "link", "properties": {"href": "'
        + server[0]
        + '/crs"}}, "features": [{"type": "Feature", "properties": {}, "geometry": {"type": '
        '"Point", "coordinates": [113.1, 23.1]}}]}'
    )
    with pytest.raises(InputError, match="names its CRS by a link"):
        read_features(VectorFile(linked, "a.geojson", "sites.existing"))
    assert server[1] == []


def test_files_beside_the_index_and_of_the_scenario_are_read(tmp_path: Path) -> None:
    write_people(tmp_path / "people.tif")
    (tmp_path / "maps").mkdir()
    write_people(tmp_path / "maps" / "near.tif")
    beside = vrt(tmp_path / "maps" / "a.vrt", "near.tif", relative=1)
    above = vrt(tmp_path / "maps" / "b.vrt", "../people.tif", relative=1)
    nested = vrt(tmp_path / "maps" / "c.vrt", "a.vrt", relative=1)
    for path in (beside, above, nested):
        assert read_raster(path, f"maps/{path.name}").sum() > 0


@pytest.mark.parametrize("nested", [False, True])
def test_files_of_other_folders_are_not(tmp_path: Path, nested: bool) -> None:
    (tmp_path / "secret").mkdir()
    secret = write_people(tmp_path / "secret" / "people.tif")
    path = vrt(tmp_path / "study" / "people.vrt", str(secret))
    if nested:
        path = vrt(tmp_path / "study" / "outer.vrt", "people.vrt", relative=1)
    with pytest.raises(InputError, match="names a file of another folder"):
        read_raster(path)
    (tmp_path / "study" / "link.tif").symlink_to(secret)
    with pytest.raises(InputError, match="names a file of another folder"):
        read_raster(vrt(tmp_path / "study" / "linked.vrt", "link.tif", relative=1))
    with remote_allowed():
        assert read_raster(path).sum() > 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (VRT.format(source="a.vrt", relative=1), "names itself, or more than five"),
        (VRT.format(source="gone.tif", relative=1), "names a file that is not there"),
        (VRT.format(source="x", relative=1).replace("</VRTDataset>", ""), "not well-formed"),
        ("<GDAL_WMS><Service name='TMS'></Service></GDAL_WMS>", "names a service"),
        ("<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>PG:dbname=x://y</SrcDataSource>"
         "</OGRVRTLayer></OGRVRTDataSource>", "names an address"),
    ],
)  # fmt: skip
def test_odd_indexes(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.vrt").write_text(text)
    with pytest.raises(InputError, match=said):
        read_raster(tmp_path / "a.vrt")


def test_overviews_elsewhere_are_refused(tmp_path: Path) -> None:
    path = write_people(tmp_path / "people.tif")
    (tmp_path / "people.tif.aux.xml").write_text(
        '<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">/other/x.ovr</MDI>'
        "</Metadata></PAMDataset>"
    )
    with pytest.raises(InputError, match="names overviews elsewhere"):
        read_raster(path)


def test_the_command_can_allow_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other").mkdir()
    people = write_people(tmp_path / "other" / "people.tif")
    study = write_study(tmp_path / "study", SCENARIO.replace("people.tif", "people.vrt"))
    vrt(tmp_path / "study" / "people.vrt", str(people))
    command = ["run", str(study), "--out", str(tmp_path / "plan"), "--quiet"]
    assert cli.exit_code(command) == cli.BAD_INPUT
    assert "--allow-remote" in capsys.readouterr().err
    assert not (tmp_path / "plan").exists()
    assert cli.exit_code([*command, "--allow-remote"]) in (cli.DONE, cli.TARGET_NOT_MET)


def read_vector(path: Path) -> object:
    return read_features(VectorFile(path, path.name, "sites.existing"))


READERS = {".toml": load_scenario, ".tif": read_raster}


def special(path: Path, kind: str) -> Path:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(path))
    return path


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "socket"])
@pytest.mark.parametrize(
    "name", ["people.tif", "zones.geojson", "sites.csv", "sites.xlsx", "small.toml"]
)
def test_what_is_no_regular_file_is_refused_at_once(
    tmp_path: Path, kind: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # The name of a socket is short.
    path = special(Path(name), kind)
    began = time.monotonic()
    with pytest.raises(InputError, match=f"is a {kind}"):
        READERS.get(path.suffix, read_vector)(path)
    assert time.monotonic() - began < 1.0


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "sites.csv.gz", "wb") as stream:
        stream.write(b"lon,lat\n")
        for _ in range(300):
            stream.write(b"1" * 2**20)
    for name in ("sites.xlsx", "sites.zip"):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b" " * 2**28)
    for name in ("sites.csv.gz", "sites.xlsx", "sites.zip"):
        began = time.monotonic()
        with pytest.raises(InputError, match="unpacks to more than any real data"):
            read_features(VectorFile(tmp_path / name, name, "sites.existing"))
        assert time.monotonic() - began < 2.0


def test_a_table_that_packs_well_is_read(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "sites.csv.gz", "wt") as stream:
        stream.write("lon,lat\n" + "113.1,23.1\n" * 50_000)
    table = read_table(tmp_path / "sites.csv.gz", "sites.existing", "sites.csv.gz")
    assert len(table.frame) == 50_000


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 2_000, "a." * 3_000 + "b = 1", "a = " + "{b=" * 100 + "1" + "}" * 100]
)
def test_deep_toml_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "deep.toml").write_text(text)
    with pytest.raises(InputError, match=r"nested too deeply|not valid TOML"):
        load_scenario(tmp_path / "deep.toml")


@pytest.mark.parametrize("driver", ["GTiff", "COG"])
def test_the_metadata_of_a_raster_are_no_index(tmp_path: Path, driver: str) -> None:
    path = tmp_path / "people.tif"
    size = {"width": 4, "height": 4, "count": 1, "dtype": "uint8"}
    place = {"crs": "EPSG:4326", "transform": Affine(0.1, 0, 113, 0, -0.1, 24)}
    with rasterio.open(path, "w", driver=driver, **size, **place) as target:
        target.write(np.ones((1, 4, 4), np.uint8))
        target.update_tags(TITLE="People", SOURCE="https://example.org/people.tif")
    assert b"<GDALMetadata>" in path.read_bytes()[:4096]
    with opened(RasterFile(path, "people.tif", "population.file"), EARTH) as source:
        assert source.whole().values.sum() == 16
