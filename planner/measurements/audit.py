"""Audit: a claimed coverage against samples, with intervals that respect their clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import InputError, Problem
from planner.ground.grid import LONLAT
from planner.measurements.claim import RASTERS, is_claimed, read_claim
from planner.measurements.clustered import ShareEstimate, blocks_of, clustered_share
from planner.measurements.reading import (
    SAMPLE_ALIASES,
    PositionFormat,
    power_dbm,
    read_rows,
)
from planner.openers.vector import VectorFile, polygons_of, read_features

Floats = npt.NDArray[np.float64]

BLOCK_M = 1000.0
PLACE_M = 50.0
_SPELT = {key: names for key, names in SAMPLE_ALIASES.items() if key != "cell"}


@dataclass(frozen=True)
class ZoneAudit:
    """Result of the samples for the claim in one zone; shares are of measured places.

    ``claimed_share`` is said by the claim (1 for land that is claimed as a whole). ``covered`` is
    of the places that are claimed, ``false_claims`` its opposite; ``missed`` of those not claimed.
    ``verdict``: refuted, if even the upper bound is below the claim; not refuted; unmeasured.
    """

    zone: str
    claimed_share: float
    covered: ShareEstimate
    missed: ShareEstimate
    agreement: ShareEstimate

    @property
    def verdict(self) -> str:
        """Verdict of the interval on the claim."""
        if self.covered.clusters < 2:
            return "unmeasured"
        return "refuted" if self.covered.high < self.claimed_share else "not refuted"


@dataclass(frozen=True)
class Audit:
    """Zones with their findings; ``places`` are means over squares of 50 m."""

    threshold_dbm: float
    samples: int
    places: int
    zones: tuple[ZoneAudit, ...]

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return {
            "threshold_dbm": self.threshold_dbm,
            "samples": self.samples,
            "places": self.places,
            "zones": [{**asdict(one), "verdict": one.verdict} for one in self.zones],
        }

    def as_text(self) -> str:
        """Return a table: a line a zone."""
        lines = [
            f"{self.samples:,} samples in {self.places:,} places, covered from "
            f"{self.threshold_dbm:g} dBm on"
        ]
        lines.append(
            f"{'zone':<20} {'claimed':>8} {'measured (90 %)':>22} {'missed (90 %)':>22}  verdict"
        )
        for one in self.zones:
            lines.append(
                f"{one.zone:<20} {one.claimed_share:>8.1%} {_shown(one.covered):>22} "
                f"{_shown(one.missed):>22}  {one.verdict}"
            )
        return "\n".join(lines)


def _shown(found: ShareEstimate) -> str:
    if not found.samples:
        return "none"
    return f"{found.share:.1%} ({found.low:.1%}-{found.high:.1%})"


def audit(
    claim: Path,
    measurements: Sequence[Path],
    *,
    threshold_dbm: float = -105.0,
    positions: PositionFormat = PositionFormat(),  # noqa: B008
    tolerance: float = 0.05,
    zones: Path | None = None,
) -> Audit:
    """Compare a claim with samples.

    A claim is a raster (dBm where negative values are found, else 0 and 1), or polygons of claimed
    land with an optional column ``share`` (of the places in it that the claim says are covered) and
    ``zone``. Samples are averaged over places of 50 m; places cluster in blocks of 1 km.

    ``tolerance``: by how much the covered share may fall short of a claim of whole land (the noise
    of single places) before it is refuted. ``zones``: polygons with a column ``zone``, by which a
    raster is judged; default: as a whole.

    Raises
    ------
    InputError
        Files that cannot be read; no sample with position and power; none in the claim's area.
    """
    rows = read_rows(measurements, _SPELT, positions)
    rows = rows.assign(rsrp=power_dbm(rows["rsrp"], str(measurements[0])))
    rows = rows[np.isfinite(rows[["lon", "lat", "rsrp"]].to_numpy(float)).all(axis=1)]
    if rows.empty:
        raise InputError(Problem("holds no sample with position and power", str(measurements[0])))
    frame = gpd.GeoDataFrame(
        rows[["rsrp"]], geometry=gpd.points_from_xy(rows["lon"], rows["lat"]), crs=LONLAT
    )
    metres = frame.to_crs(frame.estimate_utm_crs())
    x, y = metres.geometry.x.to_numpy(), metres.geometry.y.to_numpy()
    places = (
        rows[["rsrp", "lon", "lat"]].assign(place=blocks_of(x, y, PLACE_M), x=x, y=y)
        .groupby("place").mean()
    )  # fmt: skip
    covered = places["rsrp"].to_numpy() >= threshold_dbm
    block = blocks_of(places["x"].to_numpy(), places["y"].to_numpy(), BLOCK_M)
    lon, lat = places["lon"].to_numpy(), places["lat"].to_numpy()
    if claim.suffix.lower() in RASTERS:
        claimed, zone, share = _claimed_by_raster(claim, lon, lat, threshold_dbm)
        if zones is not None:
            zone, share = _in_zones(zones, lon, lat, zone)
    else:
        claimed, zone, share = _claimed_by_polygons(claim, lon, lat)
    if not (zone >= 0).any():
        raise InputError(
            Problem("no sample lies in the claim's area", str(claim), expected="samples there")
        )
    found = []
    for number, (name, said) in enumerate(share):
        here = zone == number
        yes = here & claimed
        found.append(
            ZoneAudit(
                name, said if said < 1.0 else 1.0 - tolerance,
                clustered_share(covered[yes], block[yes]),
                clustered_share(covered[here & ~claimed], block[here & ~claimed]),
                clustered_share((covered == claimed)[here], block[here]),
            )
        )  # fmt: skip
    return Audit(threshold_dbm, len(rows), len(places), tuple(found))


Claimed = tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64], list[tuple[str, float]]]


def _claimed_by_raster(claim: Path, lon: Floats, lat: Floats, threshold_dbm: float) -> Claimed:
    """Return whether each place is claimed, its zone (-1: outside), and the zones."""
    value, inside = read_claim(claim).at(lon, lat)
    claimed = is_claimed(value, threshold_dbm)
    return claimed, np.where(inside, 0, -1), [("all", 1.0)]


def _in_zones(
    zones: Path, lon: Floats, lat: Floats, inside: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], list[tuple[str, float]]]:
    """Return the zone of each place that a raster holds (-1: none), and the zones."""
    file = VectorFile(zones, str(zones), "zones")
    land = polygons_of(read_features(file), file, treatment="repair").reset_index(drop=True)
    if "zone" not in land:
        raise InputError(Problem("column is missing", str(zones), "zone", expected="names"))
    names = list(dict.fromkeys(land["zone"].astype(str)))
    row = _polygon_of(land, lon, lat)
    number = np.array([names.index(name) for name in land["zone"].astype(str)])
    known = np.isfinite(row) & (inside >= 0)
    zone = np.where(known, number[np.where(known, row, 0).astype(int)], -1)
    return zone, [(name, 1.0) for name in names]


def _polygon_of(land: gpd.GeoDataFrame, lon: Floats, lat: Floats) -> Floats:
    """Return the row of the first polygon that holds each place, NaN for none."""
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=LONLAT)
    found = gpd.sjoin(points, land[["geometry"]], how="left", predicate="within")
    return np.asarray(found.groupby(level=0)["index_right"].first(), np.float64)


def _claimed_by_polygons(claim: Path, lon: Floats, lat: Floats) -> Claimed:
    file = VectorFile(claim, str(claim), "claim")
    land = polygons_of(read_features(file), file, treatment="repair").reset_index(drop=True)
    said = (
        pd.to_numeric(land["share"], errors="coerce")
        if "share" in land
        else pd.Series(1.0, land.index)
    )
    wrong = ~((said > 0.0) & (said <= 1.0))
    if wrong.any():
        raise InputError(
            Problem(
                "is not a share",
                str(claim),
                "share",
                str(said[wrong].iloc[0]),
                "above 0, at most 1",
            )
        )
    names = land["zone"].astype(str) if "zone" in land else pd.Series("claimed land", land.index)
    row = _polygon_of(land, lon, lat)
    zones = list(dict.fromkeys(zip(names, said.astype(float), strict=True)))
    of_land = np.array([zones.index((a, float(b))) for a, b in zip(names, said, strict=True)])
    inside = np.isfinite(row)
    zone = np.where(inside, of_land[np.where(inside, row, 0).astype(int)], len(zones))
    return inside, zone, [*zones, ("outside the claim", 1.0)]
