"""Reading and cleaning: formats, aliases, coordinates, and each kind of bad input."""

from __future__ import annotations

import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from pyproj import Transformer

from planner.errors import InputError, PlannerWarning
from planner.ground.gcj02 import wgs84_of_gcj02
from planner.measurements.calibration import calibrate
from planner.measurements.cleaning import read_measurements
from planner.measurements.height_map import height_map
from planner.measurements.reading import SAMPLE_ALIASES, PositionFormat, read_rows
from planner.outputs.pages.measured import binned, save_bins
from tests.planner.measurements.files import tables, written

TO_UTM = Transformer.from_crs(4326, 32649, always_xy=True)


def reading(folder, samples, cells, **options):
    first, second = written(folder, samples, cells)
    return read_measurements([first], second, **options)


def count(found, words):
    return next(one.rows for one in found.counts if words in one.reason)


def test_formats_and_aliases_give_the_same_samples(tmp_path) -> None:
    samples, cells = tables()
    expected = reading(tmp_path, samples, cells)
    named = samples.rename(
        columns={"rsrp": "SS-RSRP", "cell": "CellID", "lon": "经度", "lat": "Latitude"}
    )
    files = [
        tmp_path / "a.csv",
        tmp_path / "a.parquet",
        tmp_path / "a.gpkg",
        tmp_path / "b.parquet",
    ]
    named.to_csv(files[0], index=False, sep=";")
    samples.to_parquet(files[1])
    points = gpd.GeoDataFrame(
        samples[["rsrp", "cell"]],
        geometry=gpd.points_from_xy(samples["lon"], samples["lat"]), crs=4326,
    )  # fmt: skip
    points.to_crs(32649).to_file(files[2])
    points.to_crs(32649).to_parquet(files[3])
    for file in files:
        found = read_measurements([file], tmp_path / "cells.csv")
        assert np.allclose(found.samples.x_m, expected.samples.x_m, atol=0.01)
        assert np.array_equal(found.samples.rsrp_dbm, expected.samples.rsrp_dbm)
        assert np.array_equal(found.samples.cell, expected.samples.cell)


def test_what_a_parquet_file_says_of_pandas_may_be_damaged(tmp_path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"lon": [106.5], "lat": [26.5], "rsrp": [-90.0], "cell": ["a"]}).to_parquet(path)
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({"pandas": '{"columns": 1}'}), path)
    rows = read_rows([path], SAMPLE_ALIASES, PositionFormat())
    assert rows["rsrp"].tolist() == [-90.0]
    pq.write_table(table.replace_schema_metadata({"geo": "{"}), path)
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        read_rows([path], SAMPLE_ALIASES, PositionFormat())


def test_projected_columns_with_a_crs(tmp_path) -> None:
    samples, cells = tables()
    expected = reading(tmp_path, samples, cells)
    for table in (samples, cells):
        table["x"], table["y"] = TO_UTM.transform(table.pop("lon"), table.pop("lat"))
    found = reading(tmp_path, samples, cells, positions=PositionFormat("EPSG:32649"))
    assert np.allclose(found.samples.x_m, expected.samples.x_m, atol=0.01)
    with pytest.raises(InputError, match="without a CRS"):
        reading(tmp_path, samples, cells)
    with pytest.raises(InputError, match="no such CRS"):
        reading(tmp_path, samples, cells, positions=PositionFormat("EPSG:1"))


def test_gcj02_said_and_suspected(tmp_path) -> None:
    samples, cells = tables()
    right = reading(tmp_path, samples, cells)
    shifted = samples.copy()
    lon, lat = wgs84_of_gcj02(samples["lon"].to_numpy(), samples["lat"].to_numpy())
    # One step of the fixed point: positions whose GCJ-02 reading is the true one.
    shifted["lon"], shifted["lat"] = 2 * samples["lon"] - lon, 2 * samples["lat"] - lat
    with pytest.warns(PlannerWarning, match="GCJ-02"):
        reading(tmp_path, shifted, cells)
    both = cells.copy()
    lon, lat = wgs84_of_gcj02(cells["lon"].to_numpy(), cells["lat"].to_numpy())
    both["lon"], both["lat"] = 2 * cells["lon"] - lon, 2 * cells["lat"] - lat
    found = reading(tmp_path, shifted, both, positions=PositionFormat(gcj02=True))
    assert np.allclose(found.samples.x_m, right.samples.x_m, atol=3.0)


