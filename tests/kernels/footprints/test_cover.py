import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.field import Field
from kernels.footprints.spans import cover_spans, newly_covered_span_weight
from tests.kernels.cases import covered_weight
from tests.kernels.naive import naive_footprint

RADII = [0.5, 2.83, 6.0]


@pytest.fixture
def raster():
    rng = np.random.default_rng(7)
    area_class = rng.choice(np.array([0, 1, 2, 3, 255], np.uint8), size=(23, 31))
    weight = rng.gamma(0.5, 100, size=area_class.shape).astype(np.float32)
    stations = np.array([0, 22, 350, 351, 712, 350, 400])
    return weight, area_class, stations


def test_cover_equals_naive_footprints(raster):
    _, area_class, stations = raster
    covered = np.zeros(area_class.shape, bool)
    covered[3, 4] = True
    expected = covered.copy()
    cover_spans(covered, disc_spans(area_class, RADII, stations))
    for site in stations:
        expected |= naive_footprint(area_class, RADII, site)
    assert np.array_equal(covered, expected)


def test_one_station_covers_the_disc_of_the_cells_own_class():
    area_class = np.zeros((9, 9), np.uint8)
    area_class[:, 5:] = 1
    covered = np.zeros((9, 9), bool)
    cover_spans(covered, disc_spans(area_class, [1.0, 3.0], [4 * 9 + 4]))
    assert covered.astype(int).tolist() == [
        [0, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 1, 1, 0, 0],
        [0, 0, 0, 0, 1, 1, 1, 0, 0],
        [0, 0, 0, 1, 1, 1, 1, 1, 0],
        [0, 0, 0, 0, 1, 1, 1, 0, 0],
        [0, 0, 0, 0, 0, 1, 1, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]


@given(st.integers(0, 2**32 - 1), st.integers(0, 12))
@settings(max_examples=50, deadline=None)
def test_weight_of_each_adds_up_to_weight_of_all(seed, n_stations):
    rng = np.random.default_rng(seed)
    area_class = rng.choice(np.array([0, 1, 2, 255], np.uint8), size=(13, 17))
    weight = rng.gamma(0.3, 50, size=area_class.shape)
    stations = rng.integers(0, weight.size, n_stations)
    covered = np.zeros(weight.shape, bool)
    added = newly_covered_span_weight(weight, covered, disc_spans(area_class, RADII, stations))
    assert added.sum() == pytest.approx(covered_weight(weight, area_class, RADII, stations))
    assert added.sum() == pytest.approx(weight[covered].sum())
    assert covered_weight(weight, area_class, RADII, stations[::-1]) == covered_weight(
        weight, area_class, RADII, stations
    )


def test_a_second_station_in_the_same_cell_adds_nothing(raster):
    weight, area_class, stations = raster
    covered = np.zeros(weight.shape, bool)
    added = newly_covered_span_weight(weight, covered, disc_spans(area_class, RADII, stations))
    assert added[5] == 0
    assert not newly_covered_span_weight(
        weight, covered, disc_spans(area_class, RADII, stations)
    ).any()


def test_no_stations_cover_nothing(raster):
    weight, area_class, _ = raster
    assert covered_weight(weight, area_class, RADII, []) == 0


@pytest.mark.parametrize("stations", [[-1], [23 * 31], [1.5]])
def test_stations_off_the_grid_are_refused(raster, stations):
    _, area_class, _ = raster
    with pytest.raises(ValueError, match="flat indices"):
        cover_spans(np.zeros(area_class.shape, bool), disc_spans(area_class, RADII, stations))


def test_rasters_that_do_not_fit_are_refused(raster):
    weight, area_class, stations = raster
    covered = np.zeros(area_class.shape, bool)
    with pytest.raises(ValueError, match="differ in shape"):
        newly_covered_span_weight(
            weight, np.zeros((3, 3), bool), disc_spans(area_class, RADII, stations)
        )
    with pytest.raises(ValueError, match="differ in shape"):
        Field(weight[1:], area_class, RADII, covered, covered).gains(stations)
    with pytest.raises(ValueError, match="C-contiguous bool"):
        cover_spans(np.zeros(area_class.shape, np.uint8), disc_spans(area_class, RADII, stations))
    with pytest.raises(ValueError, match="uint8"):
        cover_spans(
            np.zeros(area_class.shape, bool), disc_spans(area_class.astype(int), RADII, stations)
        )


def test_best_known_sites_of_the_reference_cover_what_they_are_said_to(reference_dir):
    folder = reference_dir / "siting" / "raster"
    lines = (folder / "index.jsonl").read_text().splitlines()
    assert len(lines) >= 4
    for line in lines:
        case = json.loads(line)
        with np.load(folder / f"{case['name']}.npz") as data:
            area_class = np.zeros(data["pop"].shape, np.uint8)
            weight = covered_weight(
                data["pop"], area_class, [float(data["radius_cells"])], data["best_sites"]
            )
        assert weight == case["lower"]
