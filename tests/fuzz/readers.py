"""Damaged inputs of every reader: each is read, or refused by an error that names the file."""

from __future__ import annotations

import os
import random
import signal
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from planner.certificate_files import read_proof, read_stated, read_stations
from planner.errors import PlannerError
from planner.ground.area import study_area
from planner.ground.grid import Grid
from planner.measurements.claim import read_claim
from planner.measurements.reading import SAMPLE_ALIASES, PositionFormat, read_rows
from planner.openers.raster import RasterFile, bands_around, strips_around
from planner.openers.table import read_table
from planner.openers.vector import VectorFile, read_features
from planner.outputs.journal import Journal
from planner.radio.antenna_file import read_antenna_file
from planner.scenario import load_scenario
from planner.scenario.hindcast import load_hindcast
from planner.scenario.measure import read_measure
from planner.scenario.national import load_national
from planner.scenario.scenario_file import scenario_folder
from tests.fuzz.disk import forked
from tests.planner.study import people_array, points, write_people, write_study

LONGEST_S = 60
_TOGETHER = 50
_ODD = (
    b"\x00", b"\xff", b"\xff\xfe", b'"', b"'", b"\n", b"[", b"{", b"nan", b"-1", b"1e999",
    b"99999999999999999999", b",", b";", b"\xe4\xb8\xad", b"\xd6\xd0", b"<", b"=", b"",
)  # fmt: skip

Reader = Callable[[Path], object]


class Corpus:
    """One good file of each kind, and how it is read."""

    def __init__(self, folder: Path) -> None:
        study = write_study(folder / "study")
        home = study.parent
        self.grid: Grid = study_area(load_scenario(study), 500.0).grid
        sites = [(113.05 + 0.01 * i, 23.05 + 0.005 * i) for i in range(12)]
        csv = points(home / "sites.csv", sites)
        table = pd.read_csv(csv)
        table.to_excel(home / "sites.xlsx", index=False)
        table.to_csv(home / "sites.csv.gz", index=False)
        frame = gpd.GeoDataFrame(
            {"name": table["name"]}, geometry=gpd.points_from_xy(table.lon, table.lat), crs=4326
        )
        frame.to_file(home / "sites.gpkg")
        frame.to_file(home / "sites.shp")
        frame.to_file(home / "sites.fgb")
        with zipfile.ZipFile(home / "packed.zip", "w") as archive:
            for suffix in ("shp", "shx", "dbf", "prj"):
                archive.write(home / f"sites.{suffix}", f"sites.{suffix}")
        frame.to_file(home / "sites.kml", driver="KML")
        frame.to_file(home / "sites.gml", driver="GML")
        samples = table.assign(rsrp=-90.0, cell="a", time="2020-01-01 00:00:00")
        samples.to_csv(home / "samples.csv", index=False)
        samples.to_parquet(home / "samples.parquet", index=False)
        write_people(home / "claim.tif", (people_array() % 2).astype(np.uint8), compress="lzw")
        for folder_name in ("national", "hindcast"):
            shipped = scenario_folder() / folder_name / "china-2020.toml"
            (home / f"{folder_name}.toml").write_bytes(shipped.read_bytes())
        write_people(home / "packed.tif", compress="deflate", tiled=True, blockxsize=16,
                     blockysize=16)  # fmt: skip
        (home / "people.asc").write_text(
            "ncols 3\nnrows 2\nxllcorner 113\nyllcorner 23\ncellsize 0.08\nNODATA_value -9\n"
            "1 2 3\n4 5 6\n"
        )
        (home / "people.prj").write_text(self.grid.crs.geodetic_crs.to_wkt("WKT1_ESRI"))
        (home / "people.vrt").write_text(
            '<VRTDataset rasterXSize="52" rasterYSize="36"><SRS>EPSG:4326</SRS><GeoTransform>'
            '112.99,0.005,0,23.17,0,-0.005</GeoTransform><VRTRasterBand dataType="Float32" '
            'band="1"><SimpleSource><SourceFilename relativeToVRT="1">people.tif</SourceFilename>'
            "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
        )
        np.savez_compressed(
            home / "certificate.npz",
            multipliers=np.arange(600, dtype=np.uint16).reshape(20, 30),
            upper_bound_people=np.arange(9.0),
            worth_per_yuan=np.array(0.0),
            phases=np.array(0),
        )
        (home / "summary.json").write_text(
            '{"population_covered": 10.0, "people_by_siting": 10.0, "infeasible": [], '
            '"optimality": {"gap": 0.1, "method": "a", "proven_optimal": false, '
            '"upper_bound_population": 12.0}, "phases": []}'
        )
        (home / "stations.csv").write_text(
            "lon,lat,role,equipment\n113.1,23.1,baseline,\n113.2,23.1,new,\n"
        )
        (home / "journal.json").write_text(
            '{"names": ["a.txt"], "outdated": [], "replaced": [], "existed": true, "made": 0}'
        )
        lines = "".join(f"{angle} {min(angle, 30)}.0\n" for angle in range(360))
        (home / "antenna.msi").write_text(
            f"NAME one\nGAIN 15 dBi\nHORIZONTAL 360\n{lines}VERTICAL 360\n{lines}"
        )
        measure = next((scenario_folder() / "measures").glob("*.toml"))
        (home / "measure.toml").write_bytes(measure.read_bytes())
        self.home = home

    @property
    def readers(self) -> dict[str, Reader]:
        """The reader of each file, by the name of the file."""
        rasters = ("people.tif", "packed.tif", "people.vrt", "people.asc")
        vectors = ("boundary.geojson", "sites.gpkg", "sites.shp", "sites.fgb", "packed.zip",
                   "sites.kml", "sites.gml")  # fmt: skip
        tables = ("sites.csv", "sites.csv.gz", "sites.xlsx")
        return {
            "small.toml": load_scenario,
            "measure.toml": read_measure,
            "national.toml": load_national,
            "hindcast.toml": load_hindcast,
            **dict.fromkeys(rasters, self._raster),
            **dict.fromkeys(vectors, self._vector),
            **dict.fromkeys(tables, self._table),
            **dict.fromkeys(("samples.csv", "samples.parquet"), self._samples),
            "claim.tif": read_claim,
            "certificate.npz": read_proof,
            "summary.json": read_stated,
            "stations.csv": lambda path: read_stations(path, self.grid),
            "antenna.msi": lambda path: read_antenna_file(path, shown=path.name),
            "journal.json": self._journal,
        }

    def _raster(self, path: Path) -> None:
        file = RasterFile(path, path.name, "weights.rasters.0.file")
        for layer in strips_around(file, self.grid):
            layer.pixel_area_m2(self.grid)
        for _, part, layer in bands_around(file, self.grid):
            layer.heights_on_grid(part)

    def _vector(self, path: Path) -> None:
        read_features(VectorFile(path, path.name, "sites.existing"))

    def _table(self, path: Path) -> None:
        read_table(path, "sites.existing", path.name)
        self._vector(path)

    def _samples(self, path: Path) -> None:
        read_rows([path], SAMPLE_ALIASES, PositionFormat())

    def _journal(self, path: Path) -> None:
        Journal.read(path.parent, path.parent.parent)