def test_every_row_is_used_or_counted(tmp_path) -> None:
    samples, cells = tables()
    extra = pd.concat(
        [
            samples,
            samples.head(3),
            samples.head(2).assign(rsrp=-10.0),
            samples.head(4).assign(cell="unknown"),
            samples.head(5).assign(lon=np.nan),
            samples.head(1).assign(lat=10.0, rsrp=-91.2),
            samples.head(6).assign(rsrp=np.nan),
        ]
    )
    found = reading(tmp_path, extra, cells)
    assert count(found, "again") == 3
    assert count(found, "outside -156") == 2
    assert count(found, "not in the table") == 4
    assert count(found, "position") == 5
    assert count(found, "km from its cell") == 1
    assert count(found, "number as RSRP") == 6
    dropped = sum(one.rows for one in found.counts if one.treatment == "dropped")
    assert found.read == len(found.samples) + dropped
    assert f"{found.read:,} rows read" in found.as_text()


def test_accuracy_indoor_and_silent_cells(tmp_path) -> None:
    samples, cells = tables()
    samples["accuracy"] = np.where(np.arange(len(samples)) < 7, 120.0, 5.0)
    samples["indoor"] = np.where(np.arange(len(samples)) % 10 == 0, "yes", "no")
    silent = cells.tail(1).assign(cell="silent")
    found = reading(tmp_path, samples, pd.concat([cells, silent]))
    assert count(found, "worse than") == 7
    assert count(found, "indoors") == found.samples.indoor.sum() == len(samples) // 10 - 1
    assert count(found, "without samples") == 1


def test_the_floor_is_found_or_said(tmp_path) -> None:
    samples, cells = tables()
    floor = float(samples["rsrp"].quantile(0.2))
    cut = samples.assign(rsrp=samples["rsrp"].clip(lower=floor))
    share = reading(tmp_path, cut, cells).samples.censored.mean()
    assert share == pytest.approx(0.2, abs=0.02)
    assert not reading(tmp_path, samples, cells).samples.censored.any()
    said = reading(tmp_path, samples, cells, floor_dbm=floor).samples.censored.mean()
    assert said == pytest.approx(0.2, abs=0.02)


def test_a_turned_and_a_mislocated_cell_are_named(tmp_path) -> None:
    samples, cells = tables(per_cell=200)
    cells.loc[2, "azimuth_deg"] = (cells.loc[2, "azimuth_deg"] + 180) % 360
    cells.loc[5, "lat"] += 0.15
    found = reading(tmp_path, samples, cells)
    assert set(found.misplaced) == {"C2", "C5"}
    assert "azimuth" in found.misplaced["C2"]
    assert "km away" in found.misplaced["C5"]


def test_milliwatts_are_converted_and_a_mixture_is_refused(tmp_path) -> None:
    samples, cells = tables()
    milliwatts = samples.assign(rsrp=10 ** (samples["rsrp"] / 10))
    with pytest.warns(PlannerWarning, match="in mW"):
        found = reading(tmp_path, milliwatts, cells)
    assert np.allclose(found.samples.rsrp_dbm, samples["rsrp"])
    mixed = pd.concat([samples, milliwatts.head(9)])
    with pytest.raises(InputError, match=r"units are mixed.*9 of"):
        reading(tmp_path, mixed, cells)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s, c: (s.drop(columns="rsrp"), c), "rsrp: column is missing"),
        (lambda s, c: (s.drop(columns="lon"), c), "no columns of positions"),
        (lambda s, c: (s.assign(rsrp_dbm=s["rsrp"]), c), "several columns say rsrp"),
        (lambda s, c: (s.rename(columns={"lon": "lat", "lat": "lon"}), c), "swapped"),
        (lambda s, c: (s.assign(lon=s["lon"] + 300), c), "not on the Earth"),
        (lambda s, c: (s.assign(lon=s["lon"] - 9), c), "far from its cell"),
        (lambda s, c: (s.assign(rsrp=97), c), "report indices"),
        (lambda s, c: (s.assign(rsrp="strong"), c), "holds no number"),
        (lambda s, c: (s.assign(cell="other"), c), "no sample of a known cell"),
        (lambda s, c: (s, pd.concat([c, c.head(1)])), "cells are listed twice"),
        (lambda s, c: (s, c.assign(lat=np.nan)), "cells have no position"),
        (lambda s, c: (s, c.assign(azimuth_deg=400.0)), "azimuth is out of range"),
    ],
)  # fmt: skip
def test_bad_input_names_what_is_wrong(tmp_path, change, words) -> None:
    with pytest.raises(InputError, match=words):
        reading(tmp_path, *change(*tables()))


