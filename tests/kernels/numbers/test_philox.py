"""Philox: the answers that its authors publish, and numbers that are uniform and normal."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.numbers.philox import philox4x32, standard_normal, uniform

KEY = np.array([2020, 5], dtype=np.uint64)
ONES = 0xFFFFFFFF


@pytest.mark.parametrize(
    ("counter_and_key", "words"),
    [
        ((0,) * 6, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((ONES,) * 6, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_known_answers_of_random123(
    counter_and_key: tuple[int, ...], words: tuple[int, ...]
) -> None:
    # kat_vectors of the Random123 distribution, philox4x32 with 10 rounds.
    assert tuple(int(word) for word in philox4x32(*counter_and_key)) == words


def test_uniform_numbers_are_spread_evenly_and_never_zero_or_one() -> None:
    drawn = np.array([uniform(run, 3, 7, KEY) for run in range(20_000)])
    assert 0.0 < drawn.min() < drawn.max() < 1.0
    counts, _ = np.histogram(drawn, bins=20, range=(0.0, 1.0))
    chi_square = ((counts - 1000.0) ** 2 / 1000.0).sum()
    assert chi_square < 43.8  # 19 degrees of freedom, exceeded once in a thousand


def test_normal_numbers_have_mean_zero_and_variance_one() -> None:
    drawn = np.array([standard_normal(run, 1, 2, KEY) for run in range(20_000)])
    assert abs(drawn.mean()) < 4.0 / np.sqrt(drawn.size)
    assert drawn.var() == pytest.approx(1.0, abs=0.04)


def test_every_part_of_the_address_counts() -> None:
    drawn = {uniform(*address, KEY) for address in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))}
    drawn.add(uniform(0, 0, 0, np.array([2021, 5], dtype=np.uint64)))
    assert len(drawn) == 5
