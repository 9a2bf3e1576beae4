"""Service radius of each area class: the largest radius with the required share of area served.

The radius is the largest whose disc has the share of served locations that the service requires
(:mod:`planner.radio.service_area`). The reported fading margin is the difference between the link
budget and the median loss without line of sight at that radius: most locations at the edge have no
line of sight, and those with it have already increased the radius. So the loss without line of
sight at the radius equals the maximum allowable path loss (MAPL), and every line of the budget adds
up.

The mean of the losses with and without line of sight, weighted by their probabilities, would be
wrong: a cell planned by it serves about 93 % of its dense urban area where 95 % are required,
because the few locations in sight lower the mean loss without helping the many that are not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from planner.errors import all_results
from planner.ground.area_class import AREA_CLASSES
from planner.radio.budget_lines import BudgetLine, Direction, budget_line, given_lines
from planner.radio.class_link import Binding, ClassLink, class_link
from planner.radio.default_sources import source_note
from planner.radio.link_budget import LinkBudget, shared_lines
from planner.radio.penetration import PENETRATION_SOURCES, loss_sigma_db, mean_loss_db
from planner.radio.service_area import (
    Environment,
    Reach,
    is_had_near,
    median_loss_db,
    reach_of,
    shadow_sigma_db,
    validity_problems,
)
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection

_SMALL = 1e-6

PUBLISHED_SITE_SPACING_M: Mapping[str, float] = {"n41": 424.0, "n78": 322.0}
"""Published site spacing in dense urban areas for 50/5 Mbit/s at 95 %, by band, in metres."""

PUBLISHED_SITE_SPACING_SOURCE = (
    "Planning figures of 2020 for dense urban areas in China: 424 m at 2.6 GHz and 322 m at "
    "3.5 GHz for 50 Mbit/s down and 5 Mbit/s up at 95 %"
)


@dataclass(frozen=True)
class ServiceRadius:
    """The service radius of one area class, and its origin.

    ``site_spacing_m`` is that of hexagons that cover the plane without gap, the square root of
    three times the radius. ``binding`` is the direction or control channel that limits the radius.
    ``origin``: the link budget, the limit of the propagation model's validity (the budget would
    reach farther), or the scenario; then there is no budget, ``mapl_db`` is None and ``binding``
    empty. ``max_loss_db``: what the budget allows, walls and fading included.
    """

    area_class: str
    radius_m: float
    site_spacing_m: float
    mapl_db: float | None
    binding: Binding | Literal[""]
    budget: LinkBudget
    origin: Literal["budget", "model_limit", "scenario"]
    max_loss_db: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the radius and its budget as plain values, for JSON."""
        return {
            "area_class": self.area_class,
            "radius_m": self.radius_m,
            "site_spacing_m": self.site_spacing_m,
            "mapl_db": self.mapl_db,
            "binding": self.binding,
            "origin": self.origin,
            "budget": self.budget.as_dict(),
        }


def service_radii(radio: RadioSection, service: ServiceSection) -> tuple[ServiceRadius, ...]:
    """Return the service radius of each area class, in the order of their codes.

    Raises
    ------
    InputError
        All at once: unknown propagation models, values outside a model's validity (unless the
        scenario only flags them), rates that the carrier cannot give, and a service that cannot
        be had even next to the base station.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> radii = planner.service_radii(scenario.radio, scenario.service)
    >>> [one.area_class for one in radii]
    ['dense_urban', 'urban', 'suburban', 'rural']
    >>> all(0 < one.radius_m < 20_000 for one in radii)
    True
    """
    return tuple(
        all_results(*(partial(_class_radius, radio, service, one.key) for one in AREA_CLASSES))
    )


@dataclass(frozen=True)
class ClassBudget:
    """What the users of one area class are given: a loss, or a radius.

    ``max_loss_db``: the greatest loss that serves a user, walls and fading included; None where the
    scenario gives ``radius_m``, which is None otherwise.
    """

    area_class: str
    max_loss_db: float | None
    radius_m: float | None


def class_budgets(radio: RadioSection, service: ServiceSection) -> tuple[ClassBudget, ...]:
    """Return what :func:`service_radii` starts from, in the order of the codes.

    Raises
    ------
    InputError
        As :func:`service_radii`.
    """
    return tuple(
        all_results(*(partial(_class_budget, radio, service, one.key) for one in AREA_CLASSES))
    )


def _class_budget(radio: RadioSection, service: ServiceSection, key: str) -> ClassBudget:
    given: float | None = getattr(service.radius_m, key)
    if given is not None:
        return ClassBudget(key, None, given)
    link = class_link(radio, service, key)
    if not is_had_near(link.environment, service, link.max_loss_db):
        reach_of(link.environment, service, link.max_loss_db)  # Raises where it is had nowhere.
    return ClassBudget(key, link.max_loss_db, None)


