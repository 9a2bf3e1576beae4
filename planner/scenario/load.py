"""Reading a scenario file: TOML, overrides, validation with all problems at once."""

from __future__ import annotations

import copy
import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from planner.data.cache import is_data_name
from planner.data.recipe import recipe_names
from planner.errors import InputError, Problem
from planner.safe_inputs import check_regular
from planner.scenario.base import Origin, ScenarioFile, problems_of
from planner.scenario.measure import (
    VERBS,
    AppliedMeasure,
    Change,
    MeasureSection,
    Verb,
    changes_of,
    read_measure,
)
from planner.scenario.model import Scenario, Source
from planner.scenario.networks import (
    network_problems,
    with_inherited_sections,
    without_inherited,
)
from planner.scenario.overrides import parse_overrides, set_key
from planner.scenario.scenario_file import (
    read_toml,
    scenario_folder,
    shipped_names,
    unknown_name,
)
from planner.scenario.uncertain import uncertain_problems, without_assumed
from planner.scenario.versions import in_current_version, measure_note, version_note


def scenario_names() -> tuple[str, ...]:
    """Names of the shipped scenarios, sorted.

    Examples
    --------
    >>> import planner
    >>> "guizhou-2020" in planner.scenario_names()
    True
    """
    return shipped_names()


def measure_names() -> tuple[str, ...]:
    """Names of the shipped measures, sorted."""
    return shipped_names("measures")


def load_scenario(
    scenario: str | Path,
    overrides: Sequence[str] | Mapping[str, object] = (),
    measures: Sequence[str | Path] = (),
) -> Scenario:
    """Load a shipped scenario by name, or a scenario file by path.

    Parameters
    ----------
    scenario
        ``"guangdong-2020"`` or the path of a TOML file.
    overrides
        ``"key=value"`` strings (the value in TOML, or plain text) or a mapping of dotted keys;
        merged before validation. Paths given here are relative to the current folder, paths in
        the file to the folder of the file.
    measures
        Shipped measures by name, or measure files by path, in any order. They are combined as
        :mod:`planner.scenario.measure` describes; overrides are applied after them.

    Raises
    ------
    InputError
        With every problem of the file at once: file, key, value and what would be right.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> scenario.target.stations_new
    120
    >>> planner.load_scenario("qingzhen", ["target.stations_new=50"]).target.stations_new
    50
    """
    path = _scenario_path(scenario)
    raw = _in_full(read_toml(path, str(scenario)))
    applied = _apply_measures(raw, measures, str(scenario), path.parent)
    changes = parse_overrides(overrides)
    for key, value in changes.items():
        set_key(raw, key, value)
    raw = _in_full(raw)
    for key, given in list(_paths(raw, Scenario)):
        if key in changes and not Path(given).is_absolute() and not is_data_name(given):
            set_key(raw, key, str(Path.cwd() / given))
    _drop_sources_of_removed_values(raw, changes)
    loaded = _validate(with_inherited_sections(raw), str(scenario), path.parent)
    changed_by_measures = [change.key for one in applied for change in one.changes]
    loaded._overridden = (*changed_by_measures, *changes)
    loaded._measures = applied
    of_measures = [measure_note(one.schema_version, one.name, loaded.file) for one in applied]
    loaded.note([version_note(raw, loaded.file, Scenario.model_fields), *of_measures])
    problems = [
        *_unknown_sources(loaded.sources, loaded.model_dump(), loaded.file),
        *network_problems(loaded.networks, loaded.sharing, loaded.file),
        *uncertain_problems(loaded, loaded.uncertain),
    ]
    if problems:
        raise InputError(problems)
    return loaded


def scenario_of(tables: Mapping[str, Any], overridden: Sequence[str], file: str) -> Scenario:
    """Return the scenario that a run wrote down in full, without a look at the files it names.

    Parameters
    ----------
    tables
        As :func:`resolved` returns them.
    overridden
        Dotted keys that were set outside the scenario's file.
    file
        The file that holds the tables, for messages.

    Raises
    ------
    InputError
        The tables are not those of a scenario.
    """
    try:
        scenario = Scenario.model_validate_json(json.dumps(tables))
    except ValidationError as error:
        raise InputError(problems_of(error, file, "scenario")) from error
    section = scenario.area
    scenario._origin = Origin(file, Path(), section.province or str(section.boundary or ""))
    scenario._overridden = tuple(overridden)
    return scenario


def resolved(scenario: ScenarioFile) -> dict[str, Any]:
    """Return the scenario as plain tables: defaults written out, paths absolute, names of data."""
    tables: dict[str, Any] = scenario.model_dump(mode="json", exclude_none=True)
    for key, given in list(_paths(tables, type(scenario))):
        if not is_data_name(given):
            set_key(tables, key, str(scenario.origin.path(Path(given)).resolve()))
    return tables


