"""Tables of a scenario: the one opener for CSV and its relatives (gz, xlsx, any usual separator).

Whatever the file looks like, the result is the same: columns of text with trimmed names, and the
line of the file on which each row begins, so that a message can name it.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from planner.errors import InputError, PlannerWarning, Problem
from planner.safe_inputs import check_archive, check_regular, is_bomb, unpacks_to

SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz", ".xlsx")
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SEPARATOR_LINE = re.compile(r"sep=.\r?\n")
_PIECE_BYTES = 2**20
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")
_WHOLE = re.compile(r"[-+]?\d+")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


@dataclass(frozen=True)
class Table:
    """Rows of text; ``line`` is the line of the file on which each row begins."""

    frame: pd.DataFrame
    line: list[int]


def is_table(path: Path) -> bool:
    """Whether a file is read as a table, by its name."""
    return path.name.lower().endswith(SUFFIXES)


def read_table(path: Path, key: str, name: str, sheet: str | None = None) -> Table:
    """Read a table; ``key`` and ``name`` are what messages call the file.

    ``sheet``: of a workbook; default: the first.

    Raises
    ------
    InputError
        A file that is no text or no archive, a quotation mark that is never closed, lines that are
        longer or shorter than the header, a header that is missing or names a column twice.
    """
    check_regular(path, name, key)
    if path.name.lower().endswith(".xlsx"):
        check_archive(path, name, key)
        rows, lines = _rows_of_workbook(path, key, name, sheet), None
        separator = ","
    else:
        if sheet is not None:
            raise InputError(Problem("is a table without layers", name, key, sheet, "no layer"))
        text = _decoded(_bytes_of(path, key, name), key, name)
        rows, lines, separator = _rows_of_text(text, key, name)
    numbered = [
        (line, row)
        for line, row in zip(lines or range(1, len(rows) + 1), rows, strict=True)
        if any(field.strip() for field in row)
    ]
    if not numbered:
        raise InputError(Problem("holds no features", name, key))
    (_, header), *body = numbered
    header = [field.strip() for field in header]
    _check_header(header, key, name)
    ragged = [line for line, row in body if len(row) != len(header)]
    if ragged:
        raise InputError(
            Problem(
                f"{len(ragged)} lines have more or fewer values than the header, the first is "
                f"line {ragged[0]}",
                name,
                key,
                expected=f"{len(header)} values separated by {_SEPARATORS[separator]}",
            )
        )
    frame = pd.DataFrame([[field.strip() for field in row] for _, row in body], columns=header)
    frame = _once_each(frame.astype(str), key, name)
    return Table(frame.apply(_with_decimal_points), [line for line, _ in body])


def data_table(path: Path, **types: str) -> pd.DataFrame:
    """Read a table of the data that the program ships: texts, but for columns with other types."""
    return read_table(path, "data", path.name).frame.astype(types)


def _bytes_of(path: Path, key: str, name: str) -> bytes:
    try:
        if not path.name.lower().endswith(".gz"):
            return path.read_bytes()
        packed, content = path.stat().st_size, bytearray()
        with gzip.open(path) as file:
            while piece := file.read(_PIECE_BYTES):
                content += piece
                if is_bomb(packed, len(content)):
                    raise unpacks_to(len(content), name, key)
    except InputError:
        raise
    except (OSError, EOFError, zlib.error) as error:
        what = "unpacked" if path.name.lower().endswith(".gz") else "read"
        raise InputError(Problem(f"cannot be {what}: {error}", name, key)) from error
    return bytes(content)


def _decoded(content: bytes, key: str, name: str) -> str:
    """Decode UTF-8, UTF-16 with a mark, or GB 18030, which is reported by a warning."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        if encoding == "gb18030":
            warnings.warn(
                f"{name}: is not UTF-8 text; read as GB 18030 (GBK)", PlannerWarning, stacklevel=4
            )
        return text
    raise InputError(Problem("is not UTF-8 text", name, key, expected="a text file saved as UTF-8"))


