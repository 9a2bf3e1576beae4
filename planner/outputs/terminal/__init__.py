"""The terminal: what a command prints when it is done."""
