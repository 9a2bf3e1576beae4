"""Certificates of a plan that is built in phases: one for each, given the stations before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kernels.covering.bound_limits import NO_LIMIT, Limits, Parts
from planner.certificate.certificate import Certificate, certify
from planner.certificate.limits import BoundLimits, Cells, KindPlaces, Question
from planner.ground.area import StudyArea
from planner.ground.demand import Demand
from planner.ground.ground import Ground
from planner.ground.zone_names import zone_numbers
from planner.scenario.model import SitingSection
from planner.scenario.target import TargetSection
from planner.sites.candidates import Candidates
from planner.sites.footprints import Footprints
from planner.siting import BASELINE, MUST_HAVE, NEW, BuiltPhase, Siting
from planner.siting.phases import phases_on_ground

_METHOD = "dual of the covering relaxation, given the stations before the phase"


@dataclass(frozen=True)
class PhaseCertificate:
    """The proof for one phase.

    ``people``: those the phase is for; ``people_before`` of them are served when it starts.
    ``certificate``: bound of those whom any plan of as many stations serves at its end; None where
    none was computed, or the phase has no stations.
    """

    name: str
    stations: int
    people: float
    people_before: float
    people_served: float
    certificate: Certificate | None

    def summary(self) -> dict[str, Any]:
        """Return the row of ``phases`` in ``summary.json``."""
        found = self.certificate
        return {
            "name": self.name,
            "stations": self.stations,
            "people": self.people,
            "people_served_before": self.people_before,
            "people_served": self.people_served,
            "optimality": None if found is None else found.summary(),
        }


def certify_phases(
    ground: Ground,
    candidates: Candidates,
    siting: Siting,
    footprints: Footprints,
    asked: SitingSection,
    target: TargetSection,
    *,
    progress: Callable[[int], object] | None = None,
) -> tuple[PhaseCertificate, ...]:
    """Bound, for each phase, the people that as many stations could serve after what is before it.

    ``asked`` and ``target`` are those of the scenario; the other arguments are as
    for :func:`planner.certificate.certificate.certify`.
    """
    share = 1.0 / max(1, sum(built.end > built.first for built in siting.phases))
    grounds = phases_on_ground(asked.phases, ground, ground.demand.people)
    found = []
    for built, own in zip(siting.phases, grounds, strict=True):
        demand = replace(
            ground.demand,
            people=own.weight,
            zone_people=np.array([own.weight.sum(dtype=np.float64)]),
        )
        plan = as_own_plan(siting, built, demand)
        chosen = plan.role == NEW
        certificate = None
        if chosen.any():
            limits = phase_limits(target, ground.area, candidates, plan.cell[chosen])
            certificate = certify(
                demand,
                candidates,
                plan,
                footprints,
                Question(
                    limits=limits,
                    method=_METHOD,
                    effort=asked.effort,
                    enough_gap=asked.enough_gap,
                ),
                iterations=asked.certificate_iterations,
                work_share=share,
                progress=progress,
            )
        found.append(
            PhaseCertificate(
                built.name,
                int(chosen.sum()),
                demand.people_total,
                float(plan.people_gained[~chosen].sum()),
                float(plan.people_gained.sum()),
                certificate,
            )
        )
    return tuple(found)


def as_own_plan(siting: Siting, built: BuiltPhase, demand: Demand) -> Siting:
    """Return a phase as a plan of its own: what stands before it is given, the rest is not there.

    ``demand``: the people that the phase is for.
    """
    rows = np.arange(built.end)
    role = siting.role[rows]
    role = np.where((role == NEW) & (rows < built.first), MUST_HAVE, role)
    covered = np.zeros(demand.stack_shape, dtype=bool)
    gained = siting.serving(rows).people_gained(demand.people_each, covered, siting.cell[rows])
    return replace(
        siting,
        cell=siting.cell[rows],
        role=role,
        people_gained=gained,
        covered=covered,
        requested_new=int((role != BASELINE).sum()),
        uncovered_people=max(0.0, demand.people_total - float(gained.sum())),
    )


def phase_limits(
    target: TargetSection, area: StudyArea, candidates: Candidates, chosen: Cells
) -> BoundLimits | None:
    """Return the limits of a phase: as many stations as it has in each zone with a fixed number.

    None where ``target`` fixes none. ``chosen``: cells of the phase's stations.
    """
    if not target.fixes_new:
        return None
    rows = zone_numbers(area)
    zones = [rows[one.zone] for one in target.zones if one.stations_new is not None]
    zone = area.zone_index.ravel()[chosen]
    count = np.bincount(zone[zone >= 0], minlength=len(area.zones))
    least, most = np.zeros_like(count), np.full(len(count), NO_LIMIT)
    least[zones] = most[zones] = count[zones]
    allowed = candidates.allowed.copy()
    allowed.ravel()[chosen] = True
    places = KindPlaces(allowed, np.zeros(int(allowed.sum())))
    limits = Limits(len(chosen), np.inf, (Parts(area.zone_index, least, most),))
    return BoundLimits((places,), limits, 0.0)