def test_all_files_problems_come_at_once(tmp_path) -> None:
    samples, cells = tables()
    first, second = written(tmp_path, samples, cells)
    samples.drop(columns="rsrp").to_csv(tmp_path / "bad.csv", index=False)
    with pytest.raises(InputError) as error:
        read_measurements([tmp_path / "none.csv", tmp_path / "bad.csv", first], second)
    assert len(error.value.problems) == 2


def test_times_of_odd_zones_are_reported_and_tell_rows_apart(tmp_path) -> None:
    samples, cells = tables()
    again = pd.concat(
        [
            samples.assign(time="2020-06-01T08:00:00+08:00"),
            samples.head(5).assign(time="2020-06-01"),
        ]
    )
    with pytest.warns(PlannerWarning, match=r"5 of .* times name no zone"):
        found = reading(tmp_path, again, cells)
    assert len(found.samples) == len(again)


def test_missing_columns_of_cells_are_taken_and_reported(tmp_path) -> None:
    samples, cells = tables()
    with pytest.warns(PlannerWarning, match="columns are missing; taken: height 25"):
        reading(tmp_path, samples, cells.drop(columns="height_m"))


def test_cells_without_an_azimuth_have_no_direction_and_are_not_turned(tmp_path) -> None:
    samples, cells = tables(cells=6, per_cell=80)
    some = cells.assign(azimuth_deg=cells["azimuth_deg"].where(cells.index > 2))
    some.loc[5, "azimuth_deg"] -= 360.0 if some.loc[5, "azimuth_deg"] > 180.0 else 0.0
    found = read_measurements([written(tmp_path, samples, some)[0]], tmp_path / "cells.csv")
    assert np.isnan(found.cells.azimuth_deg[:3]).all()
    assert found.cells.azimuth_deg[5] == pytest.approx(cells.loc[5, "azimuth_deg"] % 360.0)
    assert not found.misplaced
    with pytest.warns(PlannerWarning, match="antennas without a direction"):
        none = read_measurements(
            [written(tmp_path, samples, cells.drop(columns="azimuth_deg"))[0]],
            tmp_path / "cells.csv",
        )
    assert np.isnan(none.cells.azimuth_deg).all()
    assert not none.misplaced
    fitted = calibrate(none.samples, none.cells)
    assert np.isfinite(fitted.unseen_dbm).all()


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        (["forest", "town", "forest", ""], {1, 2, 0}),
        ([50, 10, 50, 10], {1, 2}),
        ([3, 7, 3, 7], {3, 7}),
    ],
)
def test_classes_of_clutter_may_be_names_or_codes_of_any_list(tmp_path, values, classes) -> None:
    samples, cells = tables(cells=4, per_cell=20)
    samples["clutter"] = np.resize(np.array(values, object), len(samples))
    first, second = written(tmp_path, samples, cells)
    assert set(read_measurements([first], second).samples.clutter.tolist()) == classes


@pytest.mark.parametrize(("count", "each"), [(2, 1), (2, 3), (3, 40)])
def test_few_samples_give_a_finite_prediction(tmp_path, count, each) -> None:
    samples, cells = tables(cells=count, per_cell=each)
    found = read_measurements([written(tmp_path, samples, cells)[0]], tmp_path / "cells.csv")
    fitted = calibrate(found.samples, found.cells)
    land = height_map(found.samples, found.cells)
    said = fitted.predict(found.samples, found.cells, land, found.samples)
    assert np.isfinite(said.mean_dbm).all()
    assert (said.low_dbm <= said.high_dbm).all()