def damaged(good: bytes, draw: random.Random) -> bytes:
    """Return a file with one to four faults: bytes changed, lost, doubled, or odd ones added."""
    data = bytearray(good)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(data) + 1) if data else 0
        length = draw.choice((1, 1, 2, 4, 16, 200))
        kind = draw.randrange(6)
        if kind == 0 and data:
            data[min(at, len(data) - 1)] = draw.randrange(256)
        elif kind == 1:
            del data[at : at + length]
        elif kind == 2:
            data[at:at] = data[at : at + length]
        elif kind == 3:
            data[at : at + draw.randrange(3)] = draw.choice(_ODD)
        elif kind == 4 and data:
            data[min(at, len(data) - 1)] ^= 1 << draw.randrange(8)
        elif draw.random() < 0.3:
            del data[at:]
    return bytes(data)


def reads(read: Reader, path: Path) -> bool:
    """Whether a file is read, in a process of its own: threads do not survive a later fork."""

    def once() -> int:
        read(path)
        return 0

    return os.waitpid(forked(once), 0)[1] == 0


def faults_of(reader: str, read: Reader, good: Path, folder: Path, numbers: range) -> Iterator[str]:
    """Read damaged copies of a file in processes of their own; yield what should not happen."""
    content = good.read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    for beside in good.parent.glob(f"{good.stem}.*"):
        (folder / beside.name).write_bytes(beside.read_bytes())
    path, said = folder / good.name, folder / "said.txt"

    def batch(first: int, last: int) -> int:
        # What C libraries say of a damaged file is not what a planner reads.
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 2)
        warnings.simplefilter("ignore")
        for number in range(first, last):
            said.write_text(f"{number} ended the process, or took more than {LONGEST_S} s")
            signal.alarm(LONGEST_S)
            path.write_bytes(damaged(content, random.Random(f"{reader} {number}")))
            try:
                read(path)
            except PlannerError:
                pass
            except BaseException as error:
                said.write_text(f"{number}: {type(error).__name__}: {error}")
                return 1
        return 0

    for first in range(numbers.start, numbers.stop, _TOGETHER):
        last = min(first + _TOGETHER, numbers.stop)
        while first < last:
            _, status = os.waitpid(forked(lambda a=first, b=last: batch(a, b)), 0)
            if status == 0:
                break
            text = said.read_text()
            yield f"{reader} {text}"
            first = int(text.split()[0].rstrip(":")) + 1  # noqa: PLW2901