def _class_radius(radio: RadioSection, service: ServiceSection, key: str) -> ServiceRadius:
    given: float | None = getattr(service.radius_m, key)
    if given is not None:
        lines = _radius_lines(given, "given in the scenario instead of a link budget")
        budget = LinkBudget(key, lines, None, None)
        return ServiceRadius(key, given, math.sqrt(3.0) * given, None, "", budget, "scenario")
    link = class_link(radio, service, key)
    environment, down, up = link.environment, link.downlink, link.uplink
    max_loss_db = link.max_loss_db
    reach = reach_of(environment, service, max_loss_db)
    mapl_db = median_loss_db(environment, reach.radius_m)
    walls_db = mean_loss_db(environment.buildings)
    margin_db = max_loss_db - walls_db - mapl_db
    mapl_down_db = down.max_loss_db - walls_db - margin_db
    mapl_up_db = up.max_loss_db - walls_db - margin_db
    note = "computed"
    share = reach.area_share if service.probability_of == "area" else reach.edge_share
    if share < service.probability - _SMALL:
        note = "where the largest share is served; the share asked for is reached at no distance"
    if reach.at_limit:
        note = f"the limit of validity of {environment.model.name_en}; the budget reaches farther"
    lines = (
        *shared_lines(radio),
        *_place_lines(environment, service),
        *down.lines,
        *_control_lines(link, "downlink"),
        *up.lines,
        *_control_lines(link, "uplink"),
        *_fading_lines(environment, service, reach, margin_db),
        budget_line("mapl_db", mapl_down_db, "downlink"),
        budget_line("mapl_db", mapl_up_db, "uplink"),
        budget_line("binding", link.binding),
        budget_line("area_share", reach.area_share),
        budget_line("edge_share", reach.edge_share),
        *_radius_lines(reach.radius_m, note),
    )
    return ServiceRadius(
        area_class=key,
        radius_m=reach.radius_m,
        site_spacing_m=math.sqrt(3.0) * reach.radius_m,
        mapl_db=mapl_db,
        binding=link.binding,
        budget=LinkBudget(key, lines, mapl_down_db, mapl_up_db),
        origin="model_limit" if reach.at_limit else "budget",
        max_loss_db=max_loss_db,
    )


def _control_lines(link: ClassLink, direction: Direction) -> tuple[BudgetLine, ...]:
    lines = (line for channel in link.control for line in channel.lines)
    return tuple(line for line in lines if line.direction == direction)


def _place_lines(environment: Environment, service: ServiceSection) -> tuple[BudgetLine, ...]:
    outside = "; ".join(str(problem) for problem in validity_problems(environment))
    reference = f"{environment.model.reference}{'; ' + outside if outside else ''}"
    lines = [
        budget_line("model", environment.model.name_en, note=reference),
        *given_lines(environment.radio, "base_height_m"),
    ]
    if environment.model.key == "rma":
        lines += given_lines(environment.radio, "building_height_m", "street_width_m")
    height_note = source_note(service, "outdoor_ue_height_m")
    if service.kind == "indoor":
        height_note = "mean over the floors with users"
        floors_note = source_note(environment.service, "floors")
        lines.append(budget_line("floors", len(environment.ue_heights_m), note=floors_note))
    lines.append(budget_line("ue_height_m", environment.link.ue_height_m, note=height_note))
    return tuple(lines)


def _building_lines(environment: Environment, service: ServiceSection) -> tuple[BudgetLine, ...]:
    by_itu = service.penetration_model == "p2109"
    model = "ITU-R P.2109" if by_itu else "3GPP TR 38.901"
    (share,) = given_lines(environment.service, "high_loss_building_share")
    if by_itu:
        share = replace(
            share, label_en="Share of thermally efficient buildings", label_zh="节能建筑占比"
        )
    lines = [
        budget_line("penetration_model", model, note=source_note(service, "penetration_model")),
        share,
    ]
    if service.penetration_probability is not None:
        note = "given in the scenario; the loss is the same at every indoor location"
        probability = service.penetration_probability
        lines.append(budget_line("penetration_probability", probability, note=note))
    if not by_itu:
        note = "3GPP TR 38.901 V17.0.0, clause 7.4.3.1: the lesser of two even draws"
        depth_m = environment.model.indoor_depth_most_m / 3.0
        lines.append(budget_line("indoor_depth_m", depth_m, note=note))
    return tuple(lines)


def _fading_lines(
    environment: Environment, service: ServiceSection, reach: Reach, margin_db: float
) -> tuple[BudgetLine, ...]:
    walls_note = "outdoors: nothing to penetrate"
    spread_note = "within and between types of building, and by depth"
    building_lines: tuple[BudgetLine, ...] = ()
    if service.penetration_probability is not None:
        spread_note = "between types of building only: each has one loss"
    if service.kind == "indoor":
        walls_note = PENETRATION_SOURCES[service.penetration_model]
        building_lines = _building_lines(environment, service)
    shadow_db = shadow_sigma_db(environment, reach.radius_m)
    shadow_note = f"without line of sight, {environment.model.reference}"
    walls_sigma_db = loss_sigma_db(environment.buildings)
    off_axis_db = environment.off_axis_sigma_db
    share_note = f"of the cell's {service.probability_of}; {source_note(service, 'probability')}"
    margin_note = "for the share of locations, with and without line of sight, over all floors"
    return (
        *building_lines,
        budget_line("penetration_db", mean_loss_db(environment.buildings), note=walls_note),
        budget_line("penetration_sigma_db", walls_sigma_db, note=spread_note),
        budget_line("shadow_sigma_db", shadow_db, note=shadow_note),
        budget_line("off_axis_sigma_db", off_axis_db, note="over the directions of the sectors"),
        budget_line("total_sigma_db", math.hypot(shadow_db, walls_sigma_db, off_axis_db)),
        budget_line("probability", service.probability, note=share_note),
        budget_line("fading_margin_db", margin_db, note=margin_note),
    )


def _radius_lines(radius_m: float, note: str) -> tuple[BudgetLine, ...]:
    spacing_note = "hexagons without gaps: the radius times the square root of 3"
    return (
        budget_line("radius_m", radius_m, note=note),
        budget_line("site_spacing_m", math.sqrt(3.0) * radius_m, note=spacing_note),
    )
