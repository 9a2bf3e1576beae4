"""Siting: the stations of a plan, their order, and the people that each adds."""

from planner.siting.order import site_stations
from planner.siting.result import (
    BASELINE,
    FROM_FILE,
    FROM_MODEL,
    MUST_HAVE,
    NEW,
    UPGRADED,
    BuiltPhase,
    Proof,
    Shortfall,
    Siting,
)

__all__ = [
    "BASELINE",
    "FROM_FILE",
    "FROM_MODEL",
    "MUST_HAVE",
    "NEW",
    "UPGRADED",
    "BuiltPhase",
    "Proof",
    "Shortfall",
    "Siting",
    "site_stations",
]
