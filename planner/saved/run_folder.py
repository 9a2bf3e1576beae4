"""The folder of a run: its record, and files that are still those that the run wrote."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from planner.errors import InputError, PlannerWarning, Problem
from planner.output_folder import HIDDEN
from planner.outputs import RUN, SUMMARY
from planner.outputs.journal import Journal, stays_inside
from planner.outputs.tables.summary_json import sha256
from planner.safe_inputs import check_regular
from planner.scenario import Scenario, scenario_of

GEOPACKAGE = "plan.gpkg"
_MOST_CHARACTERS = 256 * 2**20


@dataclass(frozen=True)
class RunFolder:
    """A folder with the outputs of a run; nothing but its record is read before it is used."""

    folder: Path

    @classmethod
    def opened(cls, folder: str | Path) -> RunFolder:
        """Return the folder, if it has the record of a run.

        Raises
        ------
        InputError
            There is no such folder, it holds an unfinished save, or no run wrote into it.
        """
        found = cls(Path(folder))
        if not found.folder.is_dir():
            raise InputError(Problem("no such folder", str(folder)))
        if Journal.is_in(found.folder / HIDDEN):
            raise InputError(
                Problem("holds an unfinished save", str(folder), expected="planner recover first")
            )
        _ = found.files
        return found

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """Content of ``run.json``."""
        return self.json(self.folder / RUN)

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The files of the run, with their checksums."""
        try:
            listed = {str(one["file"]): str(one["sha256"]) for one in self.record["outputs"]}
        except (KeyError, TypeError) as error:
            raise self.odd(RUN, "does not list the files of a run") from error
        outside = [name for name in listed if not stays_inside(self.folder, name)]
        if outside:
            raise self.odd(RUN, f"names a file outside its folder: {outside[0]}")
        return listed

    def file(self, name: str) -> Path:
        """Return the path of a file, which is as the run wrote it.

        A GeoPackage that was changed since, as QGIS does, is a warning only.

        Raises
        ------
        InputError
            The run did not write it, it is gone, or it was changed since.
        """
        path = self.folder / name
        if name not in self.files:
            raise self.odd(name, f"is missing in {RUN}, which lists the files of the run")
        check_regular(path, str(path))
        try:
            same = sha256(path) == self.files[name]
        except OSError as error:
            raise self.odd(name, f"cannot be read: {error.strerror}") from error
        if not same and name != GEOPACKAGE:
            raise self.odd(name, f"was changed or damaged since the run: its sha256 is not {RUN}'s")
        if not same:
            text = f"{path}: was changed since the run; what it holds now is used"
            warnings.warn(text, PlannerWarning, stacklevel=2)
        return path

    @cached_property
    def summary(self) -> Mapping[str, Any]:
        """Entries of ``summary.json``."""
        return self.json(self.file(SUMMARY))

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario, with every default; the files that it names need not be there."""
        tables, file = self.record.get("scenario"), str(self.folder / RUN)
        if not isinstance(tables, dict):
            raise self.odd(RUN, "holds no scenario")
        return scenario_of(tables, self.record.get("overridden", ()), file)

    def odd(self, name: str, message: str) -> InputError:
        """Return the error of a file that is not as a run wrote it."""
        expected = "a folder with the outputs of planner run, as it wrote them"
        return InputError(Problem(message, str(self.folder / name), expected=expected))

    def json(self, path: Path) -> Mapping[str, Any]:
        """Return the object in a JSON file."""
        check_regular(path, str(path))
        try:
            with path.open(encoding="utf-8") as file:
                content = json.loads(file.read(_MOST_CHARACTERS))
        except FileNotFoundError as error:
            raise self.odd(path.name, "no such file") from error
        except (OSError, ValueError, RecursionError) as error:
            raise self.odd(path.name, f"cannot be read as JSON: {error}") from error
        if not isinstance(content, dict):
            raise self.odd(path.name, "holds no object")
        return content


@dataclass(frozen=True)
class SavedRun:
    """A saved run: its folder, its summary, its scenario."""

    run: RunFolder

    @property
    def folder(self) -> Path:
        """The folder of the run."""
        return self.run.folder

    @property
    def summary(self) -> Mapping[str, Any]:
        """Content of ``summary.json``."""
        return self.run.summary

    @property
    def scenario(self) -> Scenario:
        """The scenario with every default; the files that it names need not be there."""
        return self.run.scenario
