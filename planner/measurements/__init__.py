"""Measurements: read, cleaned, and used to calibrate the radio and to audit claims.

The guide is ``planner/measurements/README.md``.
"""
