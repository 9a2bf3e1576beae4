"""Xorshift64*: known values, and numbers that fill their range evenly."""

import numpy as np
import pytest

from kernels.numbers.xorshift import below, next_state, seeded, uniform


def states(state, count):
    for _ in range(count):
        state = np.uint64(next_state(state))
        yield state


def test_known_values():
    """Rosetta Code, Pseudo-random numbers / Xorshift star: the first five of seed 1234567."""
    drawn = [below(state, 2**32) for state in states(np.uint64(1234567), 5)]
    assert drawn == [3540625527, 2750739987, 4037983143, 1993361440, 3809424708]


def test_known_counts():
    """The same page: how often each fifth of [0, 1) comes in 100,000 numbers of seed 987654321."""
    drawn = list(states(np.uint64(987654321), 100_000))
    counts = np.bincount([below(state, 5) for state in drawn])
    assert counts.tolist() == [20103, 19922, 19937, 20031, 20007]
    fifths = np.bincount([int(5 * uniform(state)) for state in drawn])
    assert fifths.tolist() == counts.tolist()


@pytest.mark.parametrize(("seed", "stream"), [(0, 0), (1, 0), (0, 1), (2**32 - 1, -1)])
def test_every_seed_and_stream_starts_elsewhere_and_draws_evenly(seed, stream):
    others = {int(seeded(s, t)) for s in range(30) for t in range(-10, 30)}
    assert len(others) == 30 * 40
    assert 0 not in others
    drawn = [uniform(state) for state in states(np.uint64(seeded(seed, stream)), 4000)]
    assert 0 <= min(drawn) <= max(drawn) < 1
    assert np.mean(drawn) == pytest.approx(0.5, abs=0.02)
