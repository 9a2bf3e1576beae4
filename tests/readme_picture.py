"""The picture of the README: the map of a plan in headless Chromium.

Run from the repository's root: ``python -m tests.readme_picture [FOLDER]``, FOLDER being that of
an earlier ``planner run``. Without it guizhou-2020 is planned on cells of 500 m, in minutes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image

import planner
from tests.planner.outputs.browser import headless_page

PICTURE = Path(".github/map.png")
QUICK = {
    "area.cell_size_m": 500, "siting.improvement_rounds": 0, "siting.certificate_iterations": 0,
    "range_draws": 0,
}  # fmt: skip


def draw(folder: Path, picture: Path) -> None:
    """Write the map of a folder, whole and in English, as a PNG."""
    with headless_page(1400, 900) as page:
        page.open(folder / "map.html")
        page.script(
            "const button = document.getElementById('language'); if (button) button.click()"
        )
        page.script("if (window.plan) plan.setLanguage('en')")
        for _ in range(10):
            page.next_frame()
        pixels = page.pixels()
    Image.fromarray(pixels).save(picture, optimize=True)


def main(arguments: list[str]) -> None:
    """Draw the folder that is named, or plan one."""
    if arguments:
        draw(Path(arguments[0]), PICTURE)
        return
    with tempfile.TemporaryDirectory() as folder:
        draw(planner.run_networks("guizhou-2020", QUICK).save(Path(folder) / "guizhou"), PICTURE)


if __name__ == "__main__":
    main(sys.argv[1:])
