"""Archives of arrays (``.npz``), read without trusting their content."""

from __future__ import annotations

import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.errors import InputError, Problem
from planner.safe_inputs import MOST_UNPACKED_BYTES, check_regular

_DAMAGED = (OSError, ValueError, EOFError, zlib.error, NotImplementedError, zipfile.BadZipFile)

Known = Mapping[str, tuple[Any, int]]
"""Patterns of names, each with the type of its arrays and the number of their dimensions."""


def read_arrays(path: Path, known: Known) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of an archive whose names are known, each as described, and finite.

    Nothing in the file is believed, and no object is unpickled.

    Raises
    ------
    InputError
        The file is missing, is not an archive of arrays, or holds anything else under a known name.
    """
    check_regular(path, str(path))
    if not path.is_file():
        expected = "a folder with the outputs of a plan"
        raise InputError(Problem("no such file", str(path), expected=expected))
    try:
        with zipfile.ZipFile(path) as archive:
            return dict(_arrays(archive, known))
    except _DAMAGED as error:
        raise InputError(
            Problem(
                f"is not an archive of arrays: {error}",
                str(path),
                expected="the file that a run wrote",
            )
        ) from error
    except InputError as error:
        raise error.in_file(str(path)) from error


def _arrays(archive: zipfile.ZipFile, known: Known) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    for member in archive.infolist():
        name = member.filename.removesuffix(".npy")
        described = next((one for key, one in known.items() if re.fullmatch(key, name)), None)
        if described is None:
            continue
        with archive.open(member) as stream:
            version = np.lib.format.read_magic(stream)
            if version > (2, 0):
                raise ValueError(f"{name} is of an unknown version")
            read = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            shape, _, dtype = read(stream)
        size = math.prod(shape) * dtype.itemsize
        wanted = (np.dtype(described[0]), described[1])
        if (dtype, len(shape)) != wanted or not 0 <= size <= min(
            member.file_size, MOST_UNPACKED_BYTES
        ):
            found = f"{dtype} of shape {shape}"
            expected = f"{wanted[0]} with {wanted[1]} dimensions"
            raise InputError(Problem("is not an array of this file", None, name, found, expected))
        with archive.open(member) as stream:
            values = np.lib.format.read_array(stream, allow_pickle=False)
        if not np.isfinite(values).all():
            raise InputError(Problem("holds numbers that are not finite", None, name))
        yield name, values
