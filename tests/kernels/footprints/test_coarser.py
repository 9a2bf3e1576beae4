import numpy as np
import pytest

from kernels.covering.bound_limits import Limits
from kernels.covering.bound_search import Start, upper_bound
from kernels.footprints.coarser import carry_to_finer, coarser_radius, coarser_raster
from kernels.footprints.disc import disc_cell_count
from kernels.footprints.disc_sums import DiscSums
from tests.kernels.covering.cases import BoundCase


@pytest.mark.parametrize("factor", [2, 3, 4])
@pytest.mark.parametrize("radius", [6.2, 12.5, 15.2, 40.0])
def test_coarse_disc_has_about_the_area_of_the_fine_one(radius, factor):
    area = disc_cell_count(coarser_radius(radius, factor)) * factor**2
    assert area == pytest.approx(disc_cell_count(radius), rel=0.3)


def test_blocks_hold_the_weight_its_main_class_and_any_candidate():
    weight = np.array([[1, 2, 5], [3, 0, 0], [0, 0, 4]], np.float32)
    area_class = np.array([[0, 1, 2], [0, 255, 255], [255, 255, 1]], np.uint8)
    candidate = np.zeros((3, 3), bool)
    candidate[2, 2] = True
    total, main_class, any_candidate = coarser_raster(weight, area_class, candidate, 3, 2)
    assert total.tolist() == [[6, 5], [0, 4]]
    assert main_class.tolist() == [[0, 2], [255, 1]]
    assert any_candidate.tolist() == [[False, False], [False, True]]


def test_cells_take_their_part_of_the_block():
    weight = np.array([[1, 3, 5], [0, 4, 5]], np.float32)
    values = np.empty_like(weight)
    blocks = np.array([[8, 10]], np.float32)
    carry_to_finer(values, blocks, weight, np.array([[4, 10]], np.float32), 2)
    assert values.tolist() == [[0.5, 1.5, 5], [0, 2, 5]]


def test_small_discs_have_no_coarser_raster():
    weight, classes = np.ones((12, 12), np.float32), np.zeros((12, 12), np.uint8)
    sums = [DiscSums(classes, np.array([[radius]]), classes == 0) for radius in (3.0, 6.0)]
    assert sums[0].coarser(weight, 2) is None
    assert sums[1].coarser(weight, 4) is None
    assert sums[1].coarser(weight, 2) is not None


def test_bound_by_way_of_coarser_rasters_is_checked_and_close():
    rng = np.random.default_rng(3)
    weight = rng.gamma(0.5, 10, (150, 140)).astype(np.float32)
    area_class = (rng.random(weight.shape) < 0.1).astype(np.uint8)
    nothing = np.zeros(weight.shape, bool)
    case = BoundCase("discs", weight, area_class, [9.0, 5.0], ~nothing, nothing)
    start = Start.of_order(*case.plan(30), 30)

    def bound(**effort):
        return upper_bound(case.to_cover, (case.kind,), Limits.none(30), start, **effort)

    plain = bound(iterations=300)
    coarse = bound(iterations=40, coarse=((4, 60), (2, 40)))
    assert case.check(coarse.multipliers, 30) == coarse.value
    assert coarse.value == pytest.approx(plain.value, rel=0.01)
    assert coarse.value <= bound(iterations=40).value
