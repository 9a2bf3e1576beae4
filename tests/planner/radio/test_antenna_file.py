"""Antenna files in the MSI Planet format: read, and refused with the line that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError
from planner.radio.antenna_file import read_antenna_file
from tests.planner.radio.cases import text


def read(tmp_path: Path, content: str):
    path = tmp_path / "a.msi"
    path.write_text(content, encoding="utf-8")
    return read_antenna_file(path, shown="a.msi", key="radio.antenna.file")


def test_values_come_back(tmp_path) -> None:
    found = read(tmp_path, text())
    assert (found.name, found.gain_dbi, found.frequency_mhz) == ("Test antenna", 15.0, 2600.0)
    assert found.horizontal_db[[0, 100, 1800, 3500]] == pytest.approx([0.0, 1.0, 18.0, 1.0])
    assert found.horizontal_db[105] == pytest.approx(1.05)
    assert found.horizontal_db[3595] == pytest.approx(0.05)
    assert found.vertical_db.argmin() == 60


@pytest.mark.parametrize(
    ("gain", "dbi"),
    [("15", 17.15), ("15 dBd", 17.15), ("15.0 DBI", 15.0), ("-3 dBi", -3.0), ("15dBi", 15.0)],
)
def test_a_gain_without_unit_is_over_a_dipole(tmp_path, gain, dbi) -> None:
    assert read(tmp_path, text(f"GAIN {gain}\n")).gain_dbi == pytest.approx(dbi)


def test_tabs_are_spaces(tmp_path) -> None:
    found = read(tmp_path, text().replace(" ", "\t"))
    assert (found.gain_dbi, found.frequency_mhz) == (15.0, 2600.0)
    assert found.horizontal_db[1800] == pytest.approx(18.0)


def test_commas_are_decimal_points(tmp_path) -> None:
    found = read(tmp_path, text("FREQUENCY 2600,5\nGAIN 15,85 (dBd)\n").replace(".", ","))
    assert (found.gain_dbi, found.frequency_mhz) == (pytest.approx(18.0), 2600.5)
    assert found.horizontal_db[105] == pytest.approx(1.05)


def test_empty_lines_count_for_nothing(tmp_path) -> None:
    plain, spaced = read(tmp_path, text()), read(tmp_path, text().replace("\n", "\n\n"))
    assert (spaced.horizontal_db == plain.horizontal_db).all()
    assert (spaced.vertical_db == plain.vertical_db).all()


@pytest.mark.parametrize(
    ("told", "mhz"),
    [("2600 MHz", 2600), ("2496-2690", 2593), ("2496 2690", 2593), ("2496 - 2690 MHz", 2593)],
)
def test_the_middle_stands_for_a_band(tmp_path, told, mhz) -> None:
    assert read(tmp_path, text(f"FREQUENCY {told}\nGAIN 15 dBi\n")).frequency_mhz == mhz


def test_a_full_circle_may_close_on_itself(tmp_path) -> None:
    closed = [f"{a} {min(a, 360 - a) / 10:.2f}" for a in range(0, 361, 10)]
    assert read(tmp_path, text(horizontal=closed)).horizontal_db[3550] == pytest.approx(0.5)


def test_a_file_without_name_has_that_of_the_file(tmp_path) -> None:
    found = read(tmp_path, "\ufeff" + text("gain 15 dBi\n\n").replace("\n", "\r\n"))
    assert (found.name, found.frequency_mhz) == ("a", None)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["has no GAIN and no HORIZONTAL and no VERTICAL"]),
        ("hello\nworld\n", ["has no GAIN", "MSI Planet"]),
        (text("NAME x\n"), ["has no GAIN"]),
        (text("GAIN much\n"), ["GAIN is not a gain", "'much'"]),
        (text("GAIN 15 dBm\n"), ["GAIN is not a gain"]),
        (text("GAIN\n"), ["GAIN is not a gain"]),
        (text("GAIN inf dBi\n"), ["GAIN is not a gain"]),
        (text("GAIN 15\nFREQUENCY high\n"), ["FREQUENCY is not a number"]),
        (text().replace("HORIZONTAL 360", "HORIZONTAL 361"), ["announces 361 points, but 360"]),
        (text().replace("VERTICAL 360", "VERTICAL"), ["VERTICAL has no number of points"]),
        (text().split("VERTICAL")[0], ["has no VERTICAL"]),
        (text(horizontal=["0 0", "90 1", "180 2"]), ["is not a full circle"]),
        (text().replace("\n90 9.00\n", "\n90 nine\n"), ["line 96", "not an angle and a loss"]),
        (text().replace("\n90 9.00\n", "\n90 9.00 1\n"), ["line 96", "two numbers"]),
        (text().replace("\n90 9.00\n", "\n90 nan\n"), ["line 96"]),
        (text().replace("\n90 9.00\n", "\n90 -3\n"), ["line 96", "not a loss"]),
        (text().replace("\n90 9.00\n", "\n400 9\n"), ["line 96", "off the circle"]),
        (text().replace("\n90 9.00\n", "\n80 9\n"), ["do not rise"]),
        (text(vertical=[f"{a} 0" for a in range(180)]), ["VERTICAL leaves a gap"]),
        (text() + "HORIZONTAL 1\n0 0\n", ["occurs twice"]),
        ("\n5 6\n" + text(), ["line 2", "outside a cut"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path, content, words) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, content)
    message = str(caught.value)
    assert "a.msi: radio.antenna.file" in message
    for word in words:
        assert word in message


def test_all_problems_at_once(tmp_path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text("GAIN x\n").replace("HORIZONTAL 360", "HORIZONTAL 36"))
    assert len(caught.value.problems) == 2


def test_a_file_that_cannot_be_read(tmp_path) -> None:
    with pytest.raises(InputError, match="expected a regular file"):
        read_antenna_file(tmp_path, shown="folder")
    (tmp_path / "binary.msi").write_bytes(bytes(range(256)) * 9)
    with pytest.raises(InputError):
        read_antenna_file(tmp_path / "binary.msi", shown="binary.msi")
