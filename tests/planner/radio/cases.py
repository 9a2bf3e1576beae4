"""Grids, sites and antenna files."""

from __future__ import annotations

import numpy as np
import pandas as pd
from affine import Affine

from planner.ground.area_class import AREA_CLASSES
from planner.ground.grid import Grid, fitted_albers
from planner.radio.propagation import propagation_model
from planner.radio.propagation_model import Link


def text(
    header: str = "NAME Test antenna\nFREQUENCY 2600\nGAIN 15 dBi\nTILT ELECTRICAL\n",
    horizontal: list[str] | None = None,
    vertical: list[str] | None = None,
) -> str:
    """A file whose horizontal cut loses a tenth of a decibel a degree, its vertical one half."""
    across = horizontal or [f"{a} {0.1 * min(a, 360 - a):.2f}" for a in range(360)]
    down = vertical or [
        f"{a} {0.5 * min(abs(a - 6), 360 - abs(a - 6)) / 4:.3f}" for a in range(360)
    ]
    cuts = [f"HORIZONTAL {len(across)}", *across, f"VERTICAL {len(down)}", *down]
    return header + "\n".join(cuts) + "\n"


KEYS = [known.key for known in AREA_CLASSES]


def make_grid(height: int = 40, width: int = 50, cell_m: float = 110.0) -> Grid:
    crs = fitted_albers(113.0, 23.0, 113.2, 23.2)
    transform = Affine(cell_m, 0.0, -3000.0, 0.0, -cell_m, 2000.0)
    return Grid(crs, transform, height, width)


def make_sites(grid: Grid, count: int = 4, seed: int = 5, **columns) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    west, south, east, north = grid.bounds_m
    x, y = rng.uniform(west, east, count), rng.uniform(south, north, count)
    lon, lat = grid.lonlat(x, y)
    classes = [KEYS[i % 4] for i in range(count)]
    names = [f"s{i}" for i in range(count)]
    sites = pd.DataFrame({"site": names, "lon": lon, "lat": lat, "area_class": classes})
    return sites.assign(**columns)


def class_raster(grid: Grid) -> np.ndarray:
    """Area classes in strips of seven columns (uint8)."""
    return np.broadcast_to(np.arange(grid.width) // 7 % 4, grid.shape).astype(np.uint8)


def user_link(radio, service, sector, key):
    """Model and link of users of a class: their own surroundings and mast, or the site's own mast.

    A site has its own mast where its height is not that of its class, for valid models.
    """
    place = getattr(radio, key)
    model = propagation_model(place.model)
    own = sector.height_m != getattr(radio, sector.area_class).base_height_m
    low, high = {"uma": (25.0, 25.0), "rma": (10.0, 150.0)}[place.model]
    fits = key == sector.area_class or low <= sector.height_m <= high
    return model, Link(
        radio.frequency_ghz, sector.height_m if own and fits else place.base_height_m,
        service.outdoor_ue_height_m, place.building_height_m, place.street_width_m,
    )  # fmt: skip
