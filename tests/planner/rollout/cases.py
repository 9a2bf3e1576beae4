"""A build-out of the small study."""

from __future__ import annotations

ROLLOUT_TEXT = """
date = 2020-12-31

[cost]
station_cny = 333333.4

[rollout]
start = 2020-01-01
end = 2021-03-31
runs = 300
sigma_common = 0.15

[[rollout.resources]]
name = "crews"
capacity_per_month = 0.8
sigma_month = 0.2

[[rollout.resources]]
name = "radio units"
capacity_per_month = 1.0
stock = 1
lead_months = 1
keeps = true

[[rollout.disruptions]]
name = "halt <of> February"
factor = 0.2
first_day = 2020-01-31
last_day = 2020-02-29
end_sigma_days = 10

[[rollout.milestones]]
name = "four"
date = 2020-09-30
stations_new = 4

[[rollout.milestones]]
name = "half of the people"
date = 2020-09-30
covered_share = 0.5
"""
