"""The end of a search that is limited in time."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Deadline:
    """A time on the monotonic clock (s) at which a search ends; inf for none."""

    at_s: float = math.inf

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the deadline this many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def left_s(self) -> float:
        """Seconds left, at least 0."""
        return max(0.0, self.at_s - time.monotonic())

    @property
    def passed(self) -> bool:
        """Whether no time is left."""
        return self.left_s == 0.0

    def share(self, part: float) -> Deadline:
        """Return the deadline of a stage that gets a part of the time left."""
        return self if math.isinf(self.at_s) else Deadline.after(part * self.left_s)


NO_DEADLINE = Deadline()
