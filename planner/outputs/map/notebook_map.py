"""A folium map that a notebook shows without a network."""

from __future__ import annotations

import html
from typing import Any

import folium

from planner.errors import PlannerError
from planner.outputs.map.offline_page import offline_html

_HEIGHT_PX = 560


class OfflineMap(folium.Map):
    """A map that a notebook shows as :func:`save_map` writes it: nothing is loaded.

    A layer of the user's own that needs a library which is not at hand loads it, as folium does.
    """

    def _repr_html_(self, **kwargs: Any) -> str:
        try:
            return framed(offline_html(self))
        except PlannerError:
            shown: str = super()._repr_html_(**kwargs)
            return shown


def framed(page: str) -> str:
    """Return a page in a frame of its own, as HTML for a notebook."""
    style = f"width:100%;height:{_HEIGHT_PX}px;border:0"
    return f'<iframe srcdoc="{html.escape(page)}" style="{style}"></iframe>'
