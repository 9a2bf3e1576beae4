"""Golden values of the kernels on small cases."""

from __future__ import annotations

import pytest

from tests.golden.kernel_quantities import KERNEL_CASES, kernel_values
from tests.golden.values import assert_golden


@pytest.mark.parametrize("case", KERNEL_CASES)
def test_kernels_give_the_golden_values(case: str) -> None:
    assert_golden(case, kernel_values(case))
