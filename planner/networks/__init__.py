"""Several networks in one scenario: each planned, and the ways of sharing compared."""

from planner.networks.cases import Group, SharingCase, cases_of, group_scenario
from planner.networks.comparison import CaseCount, GroupCount
from planner.networks.plan import NetworksPlan
from planner.networks.run import SHARING_CASES, check_networks, run_networks

__all__ = [
    "SHARING_CASES",
    "CaseCount",
    "Group",
    "GroupCount",
    "NetworksPlan",
    "SharingCase",
    "cases_of",
    "check_networks",
    "group_scenario",
    "run_networks",
]
