"""Data by name, fetched from a server on this machine that fails as real ones do."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyogrio
import pytest
import rasterio

from planner.data import remote as remote_module
from planner.data.cache import fetched_sets, found_by_name, holding
from planner.data.data_area import area_of
from planner.data.fetching import checked, fetch
from planner.data.remote import BLOCK, FetchError, Remote
from planner.data.settings import DataSettings, data_settings
from planner.errors import InputError
from tests.planner.data.local_server import Files, served
from tests.planner.data.publishers import (
    NORTH,
    POPULATION,
    ROADS,
    WEST,
    WORLDPOP,
    china,
    get,
    get_roads,
    roads_zip,
    settings,
    waiting,
)  # fmt: skip
from tests.planner.study import rectangle, write_geojson


def test_only_the_area_is_downloaded_and_its_pixels_are_the_publishers(
    server: Files, tmp_path: Path, area: str
) -> None:
    content = server.content[POPULATION] = china()
    fetched = get(server, tmp_path, area)
    assert server.bytes_sent < 0.25 * len(content)
    (path,) = fetched.files
    with rasterio.MemoryFile(content) as memory, memory.open() as whole, rasterio.open(path) as cut:
        west, _south, _east, north = cut.bounds
        assert west - 1e-9 <= WEST - 0.1 <= west + 0.004
        assert north + 1e-9 >= NORTH + 0.1 >= north - 0.004
        window = whole.window(*cut.bounds)
        np.testing.assert_array_equal(cut.read(1), whole.read(1, window=window.round()))
        assert cut.nodata == whole.nodata == -99999.0
        assert cut.crs == whole.crs
    record = json.loads((fetched.folder / "record.json").read_text(encoding="utf-8"))
    assert record["licence"] == "CC BY 4.0"
    assert "WorldPop" in record["attribution"]
    assert record["sources"][0]["address"] == WORLDPOP + POPULATION
    assert record["sha256"] == {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
    checked(fetched)
    assert not list((tmp_path / "cache" / "blocks").iterdir())


def test_what_is_in_the_cache_is_not_asked_for_again(
    server: Files, tmp_path: Path, area: str
) -> None:
    server.content[POPULATION] = china()
    first = get(server, tmp_path, area)
    before = len(server.requests)
    assert get(server, tmp_path, area) == first
    smaller = write_geojson(
        tmp_path / "smaller.geojson", [(rectangle(106.4, 26.6, 106.5, 26.7), {})]
    )
    assert get(server, tmp_path, str(smaller)) == first
    assert len(server.requests) == before


@pytest.mark.parametrize("fault", [429, 503, 500, ("cut", 1000), "silent"])
def test_a_failure_that_passes_ends_in_the_right_file(
    server: Files, tmp_path: Path, area: str, fault: object
) -> None:
    server.content[POPULATION] = china()
    want = get(server, tmp_path / "want", area).digest
    server.faults[POPULATION] = [fault, fault]
    config = settings(server, tmp_path, timeout_s=1.0)
    reader, waits = waiting(config)
    assert fetch("worldpop-100m", area, settings=config, remote=reader).digest == want
    assert waits == [1.0, 2.0]


def test_the_wait_that_a_server_asks_for_is_kept(server: Files, tmp_path: Path, area: str) -> None:
    server.content[POPULATION] = china()
    server.faults[POPULATION] = [("status", 429, {"Retry-After": "7"})]
    config = settings(server, tmp_path)
    reader, waits = waiting(config)
    fetch("worldpop-100m", area, settings=config, remote=reader)
    assert waits == [7.0]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (401, "the server refuses"),
        (403, "the server refuses"),
        (404, "no such file"),
        (503, "busy"),
        (429, "busy"),
        ("silent", "silent"),
        (("cut", 10), "cut"),
        (418, "answers 418"),
    ],
)
def test_a_failure_that_stays_is_one_clear_error(
    server: Files, tmp_path: Path, area: str, fault: object, said: str
) -> None:
    server.content[POPULATION] = china()
    server.faults[POPULATION] = [fault] * 50
    config = settings(server, tmp_path, timeout_s=1.0)
    with pytest.raises(FetchError, match=said) as caught:
        fetch("worldpop-100m", area, settings=config, remote=waiting(config)[0])
    assert "\n" not in str(caught.value)
    assert not list(fetched_sets(config.cache))
    assert not list(config.cache.glob(".making-*"))


def test_a_redirect_is_followed(server: Files, tmp_path: Path, area: str) -> None:
    server.content["/moved.tif"] = china()
    server.faults[POPULATION] = [("redirect", f"{server.address}/moved.tif")] * 50
    assert len(get(server, tmp_path, area).files) == 1


def test_a_redirect_away_from_https_is_refused() -> None:
    answer = SimpleNamespace(
        status_code=200, url="http://b/x", history=[SimpleNamespace(url="https://a/x")], headers={}
    )
    with pytest.raises(FetchError, match="unprotected"):
        remote_module._check(answer, "https://a/x")  # type: ignore[arg-type]


def test_a_server_without_ranges_gives_the_whole_file(
    server: Files, tmp_path: Path, area: str
) -> None:
    server.content[POPULATION] = china()
    want = get(server, tmp_path / "want", area).digest
    server.faults[POPULATION] = ["whole"] * 50
    assert get(server, tmp_path, area).digest == want


def test_wrong_bytes_of_a_raster_are_an_error(server: Files, tmp_path: Path, area: str) -> None:
    server.content[POPULATION] = china()
    server.faults[POPULATION] = [("wrong", 0)]
    with pytest.raises(FetchError, match="cannot be read"):
        get(server, tmp_path, area)


def test_a_file_that_changes_meanwhile_is_an_error(
    server: Files, tmp_path: Path, area: str
) -> None:
    server.content[POPULATION] = china()
    config = settings(server, tmp_path)
    reader, _ = waiting(config)
    ask = reader.block

    def changing(address: str, start: int, stop: int, known: object) -> object:
        found = ask(address, start, stop, known)  # type: ignore[arg-type]
        server.content[POPULATION] = bytes(reversed(server.content[POPULATION]))
        return found

    reader.block = changing  # type: ignore[method-assign,assignment]
    with pytest.raises(FetchError, match="changed while it was read"):
        fetch("worldpop-100m", area, settings=config, remote=reader)


def test_an_interrupted_window_fetches_only_what_is_missing(
    server: Files, tmp_path: Path, area: str
) -> None:
    server.content[POPULATION] = china()
    want = get(server, tmp_path / "want", area)
    whole_bytes, server.bytes_sent = server.bytes_sent, 0
    config = settings(server, tmp_path)
    reader, _ = waiting(config)
    ask, calls = reader.block, []

    def dying(address: str, start: int, stop: int, known: object) -> object:
        calls.append(start)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return ask(address, start, stop, known)  # type: ignore[arg-type]

    reader.block = dying  # type: ignore[method-assign,assignment]
    with pytest.raises(KeyboardInterrupt):
        fetch("worldpop-100m", area, settings=config, remote=reader)
    first_part = server.bytes_sent
    assert 0 < first_part < whole_bytes
    again = fetch("worldpop-100m", area, settings=config, remote=waiting(config)[0])
    assert again.digest == want.digest
    # Two bytes ask whether the file is still the same one.
    assert server.bytes_sent - first_part <= whole_bytes - first_part + 4


def test_a_cut_download_resumes_where_it_ended(server: Files, tmp_path: Path, area: str) -> None:
    content = server.content[ROADS] = roads_zip()
    server.content[ROADS + ".md5"] = hashlib.md5(content).hexdigest().encode() + b"  x.zip\n"
    server.faults[ROADS] = [("cut", 200_000), ("cut", 100_000), 503, ("cut", 100_000)]
    fetched = get_roads(server, tmp_path, area)
    assert server.bytes_sent == len(content) + len(server.content[ROADS + ".md5"])
    asked = [part for path, part in server.requests if path == ROADS]
    assert asked == [None, "bytes=200000-", "bytes=300000-", "bytes=300000-", "bytes=400000-"]
    roads = pyogrio.read_dataframe(fetched.files[0])
    assert len(roads) == 3


def test_a_download_killed_in_one_run_resumes_in_the_next(
    server: Files, tmp_path: Path, area: str
) -> None:
    content = server.content[ROADS] = roads_zip()
    server.content[ROADS + ".md5"] = hashlib.md5(content).hexdigest().encode()
    server.faults[ROADS] = [("cut", 200_000)] + [503] * 5
    with pytest.raises(FetchError):
        get_roads(server, tmp_path, area)
    server.faults[ROADS] = []
    before = server.bytes_sent
    get_roads(server, tmp_path, area)
    assert server.bytes_sent - before == len(content) - 200_000 + 32


def test_a_file_that_changed_since_the_cut_is_fetched_whole(
    server: Files, tmp_path: Path, area: str
) -> None:
    server.content[ROADS] = roads_zip()
    server.content[ROADS + ".md5"] = b"0" * 32
    server.faults[ROADS] = [("cut", 200_000)] + [503] * 5
    with pytest.raises(FetchError, match="busy"):
        get_roads(server, tmp_path, area)
    content = server.content[ROADS] = roads_zip(5)
    server.content[ROADS + ".md5"] = hashlib.md5(content).hexdigest().encode()
    server.faults[ROADS] = []
    assert len(pyogrio.read_dataframe(get_roads(server, tmp_path, area).files[0])) == 5


def test_wrong_bytes_differ_from_the_publishers_checksum(
    server: Files, tmp_path: Path, area: str
) -> None:
    content = server.content[ROADS] = roads_zip()
    server.content[ROADS + ".md5"] = hashlib.md5(content).hexdigest().encode()
    server.faults[ROADS] = [("wrong", 5000)]
    with pytest.raises(FetchError, match="checksum"):
        get_roads(server, tmp_path, area)
    assert len(get_roads(server, tmp_path, area).files) == 1


def test_a_licence_that_binds_is_asked_for(server: Files, tmp_path: Path, area: str) -> None:
    config = settings(server, tmp_path)
    for accept in (None, lambda _recipe: False):
        with pytest.raises(InputError, match="licence of osm-roads is not accepted"):
            fetch("osm-roads", area, accept=accept, settings=config)
    assert not server.requests
    content = server.content[ROADS] = roads_zip()
    server.content[ROADS + ".md5"] = hashlib.md5(content).hexdigest().encode()
    config = settings(
        server, tmp_path, "https://download.geofabrik.de", licences=frozenset({"osm-roads"})
    )
    fetch("osm-roads", area, settings=config, remote=waiting(config)[0])


def test_a_disk_that_fills_up_is_said(
    server: Files, tmp_path: Path, area: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = server.content[ROADS] = roads_zip()
    server.content[ROADS + ".md5"] = hashlib.md5(content).hexdigest().encode()
    with monkeypatch.context() as patch:
        patch.setattr(
            remote_module.shutil, "disk_usage", lambda _path: SimpleNamespace(free=100_000)
        )
        with pytest.raises(InputError, match="no room on the disk"):
            get_roads(server, tmp_path, area)

    def full(_self: object, *_: object) -> int:
        raise OSError(28, "No space left on device")

    server.content[POPULATION] = china()
    monkeypatch.setattr(remote_module.Path, "write_bytes", full)
    with pytest.raises(InputError, match="No space left on device"):
        get(server, tmp_path, area)


def test_offline_asks_nobody(server: Files, tmp_path: Path, area: str) -> None:
    server.content[POPULATION] = china()
    offline = settings(server, tmp_path, offline=True)
    with pytest.raises(InputError, match="offline"):
        fetch("worldpop-100m", area, settings=offline)
    assert not server.requests
    with pytest.raises(InputError, match=r"planner data fetch worldpop-100m --area"):
        found_by_name("worldpop-100m", area, offline.cache)
    fetched = get(server, tmp_path, area)
    assert fetch("worldpop-100m", area, settings=offline) == fetched
    assert found_by_name("worldpop-100m", area, offline.cache) == fetched


def test_verify_finds_a_file_that_changed(server: Files, tmp_path: Path, area: str) -> None:
    server.content[POPULATION] = china()
    fetched = get(server, tmp_path, area)
    path = fetched.files[0]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match="differs from its record"):
        checked(fetched)
    path.unlink()
    with pytest.raises(InputError, match="is missing"):
        checked(fetched)


def test_unknown_names_and_areas_are_input_errors(tmp_path: Path, server: Files) -> None:
    config = settings(server, tmp_path)
    with pytest.raises(InputError, match="no such data set"):
        fetch("worldpop", "520000", settings=config)
    with pytest.raises(InputError, match="no such area"):
        fetch("worldpop-100m", "atlantis", settings=config)
    with pytest.raises(InputError, match="no boundary with this code"):
        fetch("worldpop-100m", "520999", settings=config)
    peru = write_geojson(tmp_path / "peru.geojson", [(rectangle(-76, -13, -75, -12), {})])
    with pytest.raises(InputError, match="lies outside of worldpop-100m"):
        fetch("worldpop-100m", str(peru), settings=config)
    assert not server.requests


def test_an_area_without_data_is_an_input_error(server: Files, tmp_path: Path) -> None:
    server.content[POPULATION] = china()
    north = write_geojson(tmp_path / "north.geojson", [(rectangle(120, 45, 121, 46), {})])
    with pytest.raises(InputError, match="holds no data there"):
        get(server, tmp_path, str(north))


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANNER_DATA_CACHE", "/data/cache")
    monkeypatch.setenv("PLANNER_DATA_OFFLINE", "1")
    monkeypatch.setenv("PLANNER_DATA_MIRRORS", f"{WORLDPOP}=https://mirror.example/wp/")
    found = data_settings()
    assert (found.cache, found.offline) == (Path("/data/cache"), True)
    assert found.addresses(f"{WORLDPOP}/a") == ("https://mirror.example/wp/a",)
    assert found.addresses("https://other.example/a") == ("https://other.example/a",)
    monkeypatch.setenv("PLANNER_DATA_OFFLINE", "maybe")
    monkeypatch.setenv("PLANNER_DATA_MIRRORS", "nonsense")
    monkeypatch.setenv("PLANNER_DATA_RETRIES", "-1")
    with pytest.raises(InputError) as caught:
        data_settings()
    assert len(caught.value.problems) == 3


def test_mirrors_are_asked_in_their_order(tmp_path: Path, area: str) -> None:
    with served() as mirror, served() as origin:
        origin.content["/GIS/x.tif"] = b"right"
        config = DataSettings(
            tmp_path, retries=0,
            mirrors=(("https://a.example", mirror.address), ("https://a.example", origin.address)),
        )  # fmt: skip
        part = tmp_path / "part"
        Remote(config, sleep=lambda _s: None).download("https://a.example/GIS/x.tif", part)
        assert part.read_bytes() == b"right"
        assert len(mirror.requests) == 1


def test_a_record_that_cannot_be_read_is_said(server: Files, tmp_path: Path, area: str) -> None:
    server.content[POPULATION] = china()
    fetched = get(server, tmp_path, area)
    (fetched.folder / "record.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="record of a fetched data set"):
        holding("worldpop-100m", area_of(area), tmp_path / "cache")
    assert BLOCK > 0
