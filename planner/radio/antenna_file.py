"""Antenna files in the MSI Planet format (.msi, .pln): gain, horizontal and vertical cut.

A line has a keyword and its value. ``HORIZONTAL 360`` and ``VERTICAL 360`` give the number of lines
with an angle and a loss that follow. Losses are dB below the gain; angles of the horizontal cut go
clockwise from the antenna's direction, those of the vertical cut downwards from the horizon in
front (90 is straight down, 270 up). A gain without unit is in dBd, as the format specifies.
Decimal commas, empty lines, and a band instead of a frequency, as in some vendors' files, are
accepted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kernels.radio.antenna import CUT_SIZE
from planner.errors import InputError, Problem
from planner.safe_inputs import check_regular

DIPOLE_GAIN_DBI = 2.15
"""Gain of a half-wave dipole, the reference of dBd."""

_GAIN = re.compile(r"(?P<number>[^\sd(]+)\s*\(?(?P<unit>dB[di])?\)?", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"([+-]?\d*),(\d+)")
_BAND = re.compile(r"(?P<low>[\d.]+)\s*(?:-|–|to|\s)\s*(?P<high>[\d.]+)(?:\s*MHz)?", re.IGNORECASE)
_CUTS = ("HORIZONTAL", "VERTICAL")
_FEWEST_POINTS = 8
_MOST_LOSS_DB = 200.0


@dataclass(frozen=True)
class AntennaFile:
    """The contents of an antenna file.

    ``horizontal_db`` and ``vertical_db`` (float64, one value for each tenth of a degree) are
    losses below ``gain_dbi``; ``frequency_mhz`` is None if the file gives none.
    """

    name: str
    gain_dbi: float
    frequency_mhz: float | None
    horizontal_db: npt.NDArray[np.float64]
    vertical_db: npt.NDArray[np.float64]


def read_antenna_file(path: Path, *, shown: str, key: str | None = None) -> AntennaFile:
    """Read an antenna file; ``shown`` is its name as given, for messages.

    Raises
    ------
    InputError
        With all problems at once, by line: an unreadable file, missing keywords, wrong counts,
        angles that do not make a circle, invalid losses.
    """
    check_regular(path, shown, key)
    try:
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {error.strerror}", shown, key)) from error
    reader = _Reader(lines, shown, key)
    reader.read()
    if reader.problems:
        raise InputError(reader.problems)
    return AntennaFile(
        name=reader.values.get("NAME", "") or path.stem,
        gain_dbi=reader.gain_dbi,
        frequency_mhz=reader.frequency_mhz,
        horizontal_db=_on_circle(reader.cuts["HORIZONTAL"]),
        vertical_db=_on_circle(reader.cuts["VERTICAL"]),
    )


def _on_circle(points: Sequence[tuple[float, float]]) -> npt.NDArray[np.float64]:
    angles, losses = np.array(points).T
    wanted = np.arange(CUT_SIZE) * 360.0 / CUT_SIZE
    return np.asarray(np.interp(wanted, angles, losses, period=360.0), dtype=np.float64)


class _Reader:
    """One pass over the lines; problems are collected."""

    def __init__(self, lines: Sequence[str], shown: str, key: str | None) -> None:
        self._lines, self._shown, self._key = lines, shown, key
        self.problems: list[Problem] = []
        self.values: dict[str, str] = {}
        self.cuts: dict[str, list[tuple[float, float]]] = {}
        self.gain_dbi = math.nan
        self.frequency_mhz: float | None = None

    def read(self) -> None:
        at = 0
        while at < len(self._lines):
            keyword, value = (*self._lines[at].split(maxsplit=1), "", "")[:2]
            keyword = keyword.upper()
            at += 1
            if keyword in _CUTS:
                at = self._read_cut(keyword, value.strip(), at)
            elif keyword and _number(keyword) is None:
                self.values.setdefault(keyword, value.strip())
            elif keyword:
                self._wrong("numbers outside a cut", at, self._lines[at - 1], None)
                at = self._skip_numbers(at)
        self._check_keywords()

    def _read_cut(self, keyword: str, value: str, at: int) -> int:
        declared_at = at
        end = self._skip_numbers(at)
        filled = [i for i in range(at, end) if self._lines[i].strip()]
        found = len(filled)
        count = int(value) if value.isdigit() else None
        if keyword in self.cuts:
            self._wrong(f"{keyword} occurs twice", declared_at, value, None)
        if count is None:
            self._wrong(f"{keyword} has no number of points", declared_at, value, "a whole number")
        elif count != found:
            self._wrong(
                f"{keyword} announces {count} points, but {found} follow",
                declared_at,
                value,
                f"{count} lines of an angle and a loss",
            )
        if found < _FEWEST_POINTS:
            expected = f"at least {_FEWEST_POINTS} points"
            self._wrong(f"{keyword} is not a full circle", declared_at, found, expected)
        points = [self._point(i) for i in filled]
        self.cuts[keyword] = [point for point in points if point is not None]
        self._check_circle(keyword, declared_at)
        return end

    def _point(self, index: int) -> tuple[float, float] | None:
        """Return the angle and loss of a line; note a problem if they are not numbers in range."""
        words = self._lines[index].split()
        numbers = [_number(word) for word in words]
        if len(words) != 2 or None in numbers:
            self._wrong(
                "not an angle and a loss", index + 1, self._lines[index].strip(), "two numbers"
            )
            return None
        angle, loss = (math.nan if number is None else number for number in numbers)
        if not 0.0 <= angle <= 360.0:
            self._wrong("an angle off the circle", index + 1, angle, "0 to 360 degrees")
            return None
        if not 0.0 <= loss <= _MOST_LOSS_DB:
            expected = f"dB below the gain, 0 to {_MOST_LOSS_DB:.0f}"
            self._wrong("not a loss", index + 1, loss, expected)
            return None
        return angle, loss

    def _check_circle(self, keyword: str, line: int) -> None:
        angles = [angle for angle, _ in self.cuts[keyword]]
        if any(after <= before for before, after in pairwise(angles)):
            self._wrong(f"the angles of {keyword} do not rise", line, None, "each angle once")
            return
        gaps = np.diff([*angles, angles[0] + 360.0]) if angles else np.zeros(0)
        if gaps.size and gaps.max() > 360.0 / _FEWEST_POINTS + 1e-6:
            expected = "a point at least every 45 degrees"
            self._wrong(f"{keyword} leaves a gap", line, f"{gaps.max():g} degrees", expected)

    def _skip_numbers(self, at: int) -> int:
        """Return the first line from ``at`` on that begins with a letter."""
        while at < len(self._lines):
            if self._lines[at].lstrip()[:1].isalpha():
                break
            at += 1
        return at

    def _check_keywords(self) -> None:
        missing = [word for word in ("GAIN", *_CUTS) if word not in {*self.values, *self.cuts}]
        if missing:
            expected = "an antenna file in MSI Planet format"
            self._wrong(f"has no {' and no '.join(missing)}", None, None, expected)
        if "GAIN" in self.values:
            self._read_gain(self.values["GAIN"])
        if self.values.get("FREQUENCY"):
            self._read_frequency(self.values["FREQUENCY"])

    def _read_frequency(self, text: str) -> None:
        """Take a frequency, or the middle of a band (``1710-2170``)."""
        band = _BAND.fullmatch(text)
        ends = (band["low"], band["high"]) if band else (text.split(maxsplit=1)[0],)
        numbers = [_number(end) or 0.0 for end in ends]
        if min(numbers) > 0.0:
            self.frequency_mhz = sum(numbers) / len(numbers)
        else:
            self._wrong("FREQUENCY is not a number", None, text, "MHz")

    def _read_gain(self, text: str) -> None:
        found = _GAIN.fullmatch(text)
        number = _number(found["number"]) if found else None
        if found is None or number is None:
            self._wrong("GAIN is not a gain", None, text, "a number, and dBd or dBi")
            return
        over_dipole = (found["unit"] or "dbd").lower() == "dbd"
        self.gain_dbi = number + (DIPOLE_GAIN_DBI if over_dipole else 0.0)

    def _wrong(self, message: str, line: int | None, value: object, expected: str | None) -> None:
        where = f"line {line}: {message}" if line is not None else message
        self.problems.append(Problem(where, self._shown, self._key, value, expected))


def _number(text: str) -> float | None:
    """Return a number, written with a point or a comma; None if it is not one."""
    try:
        value = float(_DECIMAL_COMMA.sub(r"\1.\2", text, count=1))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