def _rows_of_text(text: str, key: str, name: str) -> tuple[list[list[str]], list[int], str]:
    """Return rows, the line on which each begins, and the separator."""
    said = _SEPARATOR_LINE.match(text)
    if said:  # Spreadsheets write and read it.
        text = text[said.end() :]
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=lambda one: _fields(first, one))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    while True:
        begins = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return rows, lines, separator
        except csv.Error as error:
            what = (
                f"a quotation mark that opens on line {begins} is never closed"
                if "unexpected end" in str(error)
                else f"line {begins} cannot be read: {error}"
            )
            raise InputError(
                Problem(what, name, key, expected="fields with both quotation marks, or none")
            ) from error
        rows.append(row)
        lines.append(begins + (said is not None))


def _fields(line: str, separator: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=separator)))
    except (csv.Error, StopIteration):
        return 0


def _rows_of_workbook(path: Path, key: str, name: str, wanted: str | None) -> list[list[str]]:
    """Return the rows of a sheet, or of the first; others are reported by a warning."""
    try:
        with pd.ExcelFile(path, engine="openpyxl") as book:
            sheets = [str(sheet) for sheet in book.sheet_names]
            chosen = sheets[0] if wanted is None else wanted
            known = chosen in sheets
            found = pd.read_excel(book, chosen, header=None, dtype=object) if known else None
    except Exception as error:  # openpyxl and zipfile raise their own errors for damaged files
        raise InputError(Problem(f"cannot be read as a workbook: {error}", name, key)) from error
    if found is None:
        raise InputError(
            Problem("has no such sheet", name, key, wanted, f"one of {', '.join(sheets)}")
        )
    if len(sheets) > 1:
        warnings.warn(
            f"{name}: sheet {chosen!r} is read, one of {len(sheets)}",
            PlannerWarning,
            stacklevel=4,
        )
    return [["" if pd.isna(value) else str(value) for value in row] for row in found.to_numpy()]


def _check_header(header: list[str], key: str, name: str) -> None:
    """Refuse a first line that holds numbers: it is a row of data."""
    numbers = [field for field in header if _NUMBER.fullmatch(field)]
    if len(numbers) >= 2:
        raise InputError(
            Problem(
                "has no header: the first line looks like data",
                name,
                key,
                header[:6],
                "a first line that names the columns, such as lon,lat,name",
            )
        )


def _once_each(frame: pd.DataFrame, key: str, name: str) -> pd.DataFrame:
    """Drop columns that repeat another one; refuse two of one name that differ."""
    lower = pd.Index([column.lower() for column in frame.columns])
    problems, keep = [], []
    for number, column in enumerate(lower):
        earlier = lower.get_indexer_for([column])[0] if column else number
        if earlier == number:
            keep.append(number)
        elif not frame.iloc[:, number].equals(frame.iloc[:, earlier].rename(frame.columns[number])):
            problems.append(
                Problem(
                    f"has two columns {frame.columns[number]!r} that differ",
                    name,
                    key,
                    expected="each column once",
                )
            )
    if problems:
        raise InputError(problems)
    if len(keep) < frame.shape[1]:
        warnings.warn(
            f"{name}: {frame.shape[1] - len(keep)} columns repeat an earlier one; dropped",
            PlannerWarning,
            stacklevel=4,
        )
    return frame.iloc[:, keep]


def _with_decimal_points(column: pd.Series) -> pd.Series:
    """Read decimal commas of a column that holds numbers only.

    Where each comma has three digits behind it, as in 400,000, it may stand for thousands: such a
    column stays text, and is refused where numbers are asked for.
    """
    given = [field for field in column if field]
    commas = [field for field in given if _DECIMAL_COMMA.fullmatch(field)]
    if not commas or all(_THOUSANDS.fullmatch(field) for field in commas):
        return column
    if not all(_DECIMAL_COMMA.fullmatch(field) or _WHOLE.fullmatch(field) for field in given):
        return column
    return column.str.replace(",", ".", regex=False)
