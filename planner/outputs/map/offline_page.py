"""One self-contained HTML file from a folium map: it makes no network requests.

Leaflet comes from the package django-js-lib-leaflet, of which only files are used, and is written
into the page. jQuery, Bootstrap and the icon fonts that folium asks for are left out: the layers of
:mod:`planner.outputs.map.page` need none of them. A content security policy forbids every script
but our own and every request, but those for pictures of tile layers that the map has been given.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from branca.element import CssLink, Element, Figure, JavascriptLink
from folium import TileLayer

from planner.errors import PlannerError
from planner.outputs.page import page

if TYPE_CHECKING:
    import folium

_LEAFLET = {"leaflet": "leaflet.js", "leaflet_css": "leaflet.css"}
_LEFT_OUT = {
    "jquery",
    "bootstrap",
    "awesome_markers",
    "bootstrap_css",
    "glyphicons_css",
    "awesome_markers_font_css",
    "awesome_markers_css",
    "awesome_rotate_css",
}


def save_map(folium_map: folium.Map, path: Path) -> Path:
    """Write ``folium_map`` into one file that opens without a network; return its path."""
    path = Path(path)
    path.write_text(offline_html(folium_map), encoding="utf-8", newline="\n")
    return path


def offline_html(folium_map: folium.Map) -> str:
    """Return the page of ``folium_map``, the same text for the same map.

    Raises :class:`planner.errors.PlannerError` when the map has a layer that loads a library
    which is not at hand.
    """
    figure = folium_map.get_root()
    if not isinstance(figure, Figure):
        raise PlannerError("the map is in no figure and cannot be saved")
    with _rendered_once(figure):
        parts: dict[str, Any] = {
            "title": figure.title or "",
            "head": "\n".join(_head(figure)),
            "body": _rendered(figure.html),
            "script": _rendered(figure.script),
        }
        draft = _stable_ids(page("map_page.html.j2", policy="", **parts), figure)
    policy = scripts_policy(scripts_of(draft), _tile_hosts(figure))
    return draft.replace('content=""', f'content="{policy}"', 1)


@contextmanager
def _rendered_once(figure: Figure) -> Iterator[None]:
    """Render ``figure`` and leave it afterwards as it was: folium piles up what it renders."""
    sections = (figure.header, figure.html, figure.script)
    before = [section._children.copy() for section in sections]
    try:
        figure.render()
        yield
    finally:
        for section, children in zip(sections, before, strict=True):
            section._children = children


def _head(figure: Figure) -> list[str]:
    head = []
    for name, child in figure.header._children.items():
        if name in _LEFT_OUT or name == "meta_http":
            continue
        if name in _LEAFLET:
            head.append(leaflet(_LEAFLET[name]))
        elif isinstance(child, CssLink | JavascriptLink):
            raise PlannerError(
                f"the map cannot be saved for use offline: {name} is loaded from {child.url}"
            )
        else:
            head.append(child.render())
    return head


def _rendered(parent: Element) -> str:
    return "\n".join(child.render() for child in parent._children.values())


@cache
def leaflet(name: str) -> str:
    """Return a file of Leaflet as an element: pictures inside, no pointer to a source map."""
    folder = files("js_lib_leaflet") / "static" / "js_lib_leaflet"
    text = (folder / name).read_text("utf-8").replace("\r\n", "\n")
    if name.endswith(".js"):
        return f"<script>{re.sub(r'//# sourceMappingURL=.*', '', text)}</script>"

    def inline(match: re.Match[str]) -> str:
        picture = (folder / "images" / match[1]).read_bytes()
        return f"url(data:image/png;base64,{base64.b64encode(picture).decode('ascii')})"

    return f"<style>{re.sub(r'url[(]images/([^)]+)[)]', inline, text)}</style>"


def _stable_ids(page: str, figure: Figure) -> str:
    """Replace folium's random identifiers by numbers, in the order of the page."""
    known = set(_identifiers(figure))
    number: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        found = match[0]
        return number.setdefault(found, str(len(number) + 1)) if found in known else found

    return re.sub(r"[0-9a-f]{32}", numbered, page)


def _identifiers(element: Element) -> list[str]:
    children = list(element._children.values())
    if isinstance(element, Figure):
        children += [element.header, element.html, element.script]
    return [element._id, *(found for child in children for found in _identifiers(child))]


def scripts_of(html: str) -> list[str]:
    """Return the scripts that a page of ours carries."""
    return re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)


def _tile_hosts(element: Element) -> list[str]:
    """Return the servers of the tile layers of a map, as a policy names them."""
    found = {host for child in element._children.values() for host in _tile_hosts(child)}
    if isinstance(element, TileLayer):
        scheme, _, rest = str(element.tiles).partition("://")
        host = re.sub(r"[{][^}]*[}]", "*", rest.partition("/")[0])
        found.add(f"{scheme}://{host}")
    return sorted(found)


def scripts_policy(scripts: Iterable[str], pictures_of: Iterable[str] = ()) -> str:
    """Return a policy that allows these very scripts, and styles, pictures and fonts in the page.

    ``pictures_of``: servers whose pictures are allowed too.
    """
    hashes = sorted(
        {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts}
    )
    allowed = " ".join(f"'sha256-{value}'" for value in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        f"img-src {' '.join(['data:', *pictures_of])}; font-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
