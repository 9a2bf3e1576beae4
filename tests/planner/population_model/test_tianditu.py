import struct

import numpy as np
import pytest
import shapely

from planner.population_model.tianditu import decode_geometry


def item_list(items: list[bytes]) -> bytes:
    sizes = [len(item) for item in items]
    return struct.pack(f"<{len(items) + 1}I", len(items), *sizes) + b"".join(items)


def units(ring: list[tuple[float, float]]) -> np.ndarray:
    return np.rint(np.add(ring, (180, 90)) * 500_000).astype(np.int64)


def whole_ring(ring: list[tuple[float, float]]) -> bytes:
    return struct.pack("<I", 0) + units(ring).astype("<u4").tobytes()


def stepwise_ring(ring: list[tuple[float, float]]) -> bytes:
    vertices = units(ring)
    steps = np.diff(vertices, axis=0).astype("<i2")
    return struct.pack("<I", 1) + vertices[0].astype("<u4").tobytes() + steps.tobytes()


SQUARE = [(113.0, 23.0), (113.0, 23.04), (113.04, 23.04), (113.04, 23.0), (113.0, 23.0)]
HOLE = [(113.01, 23.01), (113.02, 23.01), (113.02, 23.02), (113.01, 23.02), (113.01, 23.01)]
FAR = [(-70.0, -20.0), (-70.0, -10.0), (-60.0, -10.0), (-70.0, -20.0)]


@pytest.mark.parametrize("ring", [whole_ring, stepwise_ring])
def test_polygon_with_a_hole(ring) -> None:
    polygon = decode_geometry(struct.pack("<I", 5) + item_list([ring(SQUARE), ring(HOLE)]))
    assert polygon.equals_exact(shapely.Polygon(SQUARE, [HOLE]), 1e-9)


def test_multipolygon() -> None:
    parts = [item_list([stepwise_ring(SQUARE)]), item_list([whole_ring(FAR)])]
    found = decode_geometry(struct.pack("<I", 6) + item_list(parts))
    expected = shapely.MultiPolygon([shapely.Polygon(SQUARE), shapely.Polygon(FAR)])
    assert found.equals_exact(expected, 1e-9)


def test_other_types_are_refused() -> None:
    with pytest.raises(ValueError, match="type 0"):
        decode_geometry(struct.pack("<I", 0) + whole_ring(SQUARE))
