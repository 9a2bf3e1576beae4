"""Audits of claims: intervals by cluster, verdicts, and designs shown by simulation."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine

from planner.errors import InputError
from planner.measurements.audit import audit
from planner.measurements.audit_design import ClaimedPlaces, audit_design, estimated_share
from planner.measurements.claim import claimed_places
from planner.measurements.clustered import clustered_share

WEST, SOUTH = 106.4, 26.5
DEGREE_M = 111_195.0


def samples(path, share, seed=0, clusters=60, per_cluster=40):
    """Write samples of which whole clusters of 1 km are covered or not."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(clusters)))
    k = np.repeat(np.arange(clusters), per_cluster)
    lon = WEST + 0.011 * (k % side) + rng.uniform(0, 0.006, len(k))
    lat = SOUTH + 0.011 * (k // side) + rng.uniform(0, 0.006, len(k))
    good = rng.random(clusters) < share
    rsrp = np.where(good[k], -90.0, -115.0) + rng.normal(0, 3, len(k))
    pd.DataFrame({"lon": lon, "lat": lat, "rsrp": rsrp}).to_csv(path, index=False)
    return path


def claim(path, share=None):
    side = 0.011 * 8
    land = gpd.GeoDataFrame(
        {"zone": ["town"], **({"share": [share]} if share else {})},
        geometry=[shapely.box(WEST - 0.01, SOUTH - 0.01, WEST + side, SOUTH + side)], crs=4326,
    )  # fmt: skip
    land.to_file(path, driver="GPKG")
    return path


def test_a_wrong_claim_is_refuted_and_a_true_one_is_not(tmp_path) -> None:
    said = claim(tmp_path / "claim.gpkg", 0.95)
    wrong = audit(said, [samples(tmp_path / "low.csv", 0.6)])
    right = audit(said, [samples(tmp_path / "high.csv", 0.97, seed=3)])
    assert [one.zones[0].verdict for one in (wrong, right)] == ["refuted", "not refuted"]
    assert wrong.zones[0].covered.low < 0.6 < wrong.zones[0].covered.high
    assert "refuted" in wrong.as_text()


def test_a_raster_is_judged_zone_by_zone(tmp_path) -> None:
    """West covered and claimed, east claimed and not covered."""
    rng = np.random.default_rng(3)
    lon, lat = WEST + rng.uniform(0, 0.08, 4000), SOUTH + rng.uniform(0, 0.08, 4000)
    power = np.where(lon < WEST + 0.04, -85.0, -118.0) + rng.normal(0, 3, lon.size)
    drive = tmp_path / "drive.csv"
    pd.DataFrame({"lon": lon, "lat": lat, "rsrp": power}).to_csv(drive, index=False)
    raster = tmp_path / "claim.tif"
    with rasterio.open(
        raster, "w", driver="GTiff", width=80, height=80, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(0.001, 0, WEST, 0, -0.001, SOUTH + 0.08),
    ) as target:  # fmt: skip
        target.write(np.full((1, 80, 80), -90.0, np.float32))
    zones = tmp_path / "zones.gpkg"
    halves = [shapely.box(WEST + k * 0.04, SOUTH, WEST + (k + 1) * 0.04, SOUTH + 0.08)
              for k in (0, 1)]  # fmt: skip
    gpd.GeoDataFrame({"zone": ["west", "east"]}, geometry=halves, crs=4326).to_file(zones)
    found = audit(raster, [drive], zones=zones)
    assert [(one.zone, one.verdict) for one in found.zones] == [
        ("west", "not refuted"), ("east", "refuted"),
    ]  # fmt: skip
    assert found.zones[1].covered.share < 0.01
    unnamed = tmp_path / "unnamed.gpkg"
    gpd.GeoDataFrame(geometry=halves, crs=4326).to_file(unnamed)
    with pytest.raises(InputError, match="zone: column is missing"):
        audit(raster, [drive], zones=unnamed)


def test_intervals_by_cluster_hold_and_by_sample_would_not() -> None:
    """Of 400 draws with whole clusters alike, about nine of ten intervals hold the truth."""
    rng = np.random.default_rng(1)
    held = naive = 0
    for _ in range(400):
        cluster = np.repeat(np.arange(50), 30)
        yes = (rng.random(50) < 0.8)[cluster]
        found = clustered_share(yes, cluster)
        held += found.low <= 0.8 <= found.high
        half = 1.645 * np.sqrt(found.share * (1 - found.share) / len(yes))
        naive += abs(found.share - 0.8) <= half
    assert held / 400 >= 0.88
    assert naive / 400 < 0.5


def test_false_alarms_of_a_true_claim_are_few() -> None:
    """A claim of exactly the true share is refuted in at most 5 % of 1,000 audits."""
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(1000):
        cluster = np.repeat(np.arange(60), 10)
        chance = np.where(rng.random(60) < 0.9, 0.98, 0.18)[cluster]
        yes = rng.random(600) < chance
        alarms += clustered_share(yes, cluster).high < 0.9 * 0.98 + 0.1 * 0.18
    assert alarms <= 50


@pytest.mark.parametrize("yes", [[True] * 10, [False] * 10])
def test_one_cluster_says_nothing(yes) -> None:
    found = clustered_share(yes, [3] * 10)
    assert (found.low, found.high) == (0.0, 1.0)


def test_a_claim_without_samples_is_unmeasured(tmp_path) -> None:
    far = pd.DataFrame({"lon": [120.0, 120.001], "lat": [30.0, 30.0], "rsrp": [-90, -91]})
    far.to_csv(tmp_path / "far.csv", index=False)
    found = audit(claim(tmp_path / "claim.gpkg"), [tmp_path / "far.csv"])
    assert found.zones[0].verdict == "unmeasured"


def places(count=1200, seed=0):
    """Return places of which those near the edge of a round claim are uncertain."""
    rng = np.random.default_rng(seed)
    radius, angle = 5000 * np.sqrt(rng.random(count)), rng.uniform(0, 2 * np.pi, count)
    chance = np.clip(0.999 - 0.5 * (radius / 5000) ** 6, 0.0, 1.0)
    return ClaimedPlaces(radius * np.cos(angle), radius * np.sin(angle), np.ones(count), chance)


def test_a_design_exposes_a_wrong_claim_with_fewer_places_than_an_even_sample() -> None:
    """Held to: in 1,000 simulated claims at most 5 % false alarms, at least 95 % power."""
    found = audit_design(places(), claimed_share=0.95, wrong_by=0.08)
    assert found.simulations == 1000
    assert found.false_alarms <= 0.05
    assert found.power >= 0.95
    assert len(found.rows) < found.even_count
    assert len(np.unique(found.rows)) == len(found.rows)


def test_the_estimate_of_a_design_is_unbiased_even_if_the_expectation_is_wrong() -> None:
    some = places(600)
    rng = np.random.default_rng(7)
    covered = rng.random(600) < 0.7
    wrong = ClaimedPlaces(some.x_m, some.y_m, some.weight, np.full(600, 0.99))
    estimates = []
    for _ in range(300):
        rows = np.flatnonzero(rng.random(600) < 0.2)
        estimates.append(estimated_share(wrong, rows, covered[rows]))
    assert np.mean(estimates) == pytest.approx(covered.mean(), abs=0.02)


@pytest.mark.parametrize("amount", [0.0, 0.95, -0.1])
def test_an_amount_that_makes_no_sense_is_refused(amount) -> None:
    with pytest.raises(InputError, match="wrong_by"):
        audit_design(places(100), claimed_share=0.95, wrong_by=amount)


def test_places_of_a_claim_cover_its_land(tmp_path) -> None:
    found = claimed_places(claim(tmp_path / "claim.gpkg"), place_m=500.0, threshold_dbm=-105.0)
    area_km2 = len(found.lon) * 0.25
    side_km = (0.011 * 8 + 0.01) * DEGREE_M / 1000
    assert area_km2 == pytest.approx(side_km**2 * np.cos(np.radians(SOUTH + 0.04)), rel=0.08)
    assert found.places.chance.min() < 0.85 < found.places.chance.max()
