"""Text and data on their way into a folium page.

branca renders what it has rendered a second time as a Jinja template: besides what HTML and
JavaScript need escaped, ``{{``, ``{%`` and ``{#`` in the data must not survive.
"""

from __future__ import annotations

import html
import json
import math
from typing import Any

from planner.outputs.page import part

_SCRIPT_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "'": "\\u0027",
    "{{": "{\\u007b",
    "{%": "\\u007b%",
    "{#": "\\u007b#",
}


def page_json(value: Any) -> str:
    """Return JSON that is safe inside a script element; NaN and infinity become null.

    In JSON an opening brace is never followed by ``{``, ``%`` or ``#`` but inside a string.
    """
    text = json.dumps(_finite(value), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for found, escape in _SCRIPT_ESCAPES.items():
        text = text.replace(found, escape)
    return text


def page_html(template: str, **values: Any) -> str:
    """Render a template of this package, autoescaped, so that branca leaves it as it is."""
    return part(template, **values).replace("{", "&#123;")


def page_title(text: str) -> str:
    """Return a title as HTML text on one line; it is rendered once only."""
    return html.escape(" ".join(text.split()))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
