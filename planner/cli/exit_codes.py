"""Exit codes of the command."""

DONE, FAILED, BAD_INPUT, TARGET_NOT_MET, INTERRUPTED = 0, 1, 2, 3, 130
