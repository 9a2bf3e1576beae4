"""The values in which the scenarios of compared plans differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from planner.scenario import resolved
from planner.scenario.base import ScenarioFile

_NAMES = ("name", "title", "title_zh", "description")
_OF_NO_EFFECT = {"reach_factor", "name_zh", "source", "source_zh", "counting_rule_zh"}
ABSENT = "–"


def differing_values(scenarios: Sequence[ScenarioFile]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the dotted keys in which scenarios differ, with the value of each as text.

    Names, descriptions, sources and their Chinese words are left out, and what siting finds by
    itself. A key that a scenario does not have is a dash.

    Examples
    --------
    >>> import planner
    >>> usual = planner.load_scenario("qingzhen")
    >>> few = planner.load_scenario("qingzhen", {"target.stations_new": 60})
    >>> differing_values([usual, few])
    [('target.stations_new', ('120', '60'))]
    """
    flat = [dict(_leaves(resolved(one), "")) for one in scenarios]
    keys = dict.fromkeys(key for one in flat for key in one)
    rows = [(key, tuple(one.get(key, ABSENT) for one in flat)) for key in keys]
    return [(key, values) for key, values in rows if len(set(values)) > 1]


def _leaves(value: object, key: str) -> Iterator[tuple[str, str]]:
    head, _, last = key.partition(".")
    if head in ("sources", *_NAMES) or last.rpartition(".")[2] in _OF_NO_EFFECT:
        return
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _leaves(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{key}.{index}")
    elif isinstance(value, int) and not isinstance(value, bool):
        yield key, f"{value:,}"
    else:
        yield key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
