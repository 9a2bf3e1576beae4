"""Radio: propagation models, link budget, service radius."""

from planner.radio.budget_table import budget_dict, budget_table, budget_text
from planner.radio.link_budget import BudgetLine, LinkBudget
from planner.radio.service_radius import (
    PUBLISHED_SITE_SPACING_M,
    PUBLISHED_SITE_SPACING_SOURCE,
    ServiceRadius,
    service_radii,
)

__all__ = [
    "PUBLISHED_SITE_SPACING_M",
    "PUBLISHED_SITE_SPACING_SOURCE",
    "BudgetLine",
    "LinkBudget",
    "ServiceRadius",
    "budget_dict",
    "budget_table",
    "budget_text",
    "service_radii",
]
