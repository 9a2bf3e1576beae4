"""Many runs of a scenario: one table, one page; each run is computed once."""

from planner.sweep.run import Sweep, run_sweep

__all__ = ["Sweep", "run_sweep"]
