"""Versions of scenario files, and what a file of an older version means.

The current version is 2. Version 1 is that of files written before the sober link budget, the area
classes by the Degree of Urbanisation and high-loss buildings in towns and suburbs: keys that such a
file does not set keep the values that it was written for.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from planner.scenario.base import CURRENT_VERSION, Version, merged

VALUES_OF_1: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "radio": {"preset": "2019-generous", "downlink_layers": 1},
        "service": {
            "urban": {"high_loss_building_share": 0.0},
            "suburban": {"high_loss_building_share": 0.0},
        },
        "area_classes": {"rule": "density"},
    }
)
"""Values of version 1 that differ from the defaults of version 2."""

_OF_NETWORKS = ("radio", "service")


def in_current_version(tables: Mapping[str, Any], sections: Container[str]) -> dict[str, Any]:
    """Return the tables of a scenario file in the current version, with the same meaning.

    ``sections``: those that files of its kind may have.

    Examples
    --------
    >>> sections = ("radio", "area_classes")
    >>> in_current_version({"schema_version": 1, "radio": {"preset": "sober"}}, sections)
    {'radio': {'preset': 'sober', 'downlink_layers': 1}, 'area_classes': {'rule': 'density'}, \
'schema_version': 2}
    >>> in_current_version({"radio": {"band": "n78"}}, sections)
    {'radio': {'band': 'n78'}}
    """
    if not _is_first(tables):
        return dict(tables)
    current = merged(_values(sections), {**tables, "schema_version": CURRENT_VERSION})
    networks = current.get("networks")
    if isinstance(networks, list):
        common = {section: VALUES_OF_1[section] for section in _OF_NETWORKS}
        current["networks"] = [
            merged(common, one) if isinstance(one, dict) else one for one in networks
        ]
    return current


def version_note(tables: Mapping[str, Any], file: str, sections: Container[str]) -> str:
    """Return a note on the version of a scenario file, "" if it is the current one."""
    if not _is_first(tables):
        return ""
    kept = ", ".join(_not_set(tables, _values(sections)))
    if not kept:
        return f"{file}: schema_version = 1: write {CURRENT_VERSION}, which changes nothing here"
    return (
        f"{file}: schema_version = 1: keys that it does not set have the values it was written "
        f"for: {kept}. To keep them, write them into it with schema_version = {CURRENT_VERSION}; "
        f"for the current link budget and area classes, write schema_version = {CURRENT_VERSION} "
        "only"
    )


def measure_note(version: Version, name: str, file: str) -> str:
    """Return a note on the version of a measure file, "" if it is the current one."""
    if version == CURRENT_VERSION:
        return ""
    return (
        f"measure {name}: schema_version = {version}: written for the link budget and area classes "
        f"of that version, and applied to the values of {file}. If it holds there too, write "
        f"schema_version = {CURRENT_VERSION}"
    )


def _values(sections: Container[str]) -> dict[str, Mapping[str, Any]]:
    return {name: own for name, own in VALUES_OF_1.items() if name in sections}


def _is_first(tables: Mapping[str, Any]) -> bool:
    return bool(tables.get("schema_version") == 1)


def _not_set(tables: Any, values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the keys of ``values`` that ``tables`` do not set, with the value."""
    for key, value in values.items():
        own = tables.get(key) if isinstance(tables, dict) else None
        if isinstance(value, Mapping):
            yield from _not_set(own, value, f"{prefix}{key}.")
        elif own is None:
            yield f"{prefix}{key} = {json.dumps(value)}"
