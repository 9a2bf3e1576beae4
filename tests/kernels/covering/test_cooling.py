"""The schedule of annealing, and the price that keeps the number of stations."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.covering.cooling import Cooling, anneal_at_steered_price


def test_temperature_falls_geometrically_from_the_first_to_the_last() -> None:
    cooling = Cooling(rounds=5, temperature=(0.16, 0.01))
    assert [cooling.share(step) for step in range(5)] == pytest.approx(
        [0.16, 0.08, 0.04, 0.02, 0.01]
    )
    assert Cooling(rounds=1).share(0) == 0.1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rounds": 0}, "at least 1"),
        ({"sweeps": 0}, "at least 1"),
        ({"temperature": (0.1, 0.2)}, "temperature"),
        ({"temperature": (0.1, 0.0)}, "temperature"),
        ({"temperature": (2.0, 0.1)}, "temperature"),
    ],
)
def test_numbers_out_of_range_are_refused(change, message) -> None:
    with pytest.raises(ValueError, match=message):
        Cooling(**change)


def test_price_rises_while_there_are_too_many_and_noise_is_in_its_units() -> None:
    prices, spread = [], []

    def one_round(price, noise, random) -> int:
        prices.append(price)
        spread.append(noise.std() / price)
        return 44 if len(prices) == 1 else 0

    cooling = Cooling(rounds=3, temperature=(0.1, 0.1))
    anneal_at_steered_price(cooling, 1000.0, 100, one_round)
    np.testing.assert_allclose(prices, [860.0, 860.0 * 1.2, 860.0 * 1.44])
    np.testing.assert_allclose(spread, 0.1 * np.pi / np.sqrt(6), rtol=0.05)
