"""Hypothesis without a deadline: the first example of a kernel may be the one that compiles it."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("compiled", deadline=None)
settings.load_profile("compiled")
