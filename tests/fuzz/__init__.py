"""Faults, races and damaged inputs: short in the tests, long in ``make soak``."""