def test_only_bins_are_written(tmp_path) -> None:
    """Positions of people are personal: no position of a sample is in what is written."""
    samples, cells = tables()
    found = reading(tmp_path, samples, cells)
    save_bins(found, tmp_path / "out", force=False)
    table = pd.read_csv(tmp_path / "out" / "measurements.csv")
    assert table["samples"].sum() == len(found.samples)
    given = {
        (round(a, 6), round(b, 6)) for a, b in zip(samples["lon"], samples["lat"], strict=True)
    }
    assert not given & set(zip(table["lon"], table["lat"], strict=True))
    x, y = TO_UTM.transform(table["lon"], table["lat"])
    assert np.allclose(np.mod(x, 50.0), 25.0, atol=0.2)
    assert np.allclose(np.mod(y, 50.0), 25.0, atol=0.2)


def test_bins_hold_the_means_of_what_else_was_measured(tmp_path) -> None:
    samples, cells = tables(cells=4, per_cell=40)
    rng = np.random.default_rng(3)
    more = samples.assign(**{"SS-SINR": rng.normal(8, 5, len(samples)), "rsrq_db": -11.0})
    more.loc[:9, "SS-SINR"] = np.nan
    table = binned(reading(tmp_path, more, cells))
    assert (table["rsrq_db"] == -11.0).all()
    known = table.dropna(subset="sinr_db")
    mean = np.average(known["sinr_db"], weights=known["samples"])
    assert mean == pytest.approx(more["SS-SINR"].mean(), abs=0.5)
    assert "rate_mbit_s" not in table
    assert list(binned(reading(tmp_path, samples, cells))) == list(table)[:6]


@pytest.mark.parametrize("kind", [str, "category", int])
def test_cells_may_be_named_by_text_category_or_number(tmp_path, kind) -> None:
    samples, cells = tables(cells=4)
    expected = reading(tmp_path, samples, cells)
    number = {name: f"{place + 1}" for place, name in enumerate(cells["cell"])}
    samples["cell"] = samples["cell"].map(number).astype(kind)
    cells["cell"] = cells["cell"].map(number)
    samples.to_parquet(tmp_path / "s.parquet")
    cells.to_csv(tmp_path / "cells.csv", index=False)
    found = read_measurements([tmp_path / "s.parquet"], tmp_path / "cells.csv")
    assert np.array_equal(found.samples.cell, expected.samples.cell)
    samples.loc[:4, "cell"] = None if kind is not int else 99
    samples.to_parquet(tmp_path / "s.parquet")
    found = read_measurements([tmp_path / "s.parquet"], tmp_path / "cells.csv")
    assert count(found, "not in the table") == 5


@pytest.mark.long
def test_ten_million_rows_are_read_within_their_memory(tmp_path) -> None:
    """Parquet with names as categories: all rows are used, in less than 6 GB."""
    rng = np.random.default_rng(0)
    _, cells = tables(cells=200)
    rows = 10_000_000
    cell = rng.integers(0, 200, rows)
    pd.DataFrame(
        {
            "lon": cells["lon"].to_numpy()[cell] + rng.normal(0, 0.003, rows),
            "lat": cells["lat"].to_numpy()[cell] + rng.normal(0, 0.003, rows),
            "rsrp": rng.normal(-95, 10, rows).clip(-140, -45),
            "cell": pd.Categorical.from_codes(cell, cells["cell"]),
        }
    ).to_parquet(tmp_path / "many.parquet")
    cells.to_csv(tmp_path / "cells.csv", index=False)
    script = (
        "import resource, sys; from pathlib import Path; "
        "from planner.measurements.cleaning import read_measurements; "
        "found = read_measurements([Path(sys.argv[1])], Path(sys.argv[2])); "
        "print(len(found.samples), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    files = [str(tmp_path / name) for name in ("many.parquet", "cells.csv")]
    done = subprocess.run(
        [sys.executable, "-c", script, *files], capture_output=True, text=True, check=True
    )
    used, peak_kb = map(int, done.stdout.split())
    assert used == rows
    assert peak_kb < 6_000_000
