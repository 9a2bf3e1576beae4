"""The maps of several networks on one page: a switch shows one at a time, in the same view."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from planner.outputs.map.offline_page import scripts_of, scripts_policy
from planner.outputs.map.page_text import page_json
from planner.outputs.page import asset, page

if TYPE_CHECKING:
    from planner.networks.plan import NetworksPlan


def write_networks_map(networks: NetworksPlan, path: Path) -> None:
    """Write the page; the map of each plan is beside it, in the plan's own folder."""
    rows = networks.summary["networks"]
    maps = [(path.parent / row["folder"] / "map.html").read_text("utf-8") for row in rows]
    path.write_text(networks_map_html(networks, maps), encoding="utf-8", newline="\n")


def networks_map_html(networks: NetworksPlan, maps: list[str]) -> str:
    """Return the page with the maps, each an HTML page of its own, in the order of the networks."""
    script = asset("networks_map.js")
    policy = scripts_policy([script, *(one for text in maps for one in scripts_of(text))])
    return page(
        "networks_map.html.j2",
        s=networks.summary,
        policy=f"{policy}; frame-src 'self' about:",
        script=script,
        maps=page_json(maps),
    )
