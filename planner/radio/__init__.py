"""Radio: propagation models, link budget, service radius; see ``README.md`` in this folder.

Functions that need terrain are in :mod:`planner.radio.path_profile` and
:mod:`planner.radio.path_loss`, maps in :mod:`planner.radio.radio_map`.
"""

from planner.radio.budget_lines import BudgetLine
from planner.radio.budget_table import budget_dict, budget_table, budget_text
from planner.radio.irregular_terrain import area_loss, point_to_point_loss
from planner.radio.link_budget import LinkBudget
from planner.radio.propagation import propagation_model, propagation_models
from planner.radio.propagation_model import Link, PathLoss, PropagationModel
from planner.radio.service_radius import (
    PUBLISHED_SITE_SPACING_M,
    PUBLISHED_SITE_SPACING_SOURCE,
    ServiceRadius,
    service_radii,
)
from planner.radio.terminal_loss import (
    building_entry_loss,
    slant_clutter_loss,
    terminal_clutter_loss,
    terrestrial_clutter_loss,
)

__all__ = [
    "PUBLISHED_SITE_SPACING_M",
    "PUBLISHED_SITE_SPACING_SOURCE",
    "BudgetLine",
    "Link",
    "LinkBudget",
    "PathLoss",
    "PropagationModel",
    "ServiceRadius",
    "area_loss",
    "budget_dict",
    "budget_table",
    "budget_text",
    "building_entry_loss",
    "point_to_point_loss",
    "propagation_model",
    "propagation_models",
    "service_radii",
    "slant_clutter_loss",
    "terminal_clutter_loss",
    "terrestrial_clutter_loss",
]
