"""A new scenario: a commented file that is valid as it stands."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from planner.data.cache import is_data_name
from planner.data.registry import province_code, province_names
from planner.errors import InputError, Problem
from planner.scenario.base import NAME
from planner.scenario.load import load_scenario
from planner.scenario.scenario_file import scenario_folder

TEMPLATE = "template/new.toml"
_EMBEDDED = '#file = "people.tif"              # default: the embedded model of the province'


@dataclass(frozen=True)
class NewGround:
    """What a new scenario plans: an embedded province, or files of one's own.

    ``population``: a raster, or the name of a data set; needed with ``boundary``.
    """

    province: str = "520000"
    boundary: Path | None = None
    population: Path | None = None

    def lines(self, folder: Path) -> tuple[str, str]:
        """Return the lines of ``[area]`` and ``[population]``, paths relative to ``folder``."""
        if self.boundary is not None and self.population is None:
            expected = "a raster of people per cell, or worldpop-100m"
            raise InputError(Problem("a boundary needs it", key="--population", expected=expected))
        if self.boundary is None:
            code = province_code(self.province)
            area = f'province = "{code}"'
            area = f'{area:<34}# {province_names()[code][1]}; or a file: boundary = "boundary.gpkg"'
        else:
            area = f"boundary = {_path_text(self.boundary, folder)}"
        if self.population is None:
            return area, _EMBEDDED
        return area, f"file = {_path_text(self.population, folder)}"


def new_scenario(file: Path, ground: NewGround) -> Path:
    """Write a commented scenario that is valid, called as its file; return the path.

    Parameters
    ----------
    file
        Where to write; its name without ``.toml`` becomes the name of the scenario.
    ground
        Area and people.

    Raises
    ------
    InputError
        The file exists or cannot be written, its name is not a valid scenario name, or the area or
        the people are not there; nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = new_scenario(Path(folder) / "my-county", NewGround())
    ...     load_scenario(path).name
    'my-county'
    """
    path = file if file.suffix == ".toml" else file.with_name(f"{file.name}.toml")
    if not re.match(NAME, path.stem):
        expected = "small letters, digits, dots, dashes and underscores, at most 64"
        raise InputError(
            Problem("is not a valid scenario name", value=path.stem, expected=expected)
        )
    area, population = ground.lines(path.parent)
    text = (scenario_folder() / TEMPLATE).read_text(encoding="utf-8")
    for name, value in (("NAME", path.stem), ("AREA", area), ("POPULATION", population)):
        text = text.replace(name, value)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        text = "there is such a file already"
        raise InputError(Problem(text, str(path), expected="another name")) from error
    except OSError as error:
        text = f"cannot be written: {error.strerror}"
        raise InputError(Problem(text, str(path))) from error
    try:
        load_scenario(path)
    except InputError:
        path.unlink()
        raise
    return path


def _path_text(given: Path, folder: Path) -> str:
    text = str(given) if is_data_name(given) else Path(os.path.relpath(given, folder)).as_posix()
    return json.dumps(text, ensure_ascii=False)
