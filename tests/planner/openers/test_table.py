"""Tables as spreadsheets and databases save them: separators, encodings, headers, quotes, lines."""

from __future__ import annotations

import gzip
import warnings
from pathlib import Path

import pandas as pd
import pytest

from planner.errors import InputError, PlannerWarning
from planner.openers.table import is_table, read_table
from planner.openers.vector import VectorFile, read_features


def written(tmp_path: Path, content: str | bytes, name: str = "towers.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows_of(path: Path) -> list[list[str]]:
    return read_table(path, "sites.existing", path.name).frame.to_numpy().tolist()


@pytest.mark.parametrize(
    "content",
    [
        "lon,lat,name\n106.5,26.5,a\n",
        "lon, lat, name\n106.5, 26.5, a\n",
        "\ufefflon,lat,name\r\n106.5,26.5,a\r\n",
        "lon;lat;name\n106.5;26.5;a\n",
        "lon;lat;name\n106,5;26,5;a\n",
        "lon\tlat\tname\n106.5\t26.5\ta\n",
        '"lon","lat","name"\n"106.5","26.5","a"\n',
        "\n\nlon,lat,name\n\n106.5,26.5,a\n\n",
        "sep=;\nlon;lat;name\n106,5;26,5;a\n",
        'lon,lat,name\n"106,5","26,5",a\n',
    ],
)
def test_the_usual_separators_and_spaces_are_one_table(tmp_path: Path, content: str) -> None:
    assert rows_of(written(tmp_path, content)) == [["106.5", "26.5", "a"]]


def test_packed_tables_and_workbooks_are_read(tmp_path: Path) -> None:
    content = gzip.compress(b"lon,lat\n106.5,26.5\n")
    assert rows_of(written(tmp_path, content, "towers.csv.gz")) == [["106.5", "26.5"]]
    book = tmp_path / "towers.xlsx"
    pd.DataFrame({"lon": [106.5], "lat": [26.5]}).to_excel(book, index=False)
    assert rows_of(book) == [["106.5", "26.5"]]
    assert is_table(book)
    assert not is_table(tmp_path / "towers.gpkg")


def test_chinese_texts_without_a_mark_are_read_with_a_warning(tmp_path: Path) -> None:
    path = written(tmp_path, "lon,lat,名称\n106.5,26.5,贵阳站\n".encode("gb18030"))
    with pytest.warns(PlannerWarning, match="read as GB 18030"):
        assert rows_of(path) == [["106.5", "26.5", "贵阳站"]]
    utf16 = written(tmp_path, "lon,lat,名称\n106.5,26.5,贵阳站\n".encode("utf-16"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert rows_of(utf16) == [["106.5", "26.5", "贵阳站"]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("GSM,460,0,9511,12\nGSM,460,0,9512,13\n", "has no header: the first line looks like data"),
        ('lon,lat,name\n106.5,26.5,"a\n106.6,26.6,b\n', "opens on line 2 is never closed"),
        ("lon,lat\n106.5,26.5\n\n106.6\n", "the first is line 4"),
        ("lon,lat,lon\n106.5,26.5,107\n", "has two columns 'lon' that differ"),
        ("", "holds no features"),
        ("\x00\x01\x02", "is not UTF-8 text"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        rows_of(written(tmp_path, content))


def test_a_column_that_repeats_another_is_dropped(tmp_path: Path) -> None:
    path = written(tmp_path, "lon,lat,LON\n106.5,26.5,106.5\n")
    with pytest.warns(PlannerWarning, match="1 columns repeat an earlier one"):
        assert rows_of(path) == [["106.5", "26.5"]]


def test_a_damaged_archive_and_a_damaged_workbook_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be unpacked"):
        rows_of(written(tmp_path, b"\x1f\x8bnothing", "towers.csv.gz"))
    with pytest.raises(InputError, match="cannot be read as a workbook"):
        rows_of(written(tmp_path, b"PK nothing", "towers.xlsx"))


@pytest.mark.parametrize(
    "header", ["lon,lat", "long,lat", "Longitude,Latitude", "x,y", "经度,纬度"]
)
def test_names_of_positions_have_their_usual_aliases(tmp_path: Path, header: str) -> None:
    path = written(tmp_path, f"{header}\n106.5,26.5\n")
    point = read_features(VectorFile(path, path.name, "sites.existing")).geometry.iloc[0]
    assert (point.x, point.y) == (106.5, 26.5)


def test_a_row_without_a_position_is_named_by_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, "lon,lat\n\n106.5,26.5\n\nN/A,26.6\n")
    with pytest.raises(InputError, match="line 5 has no position"):
        read_features(VectorFile(path, path.name, "sites.existing"))


def test_known_columns_are_found_whatever_their_case(tmp_path: Path) -> None:
    path = written(tmp_path, "lon, lat, Cost_CNY, Owner\n106.5, 26.5, 50000, me\n")
    features = read_features(VectorFile(path, path.name, "sites.existing"))
    assert features["cost_cny"].tolist() == ["50000"]
    assert features["Owner"].tolist() == ["me"]


def test_a_comma_that_may_stand_for_thousands_is_no_decimal(tmp_path: Path) -> None:
    content = "lon;lat;cost_cny\n106,500;26,500;400,000\n106,600;26,600;85,000\n"
    path = written(tmp_path, content)
    assert read_table(path, "k", "f").frame["cost_cny"].tolist() == ["400,000", "85,000"]
    points = read_features(VectorFile(path, path.name, "candidates.file")).geometry
    assert points.x.tolist() == [106.5, 106.6]
    mixed = written(tmp_path, content.replace("85,000", "85,5"))
    assert read_table(mixed, "k", "f").frame["cost_cny"].tolist() == ["400.000", "85.5"]


def test_a_condition_chooses_rows_of_a_table_and_numbers_count_as_such(tmp_path: Path) -> None:
    path = written(tmp_path, "lon,lat,operator,height\n106,26,a,9\n107,27,b,30\n108,28,a,100\n")

    def found(where: str) -> list[str]:
        rows = read_features(VectorFile(path, path.name, "sites.existing", where=where))
        return rows["lon"].tolist()

    assert found("operator = 'a'") == ["106", "108"]
    assert found("height > 10") == ["107", "108"]
    with pytest.raises(InputError, match="existing_where: is not a valid condition"):
        found("no such column = 1")


def test_a_sheet_is_chosen_as_a_layer(tmp_path: Path) -> None:
    book = tmp_path / "towers.xlsx"
    with pd.ExcelWriter(book) as target:
        for sheet, lon in (("notes", 1.0), ("sites", 2.0)):
            pd.DataFrame({"lon": [lon], "lat": [3.0]}).to_excel(
                target, sheet_name=sheet, index=False
            )

    def read(path: Path, layer: str | None) -> list[float]:
        return read_features(VectorFile(path, path.name, "k", layer)).geometry.x.tolist()

    with pytest.warns(PlannerWarning, match="sheet 'sites' is read, one of 2"):
        assert read(book, "sites") == [2.0]
    with pytest.warns(PlannerWarning, match="sheet 'notes' is read, one of 2"):
        assert read(book, None) == [1.0]
    with pytest.raises(InputError, match=r"no such sheet.*notes, sites"):
        read(book, "towers")
    with pytest.raises(InputError, match="table without layers"):
        read(written(tmp_path, "lon,lat\n1,2\n"), "sites")


@pytest.mark.parametrize(
    "header",
    [
        "Longitude (deg),Latitude (deg)",
        "LON_WGS84,LAT_WGS84",
        "经度（WGS84）,纬度（WGS84）",
        "decimalLongitude,decimalLatitude",
    ],
)
def test_units_and_datums_after_names_of_positions_are_left_out(
    tmp_path: Path, header: str
) -> None:
    path = written(tmp_path, f"{header}\n106.5,26.5\n")
    assert read_features(VectorFile(path, path.name, "k")).geometry.x.tolist() == [106.5]


@pytest.mark.parametrize("header", ["lon_gcj02,lat_gcj02", "lng_bd09,lat_bd09", "easting,northing"])
def test_columns_of_other_positions_are_not_taken_as_degrees(tmp_path: Path, header: str) -> None:
    path = written(tmp_path, f"{header}\n106.5,26.5\n")
    with pytest.raises(InputError, match="no columns of positions"):
        read_features(VectorFile(path, path.name, "k"))
