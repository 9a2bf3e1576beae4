"""Sources of a scenario's values, and the attributions that licences of the inputs require."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planner.number_text import NONE, quantity

if TYPE_CHECKING:
    from planner.scenario.model import Source


def source_rows(
    sources: Sequence[Source], tables: Mapping[str, Any], overridden: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the sources of a scenario, each with its value, and with a link if its URL is one.

    A value that was overridden on the command line is the planner's own, not the source's.

    Parameters
    ----------
    sources
        Those of the scenario.
    tables
        The scenario as plain tables, with every default.
    overridden
        Dotted keys that were changed on the command line.
    """
    notes = {source.key: _override_note(source.key, overridden) for source in sources}
    return [
        {
            "key": source.key,
            "value": _value(tables, source.key),
            "status": "planner" if notes[source.key] else source.status,
            "note": notes[source.key],
            "text": source.text,
            "text_zh": source.text_zh,
            "url": source.url,
            "link": source.url if source.url.startswith(("https://", "http://")) else "",
        }
        for source in sources
    ]


def _override_note(key: str, overridden: Iterable[str]) -> str:
    """Return the note on a source whose value was overridden in part or in whole; else empty."""
    part = ""
    for changed in overridden:
        if f"{key}.".startswith(f"{changed}."):
            return "changed on the command line; the source below is that of the shipped value"
        if changed.startswith(f"{key}."):
            part = (
                f"{changed.removeprefix(f'{key}.')} changed on the command line; the source below "
                "is that of the shipped values"
            )
    return part


def _value(tables: Mapping[str, Any], dotted: str) -> str:
    here: Any = tables
    for part in dotted.split("."):
        if isinstance(here, list):
            here = here[int(part)]
        elif isinstance(here, Mapping) and part in here:
            here = here[part]
        else:
            return NONE
    if isinstance(here, int | float) and not isinstance(here, bool):
        return quantity(here)
    return NONE if isinstance(here, list | dict) else str(here)


def attributions(provenance: Mapping[str, Any]) -> list[str]:
    """Return the attributions that the licences of the inputs require, each once."""
    texts = (given["attribution"] for given in provenance["inputs"])
    return list(dict.fromkeys(text for text in texts if text))
