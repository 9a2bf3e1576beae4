"""Trials that fork are collected only in a process of their own, see ``test_alone.py``."""

from __future__ import annotations

import os

collect_ignore = (
    [] if os.environ.get("PLANNER_FUZZ_ALONE") else ["test_kills.py", "test_readers.py"]
)
