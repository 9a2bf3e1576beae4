"""Many runs of a scenario: one table, one page; each run is computed once."""

from planner.sweep.run import FULL, SMALL, Sweep, run_sweep

__all__ = ["FULL", "SMALL", "Sweep", "run_sweep"]
