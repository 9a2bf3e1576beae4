"""The command ``planner``: its commands, one file for those of a kind."""

from planner.cli.command import cli, exit_code, main
from planner.cli.exit_codes import BAD_INPUT, DONE, FAILED, INTERRUPTED, TARGET_NOT_MET

__all__ = [
    "BAD_INPUT", "DONE", "FAILED", "INTERRUPTED", "TARGET_NOT_MET", "cli", "exit_code", "main",
]  # fmt: skip
