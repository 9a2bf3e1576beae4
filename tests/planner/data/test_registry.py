import csv
from pathlib import Path

import pytest

from planner.data import registry
from planner.data.registry import (
    COLUMNS,
    data_set,
    data_sets,
    embedded_folder,
    path_of,
    read_registry,
    sha256_of,
    verify,
    write_registry,
)
from planner.errors import InputError

WITHOUT_ROW = {"README.md", "registry.csv"}


def test_every_embedded_file_has_a_row() -> None:
    folder = embedded_folder()
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files - WITHOUT_ROW == {row.file for row in data_sets() if row.file}


def test_checksums_are_right() -> None:
    verify()


def test_rows_are_complete() -> None:
    identifiers = [row.id for row in data_sets()]
    assert len(set(identifiers)) == len(identifiers)
    for row in data_sets():
        for column in ("id", "title", "source", "licence", "attribution", "year"):
            assert getattr(row, column), f"{row.id}: {column} is empty"
        assert row.file == "" or len(row.sha256) == 64


def test_embedded_data_stay_below_nine_megabytes() -> None:
    size = sum(path.stat().st_size for path in embedded_folder().rglob("*") if path.is_file())
    assert size < 8_500_000


def test_population_is_called_a_model() -> None:
    rows = [row for row in data_sets() if row.id.startswith("population_")]
    assert len(rows) == 5
    assert all("modelled" in row.title.lower() and "model" in row.note for row in rows)


def test_unknown_id_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="population_440000"):
        data_set("population_999999")


def test_ingredient_without_a_file_has_no_path() -> None:
    with pytest.raises(InputError, match="ingredient"):
        path_of("ingredient_places")


def test_path_of_names_a_file() -> None:
    assert path_of("boundaries").is_file()


def test_registry_survives_a_round_trip(tmp_path: Path) -> None:
    write_registry(tmp_path / "registry.csv", data_sets())
    assert read_registry(tmp_path / "registry.csv") == data_sets()


def test_registry_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "registry.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerow(COLUMNS[:-1])
    with pytest.raises(InputError, match="other columns"):
        read_registry(path)


def test_missing_registry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing"):
        read_registry(tmp_path / "registry.csv")


def test_changed_and_missing_files_are_all_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row for row in data_sets() if row.id in ("boundaries", "facts_targets")]
    (tmp_path / "boundaries.geojson.gz").write_bytes(b"changed")
    monkeypatch.setattr(registry, "embedded_folder", lambda: tmp_path)
    monkeypatch.setattr(registry, "data_sets", lambda: tuple(rows))
    with pytest.raises(InputError) as caught:
        verify()
    assert [problem.key for problem in caught.value.problems] == ["sha256", "facts_targets"]


def test_sha256_of_a_known_text(tmp_path: Path) -> None:
    # FIPS 180-2, appendix B.1: the message "abc".
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
