"""Limits of the small study under the certificate."""

from __future__ import annotations

COST = "\n[cost]\nstation_cny = 300_000\n"


BUDGET = '\n[objective]\nkind = "most_within_budget"\nbudget_cny = 1_950_000\n'


KINDS = """
[[equipment]]
name = "small"
station_cny = 100_000
[equipment.radius_m]
dense_urban = 400
urban = 500
suburban = 700
rural = 900

[[equipment]]
name = "macro"
station_cny = 300_000
[equipment.radius_m]
dense_urban = 800
urban = 1000
suburban = 1500
rural = 2000
"""


ZONES = '\n[[siting.zone_stations]]\nzone = "440001"\nat_most = 2\n'


AT_LEAST = '\n[[siting.zone_stations]]\nzone = "440002"\nat_least = 5\n'


GREEDY = '\n[siting]\nexact = "never"\ncertificate_iterations = 150\nimprovement_rounds = 0\n'
