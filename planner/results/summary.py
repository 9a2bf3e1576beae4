"""The summary of a plan: its key numbers, ready for JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from planner.errors import InputError, Problem
from planner.ground.area import StudyArea
from planner.ground.area_class import AREA_CLASSES
from planner.ground.ground import Ground
from planner.radio import PUBLISHED_SITE_SPACING_M, ServiceRadius
from planner.results.expected_service import ServedShares
from planner.results.gaps import Gaps
from planner.results.published import allocation_summary, yardsticks
from planner.results.zones import CoverCount, count_cover
from planner.scenario import Aim, Scenario
from planner.scenario.siting import ObjectiveSection
from planner.siting import BASELINE, Siting

_CURVE_POINTS = 200
_LARGEST_GAPS = 10


def summarise(
    scenario: Scenario,
    ground: Ground,
    radii: Sequence[ServiceRadius],
    siting: Siting,
    served: ServedShares,
    count: CoverCount,
    zones: gpd.GeoDataFrame,
    gaps: Gaps,
) -> dict[str, Any]:
    """Return the summary, without run times, warnings and provenance (the pipeline adds them).

    ``served``: as expected, on parts of cells and by all stations within reach; ``count``: of it.
    ``people_by_siting`` are those that siting counts, which the certificate bounds; the same over
    terrain.
    """
    area, demand = ground.area, ground.demand
    total = demand.people_total
    # People on the grid are float32: their sum may exceed the total by a billionth.
    covered = min(float(count.covered.sum()), total)
    before = min(float(count.covered_baseline.sum()), total)
    sited = count_cover(area, demand, ServedShares.of_siting(demand, siting))
    by_siting = min(float(sited.covered.sum()), total)
    existing = int((siting.role == BASELINE).sum())
    new = len(siting) - existing
    area_km2 = float(count.area_km2.sum())
    aims = [_aim(aim, area, count) for aim in scenario.aims]
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "title_zh": scenario.title_zh,
        "population_total": total,
        "population_covered": covered,
        "population_covered_share": covered / total,
        "population_covered_baseline": before,
        "population_covered_baseline_share": before / total,
        **_users(scenario.service.take_up, covered, total),
        "people_by_siting": by_siting,
        "people_by_siting_share": by_siting / total,
        "population_is_model": demand.is_model,
        "population_source": demand.source,
        "area_km2": area_km2,
        "area_inhabited_km2": float(count.inhabited_km2.sum()),
        "area_covered_km2": float(count.covered_km2.sum()),
        "cell_size_m": area.grid.cell_size_m,
        "cells_land": area.land_cells,
        "grid": {
            "height": area.grid.height,
            "width": area.grid.width,
            "crs": area.grid.proj4,
        },
        "stations_existing": existing,
        "stations_new": new,
        "stations_requested": siting.requested_new,
        "stations_useful": int(((siting.role != BASELINE) & (served.gained > 0)).sum()),
        "stations_not_needed": siting.missing_new if siting.saturated else 0,
        "stations_not_placed": 0 if siting.saturated else siting.missing_new,
        "baseline_origin": siting.baseline_origin,
        "stations_per_km2": len(siting) / area_km2,
        "people_per_station": covered / len(siting) if len(siting) else None,
        "cost_cny": None if siting.cost_cny is None else float(siting.cost_cny.sum()),
        "measures": [measure.as_dict() for measure in scenario.measures],
        "objective": scenario.objective.kind,
        "weight_covered_share": siting.weight_covered / max(siting.weight_total, 1e-9),
        "aims": aims,
        "infeasible": [shortfall.summary() for shortfall in siting.shortfalls],
        "target_met": all(aim["met"] for aim in aims) and not siting.shortfalls,
        "service_kind": scenario.service.kind,
        "service_model": scenario.service.model,
        "situations": demand.situations,
        "service": _service(radii, count, sited),
        "published_site_spacing_m": PUBLISHED_SITE_SPACING_M,
        "gaps": _gaps(gaps),
        "zones": _zones(zones),
        "curve": _curve(served.gained, total),
        "curve_by_siting": _curve(siting.people_gained, total),
        "yardsticks": yardsticks(len(siting), total, area_km2),
        **allocation_summary(
            area, scenario.target, area.zone_index.ravel()[siting.cell].astype(np.int64)
        ),
        "radio_tier": siting.radio_tier,
    }


def _users(take_up: float, covered: float, total: float) -> dict[str, float]:
    """Return the users among the people served, where not all people are users."""
    if take_up == 1.0:
        return {}
    served = take_up * covered
    return {"take_up": take_up, "users_served": served, "users_served_share": served / total}


def proof_summary(
    objective: ObjectiveSection, siting: Siting, covered: float, *, people_steer: bool
) -> dict[str, Any]:
    """Return the proof by branch and bound for the summary; empty if it was not used.

    ``covered``: people that the plan covers. Where the objective is people, the bound is the
    certificate of the plan.
    """
    if siting.proof is None:
        return {}
    proof = siting.proof
    known: dict[str, Any] = {
        "objective_proof": {
            "objective": objective.kind,
            "value": None if math.isnan(proof.value) else proof.value,
            "bound": None if math.isnan(proof.bound) else proof.bound,
            "method": proof.method,
            "proven_optimal": proof.optimal,
            "proven_infeasible": proof.infeasible,
        }
    }
    of_people = people_steer and not objective.covers_a_share
    if of_people and math.isfinite(proof.bound) and math.isfinite(proof.value):
        bound = covered + max(0.0, proof.bound - proof.value)
        known["optimality"] = {
            "upper_bound_population": bound,
            "gap": (bound - covered) / bound if bound > 0 else 0.0,
            "method": proof.method,
            "proven_optimal": proof.optimal,
            "saturated": False,
        }
    return known


def check_aims(aims: Sequence[Aim], area: StudyArea, file: str) -> None:
    """Raise :class:`InputError` if a coverage target names a zone that the area does not have."""
    known = set(area.zones["adcode"])
    problems = [
        Problem(
            "unknown zone",
            file,
            f"aims.{index}.zones",
            code,
            f"one of {', '.join(sorted(known)[:40])}",
        )
        for index, aim in enumerate(aims)
        for code in aim.zones
        if code not in known
    ]
    if problems:
        raise InputError(problems)


def _aim(aim: Aim, area: StudyArea, count: CoverCount) -> dict[str, Any]:
    rows = area.zones["adcode"].isin(aim.zones).to_numpy() if aim.zones else slice(None)
    columns = [c.code for c in AREA_CLASSES if not aim.area_classes or c.key in aim.area_classes]
    people = float(count.people[rows][:, columns].sum())
    covered = float(count.covered[rows][:, columns].sum())
    missing = max(0.0, aim.share * people - covered)
    return {
        "name": aim.name,
        "share_aimed": aim.share,
        "share_reached": covered / people if people > 0 else 1.0,
        "people": people,
        "missing_people": missing,
        "met": missing <= 1e-9 * max(people, 1.0),
    }


def _service(
    radii: Sequence[ServiceRadius], count: CoverCount, sited: CoverCount
) -> list[Mapping[str, Any]]:
    people = count.people.sum(axis=0)
    by_siting = sited.covered.sum(axis=0)
    area_km2 = count.area_km2.sum(axis=0)
    covered = count.covered.sum(axis=0)
    return [
        {
            "area_class": known.key,
            "radius_m": radius.radius_m,
            "site_spacing_m": radius.site_spacing_m,
            "mapl_db": radius.mapl_db,
            "binding": radius.binding,
            "population": float(people[known.code]),
            "population_share": float(people[known.code] / people.sum()),
            "covered_share": float(covered[known.code] / max(people[known.code], 1e-9)),
            "sited_share": float(by_siting[known.code] / max(people[known.code], 1e-9)),
            "area_km2": float(area_km2[known.code]),
        }
        for known, radius in zip(AREA_CLASSES, radii, strict=True)
    ]


def _gaps(gaps: Gaps) -> dict[str, Any]:
    largest = gaps.table.drop(columns="geometry").head(_LARGEST_GAPS)
    return {
        "count": gaps.count,
        "population": gaps.people,
        "area_km2": gaps.area_km2,
        "listed": len(gaps.table),
        "largest": largest.astype(object).where(largest.notna(), None).to_dict("records"),
    }


def _zones(zones: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    return [
        row
        | {
            "share": row["covered_share"],
            "stations": row["stations_existing"] + row["stations_new"],
        }
        for row in zones.drop(columns="geometry").to_dict("records")
    ]


def _curve(people_gained: npt.NDArray[np.float64], total: float) -> list[list[float]]:
    """Return covered share against stations: about 200 points, both ends among them."""
    share = np.minimum(np.concatenate([[0.0], np.cumsum(people_gained)]) / total, 1.0)
    stations = np.unique(np.linspace(0, people_gained.size, _CURVE_POINTS).round().astype(int))
    return [[int(n), float(share[n])] for n in stations]


def apart_from_siting(summary: Mapping[str, Any]) -> bool:
    """Whether more or fewer people are served than siting counts, by a person or more."""
    served = float(summary["population_covered"])
    return abs(float(summary.get("people_by_siting", served)) - served) >= 1.0
