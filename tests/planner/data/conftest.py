"""A server on this machine, and an area of some of its data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.planner.data.local_server import Files, served
from tests.planner.data.publishers import (
    EAST,
    NORTH,
    SOUTH,
    WEST,
)  # fmt: skip
from tests.planner.study import rectangle, write_geojson


@pytest.fixture
def server() -> Iterator[Files]:
    with served() as files:
        yield files


@pytest.fixture
def area(tmp_path: Path) -> str:
    return str(
        write_geojson(tmp_path / "area.geojson", [(rectangle(WEST, SOUTH, EAST, NORTH), {})])
    )
