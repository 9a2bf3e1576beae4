"""The build-out in words."""

import numpy as np
import pytest

from planner.outputs.language import chance
from planner.outputs.terminal.run_text import capacity


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0.0, "0 %"), (0.004, "< 1 %"), (0.29, "29 %"), (0.4992, "49 %"), (0.5, "50 %"),
     (0.8999, "89 %"), (0.9, "90 %"), (0.9999, "> 99 %"), (1.0, "100 %")],
)  # fmt: skip
def test_a_probability_is_never_rounded_up(probability: float, said: str) -> None:
    assert chance(probability) == said


def test_every_whole_per_cent_is_said_as_it_is() -> None:
    assert [chance(p) for p in np.arange(1, 100) / 100] == [f"{p} %" for p in range(1, 100)]


def test_capacity_for_nine_in_ten() -> None:
    assert capacity({"capacity_90": 1.209}) == "a 90 % chance needs 120.9 % of planned capacity"
    assert "no capacity" in capacity({"capacity_90": None})