def scenario_hash(scenario: ScenarioFile) -> str:
    """Return the sha256 of the validated scenario in canonical JSON, with files as named in it."""
    text = json.dumps(scenario.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _scenario_path(scenario: str | Path) -> Path:
    names = scenario_names()
    if str(scenario) in names:
        return scenario_folder() / f"{scenario}.toml"
    path = Path(scenario)
    if len(path.parts) > 1 or path.suffix == ".toml":
        check_regular(path, str(scenario))
    if path.is_file():
        return path
    if path.suffix == ".toml" or len(path.parts) > 1:
        raise InputError(Problem("no such scenario file", file=str(scenario)))
    if (scenario_folder() / "national" / f"{scenario}.toml").is_file():
        raise InputError(
            Problem(
                "is a national scenario",
                value=str(scenario),
                expected=f"planner run, planner validate, or one of {', '.join(names)}",
            )
        )
    raise InputError(unknown_name("scenario", str(scenario), names, else_a="TOML"))


def _measure_path(measure: str | Path) -> Path:
    if str(measure) in measure_names():
        return scenario_folder() / "measures" / f"{measure}.toml"
    path = Path(measure)
    check_regular(path, str(measure), "--with")
    if path.is_file():
        return path
    raise InputError(
        unknown_name("measure", str(measure), measure_names(), key="--with", else_a="measure")
    )


def _apply_measures(
    raw: dict[str, Any], measures: Sequence[str | Path], name: str, folder: Path
) -> tuple[AppliedMeasure, ...]:
    """Change the tables of a scenario by measures, in place, and return what each changed."""
    paths = [_measure_path(measure) for measure in measures]
    said = [read_measure(path) for path in paths]
    changes: dict[str, list[Change]] = {}
    for one in said:
        if one.name in changes:
            raise InputError(
                Problem(
                    "is given twice", key="--with", value=one.name, expected="each measure once"
                )
            )
        changes[one.name] = []
    replaced = [key for one in said for key in one.replaces]
    if replaced and isinstance(raw.get("uncertain"), list):
        raw["uncertain"] = without_assumed(raw["uncertain"], replaced)
    by_name = sorted(zip(said, paths, strict=True), key=lambda pair: pair[0].name)
    for verb in VERBS:
        for one, path in by_name:
            changes[one.name] += _applied(raw, one, verb, path, name, folder)
        if verb == "set":
            _check_settled_once(changes)
    return tuple(
        AppliedMeasure(
            one.name, one.title, one.title_zh, one.measures, one.description, one.assumption,
            hashlib.sha256(path.read_bytes()).hexdigest(), tuple(changes[one.name]),
            one.schema_version,
        )
        for one, path in zip(said, paths, strict=True)
    )  # fmt: skip


def _applied(
    raw: dict[str, Any], measure: MeasureSection, verb: Verb, path: Path, name: str, folder: Path
) -> tuple[Change, ...]:
    """Change the tables of a scenario by one verb of a measure, in place."""
    if not measure.by(verb):
        return ()
    before = _validate(with_inherited_sections(copy.deepcopy(raw)), name, folder)
    tables = before.model_dump(mode="json", exclude_none=True)
    changes = changes_of(measure, verb, str(path), tables, name)
    for change in changes:
        set_key(raw, change.key, copy.deepcopy(change.after))
    _drop_sources_of_removed_values(raw, {change.key: change.after for change in changes})
    keys = tuple(change.key for change in changes)
    try:
        _validate(with_inherited_sections(copy.deepcopy(raw)), name, folder)
    except InputError as error:
        # The file was valid before this change, so the change is the cause.
        raise InputError(
            replace(problem, file=str(path) if _is_of(problem.key, keys) else name)
            for problem in error.problems
        ) from error
    return changes


def _check_settled_once(changes: Mapping[str, Sequence[Change]]) -> None:
    """Refuse measures that set the same key, or a part of it, to different values."""
    settled = [(name, change) for name, own in changes.items() for change in own]
    problems = [
        Problem(
            f"both set {change.said}, to different values",
            key="--with",
            value=f"{first} and {name}",
            expected="one of the two",
        )
        for place, (name, change) in enumerate(settled)
        for first, other in settled[:place]
        if first != name
        and _is_of(change.key, [other.key])
        and (change.key, change.after) != (other.key, other.after)
    ]
    if problems:
        raise InputError(problems)


def _is_of(key: str | None, changed: Sequence[str]) -> bool:
    return any(f"{key}.".startswith(f"{one}.") or one.startswith(f"{key}.") for one in changed)


def _drop_sources_of_removed_values(raw: dict[str, Any], changes: Mapping[str, object]) -> None:
    """Forget the sources of values that an override has taken away with their table or list."""
    sources = raw.get("sources")
    if not isinstance(sources, list):
        return
    raw["sources"] = [
        source
        for source in sources
        if not isinstance(source, dict)
        or _resolves(raw, str(source.get("key", "")))
        or not any(str(source.get("key", "")).startswith(f"{key}.") for key in changes)
    ]


def _resolves(tables: Any, dotted: str) -> bool:
    here = tables
    for part in dotted.split("."):
        if isinstance(here, dict) and part in here:
            here = here[part]
        elif isinstance(here, list | tuple) and part.isdigit() and int(part) < len(here):
            here = here[int(part)]
        else:
            return False
    return True


def _validate(raw: dict[str, Any], name: str, folder: Path) -> Scenario:
    missing = _missing_files(raw, name, folder)
    try:
        # As JSON, lists become tuples and texts paths, but neither true nor "5" is a number.
        tables = in_current_version(raw, Scenario.model_fields)
        scenario = Scenario.model_validate_json(json.dumps(tables, default=str))
    except ValidationError as error:
        raise InputError(without_inherited([*_problems(error, name), *missing])) from error
    if missing:
        raise InputError(without_inherited(missing))
    section = scenario.area
    where = section.province or str(folder.resolve() / (section.boundary or ""))
    scenario._origin = Origin(name, folder.resolve(), where)
    return scenario


def _in_full(raw: dict[str, Any]) -> dict[str, Any]:
    """Write out ``population = "worldpop-100m"`` and ``terrain = "copernicus-dem-30"``."""
    population, terrain = raw.get("population"), raw.get("terrain")
    if isinstance(population, str):
        raw["population"] = {"file": population}
    if isinstance(terrain, str):
        raw["terrain"] = {"tiles": [{"file": terrain}]}
    return raw


def _missing_files(raw: dict[str, Any], name: str, folder: Path) -> list[Problem]:
    return [
        Problem("no such file", name, key, given, _file_or_name(Path(given)))
        for key, given in _paths(raw, Scenario)
        if not (folder / given).is_file() and not (is_data_name(given) and key != "area.boundary")
    ]


def _file_or_name(given: Path) -> str:
    """Return a suggestion in place of a missing file or a misspelt name."""
    close = difflib.get_close_matches(given.name, recipe_names(), n=1)
    hint = f", or the data set {close[0]}" if close and not given.suffix else ""
    return f"a path relative to the scenario{hint}"


def _problems(error: ValidationError, file: str) -> list[Problem]:
    problems: dict[str, Problem] = {}
    for found in error.errors(include_url=False):
        key = _key(found["loc"])
        value = found["input"]
        shown = None if isinstance(value, dict | BaseModel) else value
        if found["type"] == "extra_forbidden":
            problem = Problem("unknown key", file, key, shown, _known_keys(found["loc"]))
        elif found["type"] == "missing":
            problem = Problem("is missing", file, key)
        elif found["type"] == "value_error":
            problem = Problem(found["msg"].removeprefix("Value error, "), file, key, shown)
        elif found["type"] == "too_short":
            least = found["ctx"]["min_length"]
            if isinstance(value, list) and len(value) >= least:
                continue  # Long enough as given: the problems of its items are reported instead.
            problem = Problem("is too short", file, key, shown, f"at least {least} items")
        else:
            text = found["msg"]
            expected = text.removeprefix("Input should be ").removeprefix("a valid ")
            problem = Problem("is not valid", file, key, shown, expected)
        problems.setdefault(key, problem)
    return list(problems.values())


def _key(location: Sequence[str | int]) -> str:
    """Drop the tags that pydantic adds for the branches of a union."""
    names = [str(part) for part in location]
    while len(names) > 1 and _section(names[:-1]) is None and not names[-1].isdigit():
        names.pop()
    return ".".join(names)


def _section(location: Sequence[str]) -> type[BaseModel] | None:
    """Return the model of the table at a location of the scenario, None where it is a value."""
    model: type[BaseModel] = Scenario
    for part in location:
        if part.isdigit():
            continue
        field = model.model_fields.get(part)
        nested = _models_of(field.annotation) if field else []
        if not nested:
            return None
        model = nested[0]
    return model


def _models_of(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    found = []
    for argument in getattr(annotation, "__args__", ()):
        found += _models_of(argument)
    return found


def _known_keys(location: Sequence[str | int]) -> str | None:
    model = _section([str(part) for part in location[:-1]])
    if model is None:
        return None
    close = difflib.get_close_matches(str(location[-1]), model.model_fields, n=1)
    known = ", ".join(model.model_fields)
    return f"{close[0]}? (known keys: {known})" if close else f"one of {known}"


def _paths(
    tables: Mapping[str, Any], model: type[BaseModel], prefix: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield the dotted key and the text of every value that its model declares as a path."""
    for name, field in model.model_fields.items():
        value, key = tables.get(name), f"{prefix}{name}"
        nested = _models_of(field.annotation)
        if isinstance(value, str) and _is_path(field.annotation):
            yield key, value
        elif isinstance(value, Mapping) and nested:
            yield from _paths(value, nested[0], f"{key}.")
        elif isinstance(value, list) and nested:
            for index, item in enumerate(value):
                if isinstance(item, Mapping):
                    yield from _paths(item, nested[0], f"{key}.{index}.")


def _is_path(annotation: Any) -> bool:
    return annotation is Path or Path in getattr(annotation, "__args__", ())


def _unknown_sources(
    sources: Sequence[Source], tables: Mapping[str, Any], file: str
) -> Iterator[Problem]:
    """Yield the sources of keys that a scenario does not have."""
    for index, source in enumerate(sources):
        if not _resolves(tables, source.key):
            yield Problem(
                "names a key that does not exist",
                file,
                f"sources.{index}.key",
                source.key,
                "a dotted key of this scenario",
            )
