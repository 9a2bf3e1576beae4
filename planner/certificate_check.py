"""Check of a plan's certificate from its files: bound and people recomputed by independent code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kernels.covering.bound_check import CheckedKind, check_bound, check_curve
from kernels.covering.bound_limits import Limits
from planner.certificate.limits import bound_limits, bound_rules, people_asked
from planner.certificate.phases import phase_limits
from planner.certificate_files import (
    along_of,
    check_shape,
    read_proof,
    read_stated,
    read_stations,
)
from planner.errors import InputError, Problem
from planner.ground.demand import Demand
from planner.ground.ground import Ground
from planner.output_folder import HIDDEN
from planner.outputs.journal import Journal
from planner.pipeline import ground_of, scenario_radii
from planner.radio.cell_size import cell_size_m
from planner.scenario import load_scenario
from planner.scenario.siting import Phase
from planner.scenario.target import TargetSection
from planner.sites.candidates import Candidates, candidate_sites, with_upgrades
from planner.sites.equipment import StationKind, network_kind, station_kinds
from planner.sites.footprints import Footprints, footprints_of
from planner.sites.place_stations import kinds_of_places, with_place_stations
from planner.sites.served_people import expected_shares
from planner.siting.phases import phases_on_ground

Bools = npt.NDArray[np.bool_]

_WHOLE = 65535
_SAME = 1e-6
"""Share by which numbers may differ: people are summed in another order."""


@dataclass(frozen=True)
class PhaseCheck:
    """Of one phase: its bound and the people served, as stated by the files and summed again."""

    name: str
    upper_bound_people_stated: float
    upper_bound_people_summed: float
    people_stated: float
    people_summed: float

    @property
    def holds(self) -> bool:
        """Whether both agree, and the phase is not above its bound."""
        bound = self.upper_bound_people_summed
        return (
            _same(bound, self.upper_bound_people_stated)
            and _same(self.people_summed, self.people_stated, self.upper_bound_people_stated)
            and self.people_summed <= bound * (1 + _SAME)
        )


@dataclass(frozen=True)
class CertificateCheck:
    """The numbers stated in the files, and the same numbers recomputed from them.

    ``upper_bound_people``: upper bound of the people that any plan can cover; ``people``: those
    covered by the plan's stations; ``fewest_new_stations`` and ``least_cost_cny``: lower bounds of
    what the required coverage takes, None if none is required. Each is given as ``_stated`` by the
    files and as ``_summed`` again. ``summary_agrees``: gap and optimality in ``summary.json``
    follow from the certificate; a bound by branch and bound there, which no file proves, is at most
    as high. ``curve_agrees``: where the bound was sought for fewer stations too, it is right for
    every number, and the plan's first stations are not above it. ``phases``: of a plan that is
    built in phases; the first four numbers are then those of the last one that has a bound.
    """

    upper_bound_people_stated: float
    upper_bound_people_summed: float
    people_stated: float
    people_summed: float
    fewest_new_stations_stated: int | None = None
    fewest_new_stations_summed: int | None = None
    least_cost_cny_stated: float | None = None
    least_cost_cny_summed: float | None = None
    summary_agrees: bool = True
    curve_agrees: bool = True
    phases: tuple[PhaseCheck, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether all agree, and the plan is not above its bound."""
        return (
            _same(self.upper_bound_people_summed, self.upper_bound_people_stated)
            and _same(self.people_summed, self.people_stated, self.upper_bound_people_stated)
            and self.gap >= -_SAME
            and self.fewest_new_stations_stated == self.fewest_new_stations_summed
            and _same(self.least_cost_cny_summed, self.least_cost_cny_stated)
            and self.summary_agrees
            and self.curve_agrees
            and all(phase.holds for phase in self.phases)
        )

    @property
    def gap(self) -> float:
        """Share of the bound by which the plan falls short of it, from what was summed."""
        if self.upper_bound_people_summed == 0:
            return 0.0
        return 1 - self.people_summed / self.upper_bound_people_summed

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON holds it."""
        return {**asdict(self), "gap": self.gap, "holds": self.holds}

    def as_text(self) -> str:
        """Return the verdict in a line, and one for each phase."""
        lines = [
            f"certificate {'holds' if self.holds else 'DOES NOT HOLD'}: "
            f"{self.people_summed:,.0f} people covered; no plan within the same limits covers "
            f"more than {self.upper_bound_people_summed:,.0f}, a distance of {self.gap:.2%}"
        ]
        lines += [
            f"  phase {phase.name}: {phase.people_summed:,.0f} of its people served; no plan with "
            f"as many stations serves more than {phase.upper_bound_people_summed:,.0f}"
            for phase in self.phases
        ]
        return "\n".join(lines)


def _same(one: float | None, other: float | None, of: float = 0.0) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= _SAME * max(1.0, abs(other), of)


def check_certificates(folder: str | Path) -> dict[str, CertificateCheck]:
    """Check the plan in a folder, or the plan of each network in it.

    By the name of the network's folder; the name of a single plan is empty. Raises
    :class:`InputError` as :func:`check_certificate`.
    """
    inside = sorted(path.parent for path in Path(folder).glob("*/certificate.npz"))
    if (Path(folder) / "certificate.npz").exists() or not inside:
        return {"": check_certificate(folder)}
    return {one.name: check_certificate(one) for one in inside}


def check_certificate(folder: str | Path) -> CertificateCheck:
    """Recompute the bound of a plan from the files of its outputs.

    The demand is rebuilt from the scenario's copy, and so are footprints over terrain; the stations
    come from ``stations.csv``, the multipliers from ``certificate.npz``. The bound is summed by
    :mod:`kernels.covering.bound_check`, which shares no code with the search.

    Raises
    ------
    InputError
        If a file is missing, or the plan has no certificate with multipliers.
    """
    folder = Path(folder)
    if Journal.is_in(folder / HIDDEN):
        raise InputError(
            Problem("holds an unfinished save", str(folder), expected="planner recover first")
        )
    proof = read_proof(folder / "certificate.npz")
    scenario = load_scenario(folder / "scenario.toml")
    radio, service, cost = scenario.radio, scenario.service, scenario.cost
    radii = scenario_radii(radio, service, scenario.file)
    ground = ground_of(scenario, cell_size_m(scenario, radii))
    area, demand = ground.area, ground.demand
    radius_m = [radius.radius_m for radius in radii]
    sites = candidate_sites(scenario, area, demand, radius_m)
    sites = with_place_stations(
        scenario.priority_places,
        kinds_of_places(scenario),
        scenario.objective,
        scenario.target,
        ground,
        sites,
        served_share=scenario.gaps.served_share,
        file=scenario.file,
    )
    candidates = with_upgrades(sites, scenario.sites.existing_use)
    stated = read_stated(folder / "summary.json")
    cell, fixed, equipment, phase = read_stations(folder / "stations.csv", area.grid)
    allowed = candidates.allowed.copy()
    allowed.ravel()[cell[~fixed]] = True
    missed = [one["constraint"] for one in stated["infeasible"]]
    known = bound_limits(scenario, ground, sites, cell[~fixed], missed)
    kinds = station_kinds(scenario.equipment, radio, service, cost, scenario.file)
    network = network_kind(radio, service, cost)
    serving = _footprints([network, *kinds], ground, replace(sites, allowed=allowed))
    if unknown := sorted(set(equipment.tolist()) - set(serving)):
        raise InputError(
            Problem("unknown equipment", str(folder / "stations.csv"), "equipment", unknown[0])
        )
    agrees = _expected_agrees([network, *kinds], ground, cell, equipment, stated)
    if scenario.siting.phases:
        given = _PhasedPlan(cell, phase, serving[""], allowed)
        found = _of_phases(
            given, ground, candidates, scenario.siting.phases, scenario.target, proof, stated
        )
        return replace(found, summary_agrees=agrees and found.summary_agrees)
    multipliers, bound, worth = _bound_of(proof, demand.stack_shape, folder)
    covered = np.zeros(demand.stack_shape, dtype=bool)
    _cover(covered, serving, cell[fixed], equipment[fixed])
    before = covered.copy()
    _cover(covered, serving, cell[~fixed], equipment[~fixed])
    asked = people_asked(
        scenario.objective,
        bound_rules(scenario.objective, scenario.siting, scenario.target, ground),
        people_steer=scenario.people_steer,
    )
    if known is None:
        limits = Limits.none(bound.size - 1)
        checked = [CheckedKind(allowed, partial(serving[""].price, allowed=allowed))]
    else:
        names = [kind.name for kind in kinds]
        by_kind = [cell[~fixed & (equipment == name)] for name in names]
        limits = known.for_plan(scenario.objective.kind, bound.size - 1, by_kind, asked)
        checked = [
            CheckedKind(mask, partial(serving[name].price, allowed=mask), cost_cny)
            for name, (mask, cost_cny) in zip(names, known.kinds, strict=True)
        ]
    proofs = (*along_of(proof), multipliers)
    summed = _Summed(multipliers, partial(_value, demand, before, checked), limits)
    optimality = stated.get("optimality") or {}
    fewest, least = (optimality.get(key) for key in ("fewest_new_stations", "least_cost_cny"))
    cost_summed = None
    if least is not None and known is not None:
        cost_summed = known.given_cny + summed.least_cost(known.limits, worth, asked or 0.0)
    return CertificateCheck(
        upper_bound_people_stated=float(bound[-1]),
        upper_bound_people_summed=summed.bound(worth),
        people_stated=float(stated["people_by_siting"]),
        people_summed=float(demand.people_by_situation[covered].sum(dtype=np.float64)),
        fewest_new_stations_stated=fewest,
        fewest_new_stations_summed=None if fewest is None else summed.fewest(asked or 0.0, fewest),
        least_cost_cny_stated=least,
        least_cost_cny_summed=cost_summed,
        summary_agrees=agrees and _summary_agrees(stated, float(bound[-1])),
        curve_agrees=len(proofs) == 1
        or _curve_agrees(
            proofs, demand, before, checked[0], bound, cell[~fixed], serving[""], folder
        ),
    )


def _curve_agrees(
    proofs: Sequence[npt.NDArray[np.uint16]],
    demand: Demand,
    covered: Bools,
    kind: CheckedKind,
    stated: npt.NDArray[np.float64],
    cell: npt.NDArray[np.int64],
    serving: Footprints,
    folder: Path,
) -> bool:
    """Whether a bound for 0 to n stations is the one summed, and no first ones are above it.

    ``covered``: before the new stations, whose cells are ``cell``.
    """
    people, curves = demand.people_by_situation, []
    for each in (*proofs, np.full_like(proofs[-1], _WHOLE)):
        check_shape(each, demand.stack_shape, folder / "certificate.npz")
        curves.append(check_curve(each, people, covered, kind, len(stated) - 1))
    summed = np.minimum.reduce(curves)
    gains = serving.people_gained(people, covered.copy(), cell)
    reached = summed[0] + np.concatenate([[0.0], np.cumsum(gains)])
    slack = _SAME * max(1.0, float(summed[-1]))
    agrees = bool((np.abs(stated - summed) <= slack).all())
    return agrees and bool((reached <= summed[: len(reached)] + slack).all())


def _expected_agrees(
    kinds: Sequence[StationKind],
    ground: Ground,
    cell: npt.NDArray[np.int64],
    equipment: npt.NDArray[np.str_],
    stated: Mapping[str, Any],
) -> bool:
    """Whether as many people are expected to be served as the summary says."""
    said, demand = float(stated["population_covered"]), ground.demand
    share = expected_shares(kinds, ground, cell, equipment)
    people = float((demand.people * share).sum(dtype=np.float64))
    return _same(said, min(people, demand.people_total))


def _summary_agrees(stated: Mapping[str, Any], bound: float) -> bool:
    """Whether gap and optimality in the summary follow from its bound and its covered people."""
    optimality, people = stated.get("optimality"), float(stated["people_by_siting"])
    if optimality is None:
        return False
    upper = float(optimality["upper_bound_population"])
    proof = stated.get("objective_proof", {})
    searched = proof.get("method") == optimality["method"]
    gap = max(0.0, (upper - people) / upper) if upper > 0 else 0.0
    optimal = not stated["infeasible"] and (gap <= _SAME or bool(proof.get("proven_optimal")))
    return (
        (upper <= bound * (1 + _SAME) if searched else _same(upper, bound))
        and people <= upper * (1 + _SAME)
        and abs(optimality["gap"] - gap) <= _SAME
        and (optimal or not optimality["proven_optimal"])
    )


def _footprints(
    kinds: Sequence[StationKind], ground: Ground, candidates: Candidates
) -> dict[str, Footprints]:
    """Return the footprints of the network, whose name is empty, and of each equipment."""
    own = {kind.name: kind for kind in reversed(kinds)}
    return {name: footprints_of(kind, ground, candidates) for name, kind in own.items()}


def _cover(
    covered: Bools,
    serving: Mapping[str, Footprints],
    cell: npt.NDArray[np.int64],
    equipment: npt.NDArray[np.str_],
) -> None:
    for name in np.unique(equipment):
        serving[str(name)].cover(covered, cell[equipment == name])


Value = Callable[[npt.NDArray[np.uint16], Limits, float], float]
"""Bound by multipliers within limits, at a worth of money."""


def _value(
    demand: Demand,
    covered: Bools,
    kinds: Sequence[CheckedKind],
    shares: npt.NDArray[np.uint16],
    limits: Limits,
    worth: float,
) -> float:
    return check_bound(shares, demand.people_by_situation, covered, kinds, limits, worth)


@dataclass(frozen=True)
class _Summed:
    """The bound recomputed, for the plan and for fewer stations; ``limits``: of the plan."""

    multipliers: npt.NDArray[np.uint16]
    value: Value
    limits: Limits

    def bound(self, worth: float) -> float:
        """Return the bound of the plan, by multipliers or by the best single stations."""
        proofs = [self._of(self.limits)]
        if worth > 0 and np.isfinite(self.limits.budget):
            proofs.append(self.value(self.multipliers, self.limits, worth))
        return min(proofs)

    def _of(self, limits: Limits) -> float:
        # Multipliers equal to the weights prove the sum of the best single stations.
        whole = np.full_like(self.multipliers, _WHOLE)
        return min(self.value(shares, limits, 0.0) for shares in (self.multipliers, whole))

    def fewest(self, asked: float, stated: int) -> int:
        """Return the proven minimum of stations for ``asked`` people: ``stated`` if it is right."""
        last = self.limits.most_stations
        if self._reaches(stated, asked) and not self._reaches(stated - 1, asked):
            return stated
        low, high = -1, last + 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._reaches(middle, asked) else (middle, high)
        return high

    def _reaches(self, stations: int, asked: float) -> bool:
        """Whether the first ``stations`` of a plan might cover ``asked`` people."""
        if not 0 <= stations <= self.limits.most_stations:
            return stations > 0
        limits = self.limits
        if stations < limits.most_stations:
            # Minimums of a part hold for the whole plan only, not for its first stations.
            parts = tuple(one._replace(least=one.least * 0) for one in limits.parts)
            limits = limits._replace(most_stations=stations, parts=parts)
        return self._of(limits) >= asked * (1 - 1e-9)

    def least_cost(self, limits: Limits, worth: float, asked: float) -> float:
        """Return a lower bound of the cost of covering ``asked`` people, by a worth of money."""
        if not worth > 0:
            return 0.0
        free = self.value(self.multipliers, limits._replace(budget=0.0), worth)
        return max(0.0, (asked - free) / worth)


def _said_of_phase(stated: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    phases = stated.get("phases", [])
    if len(phases) < number or not phases[number - 1].get("optimality"):
        raise InputError(Problem(f"has no entry for phase {number}", "summary.json", "phases"))
    said: Mapping[str, Any] = phases[number - 1]
    return said


def _bound_of(
    proof: Mapping[str, npt.NDArray[Any]], shape: tuple[int, int], folder: Path
) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float64], float]:
    path = folder / "certificate.npz"
    multipliers, bound = proof.get("multipliers", np.zeros(0)), proof.get("upper_bound_people")
    if bound is None or not (multipliers.size and bound.size):
        known = bound is not None and bound.size
        reason = "the model is saturated" if known else "the plan has no certificate"
        raise InputError(Problem(f"holds no multipliers: {reason}", str(path)))
    check_shape(multipliers, shape, path)
    return multipliers, bound, float(proof.get("worth_per_yuan", 0.0))


@dataclass(frozen=True)
class _PhasedPlan:
    """Stations of a plan: ``cell`` and ``phase`` (empty before the first) of each."""

    cell: npt.NDArray[np.int64]
    phase: npt.NDArray[np.str_]
    serving: Footprints
    allowed: Bools


def _of_phases(
    plan: _PhasedPlan,
    ground: Ground,
    candidates: Candidates,
    phases: Sequence[Phase],
    target: TargetSection,
    proof: Mapping[str, npt.NDArray[Any]],
    stated: Mapping[str, Any],
) -> CertificateCheck:
    """Check the bound of each phase, given the stations before it."""
    covered = np.zeros(ground.demand.stack_shape, dtype=bool)
    plan.serving.cover(covered, plan.cell[plan.phase == ""])
    kind = CheckedKind(plan.allowed, partial(plan.serving.price, allowed=plan.allowed))
    found: list[PhaseCheck] = []
    agrees = True
    for number, own in enumerate(phases_on_ground(phases, ground, ground.demand.people), 1):
        before, cells = covered.copy(), plan.cell[plan.phase == own.name]
        plan.serving.cover(covered, cells)
        multipliers = proof.get(f"multipliers_{number}", np.zeros(0))
        bound = proof.get(f"upper_bound_people_{number}", np.zeros(0))
        if not bound.size:
            continue
        demand = replace(ground.demand, people=own.weight)
        people = float(own.weight.sum(dtype=np.float64))
        if multipliers.size:
            check_shape(multipliers, demand.stack_shape, Path("certificate.npz"))
            known = phase_limits(target, ground.area, candidates, cells)
            limits = Limits.none(len(cells)) if known is None else known.limits
            value = partial(_value, demand, before, [kind])
            people = _Summed(multipliers, value, limits).bound(0.0)
        served = float(demand.people_by_situation[covered].sum(dtype=np.float64))
        said = _said_of_phase(stated, number)
        agrees = agrees and _same(said["optimality"]["upper_bound_population"], float(bound[-1]))
        found.append(PhaseCheck(own.name, float(bound[-1]), people, said["people_served"], served))
    if not found:
        raise InputError(Problem("holds no multipliers: no phase has a bound", "certificate.npz"))
    last = found[-1]
    return CertificateCheck(
        last.upper_bound_people_stated,
        last.upper_bound_people_summed,
        last.people_stated,
        last.people_summed,
        summary_agrees=agrees,
        phases=tuple(found),
    )
